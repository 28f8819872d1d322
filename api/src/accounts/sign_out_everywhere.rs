use async_graphql::{Context, Object};
use entity::{Right, SpaceRef, account};

use super::Account;
use crate::platform::{error::Result, gate::Ask, sdl::requires};

/// Signs out everywhere.
#[derive(Default)]
pub struct SignOutEverywhere;

#[Object]
impl SignOutEverywhere {
    /// Refuses every token of your account issued up to this moment, this one included; all sockets close within
    /// seconds. For a lost phone.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn sign_out_everywhere(&self, ctx: &Context<'_>) -> Result<Account> {
        let caller = ctx.caller()?;
        let row = caller.get::<account::Model>(caller.account(), "account").await?;
        caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: account::Model = tx.lock(tx.caller.account(), "account").await?;
                    tx.authorise(SpaceRef::person(before.person_id)).await?;
                    let mut after = before.clone();
                    after.tokens_since = Some(tx.now());
                    after.signed_out_at = Some(tx.now());
                    Ok(tx.update("account.signed_out", &before, after).await?.id)
                })
            })
            .await?;
        Ok(row.into())
    }
}
