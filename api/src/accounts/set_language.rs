use async_graphql::{Context, InputObject, Object};
use entity::{Right, SpaceRef, account, value::LanguageTag};

use super::Account;
use crate::platform::{error::Result, gate::Ask, sdl::requires};

/// The language in which you read.
#[derive(InputObject)]
pub struct SetLanguageInput {
    /// The language; leave out for the one that each client asks for.
    language: Option<LanguageTag>,
}

/// Chooses a language.
#[derive(Default)]
pub struct SetLanguage;

#[Object]
impl SetLanguage {
    /// Chooses the language in which errors and catalogues are answered to your account, whatever a client asks for. What is not
    /// there in it stays English and says so. Codes: VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn set_language(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language.")] input: SetLanguageInput,
    ) -> Result<Account> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: account::Model = tx.lock(tx.caller.account(), "account").await?;
                    tx.authorise(SpaceRef::person(before.person_id)).await?;
                    let after = account::Model { language: input.language, ..before.clone() };
                    Ok(tx.update("account.language_set", &before, after).await?.id)
                })
            })
            .await?;
        Ok(caller.get::<account::Model>(id, "account").await?.into())
    }
}
