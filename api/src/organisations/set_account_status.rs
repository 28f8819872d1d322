use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, SpaceRef, person, value::AccountStatus};

use super::Person;
use crate::platform::{error::Result, gate::Ask, sdl::requires, whole::Whole};

/// Whether the accounts of a person may sign in.
#[derive(InputObject)]
pub struct SetAccountStatusInput {
    /// The person.
    person_id: Id,
    /// Suspended: every token is refused and every socket closed within seconds. Active: new tokens count again.
    status: AccountStatus,
}

/// Suspends accounts, or lets them sign in again.
#[derive(Default)]
pub struct SetAccountStatus;

#[Object]
impl SetAccountStatus {
    /// Suspends the accounts of a person of your organisation, as when a phone is lost, or lets them sign in again.
    /// Codes: NOT_FOUND, FORBIDDEN.
    #[graphql(directive = requires::apply(Right::PeopleKeep))]
    async fn set_account_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose accounts, and what of them.")] input: SetAccountStatusInput,
    ) -> Result<Whole<Person>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let person: person::Model = tx.lock(input.person_id, "personId").await?;
                    tx.authorise(SpaceRef::organisation(person.organisation_id)).await?;
                    for before in tx.accounts_of(person.id).await? {
                        let mut after = before.clone();
                        after.status = input.status;
                        if input.status == AccountStatus::Suspended {
                            after.tokens_since = Some(tx.now());
                        }
                        tx.update("account.status_changed", &before, after).await?;
                    }
                    Ok(person.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
