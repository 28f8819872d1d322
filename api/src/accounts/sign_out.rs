use async_graphql::{Context, Object};
use entity::{Right, SpaceRef, account};

use super::Account;
use crate::platform::{
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
};

/// Signs out here.
#[derive(Default)]
pub struct SignOut;

#[Object]
impl SignOut {
    /// Refuses the token of this request from now on; its sockets close within seconds. Codes: VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<Account> {
        let caller = ctx.caller()?;
        let Some((issuer, jti, expires_at)) = caller.token() else {
            let message = "this token has no id (jti): sign out everywhere instead";
            return Err(Error::invalid("jti", "TOKEN_HAS_AN_ID", message));
        };
        let row = caller.get::<account::Model>(caller.account(), "account").await?;
        caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: account::Model = tx.lock(tx.caller.account(), "account").await?;
                    tx.authorise(SpaceRef::person(before.person_id)).await?;
                    tx.revoke_token(&issuer, &jti, expires_at).await?;
                    let mut after = before.clone();
                    after.signed_out_at = Some(tx.now());
                    Ok(tx.update("account.signed_out", &before, after).await?.id)
                })
            })
            .await?;
        // The token that asked no longer reads anything: the answer is what it read last.
        Ok(row.into())
    }
}
