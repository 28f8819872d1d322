use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, SpaceRef, account, person,
    value::{AccountStatus, Title},
};

use super::Person;
use crate::platform::{
    error::{Error, ErrorCode, Result, Rule},
    gate::Ask,
    sdl::requires,
    tx::Tx,
    whole::Whole,
};

/// A second account would let its opener act as the person without their knowledge.
const ONE_ACCOUNT_A_PERSON: Rule = Rule {
    key: "ONE_ACCOUNT_A_PERSON",
    requirement: "4.1",
    says: "this person signs in already: nobody else opens a second way in",
};

/// A way to sign in for a person of one's own organisation.
#[derive(InputObject)]
pub struct OpenAccountInput {
    /// The person.
    person_id: Id,
    /// Issuer of the tokens, as in their `iss`.
    issuer: Title,
    /// Subject of the tokens, as in their `sub`.
    subject: Title,
}

/// Opens an account.
#[derive(Default)]
pub struct OpenAccount;

#[Object]
impl OpenAccount {
    /// Lets a person of your organisation sign in. An account gives no right; standings do.
    /// Codes: NOT_FOUND, FORBIDDEN, REFUSED, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::PeopleKeep))]
    async fn open_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: OpenAccountInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Person>> {
        let caller = ctx.caller()?;
        let id = caller
            .command_once(ctx, idempotency_key, |tx| {
                Box::pin(async move {
                    let person: person::Model = tx.lock(input.person_id, "personId").await?;
                    tx.authorise(SpaceRef::organisation(person.organisation_id)).await?;
                    if !tx.accounts_of(person.id).await?.is_empty() {
                        return Err(Error::refused(&ONE_ACCOUNT_A_PERSON).field("personId"));
                    }
                    record(tx, &person, input.issuer, input.subject).await?;
                    Ok(person.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}

/// Writes an account; one subject of one issuer is one account.
pub(crate) async fn record(
    tx: &mut Tx,
    person: &person::Model,
    issuer: Title,
    subject: Title,
) -> Result<account::Model> {
    let (id, now) = (tx.id(), tx.now());
    let row = account::Model {
        id,
        organisation_id: person.organisation_id,
        person_id: person.id,
        issuer,
        subject,
        tokens_since: None,
        signed_out_at: None,
        language: None,
        status: AccountStatus::Active,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let taken = |error: Error| match error.code {
        ErrorCode::Conflict => Error::invalid("subject", "ONE_ACCOUNT_A_SUBJECT", "this subject cannot be used"),
        _ => error,
    };
    // What else waits is heard of for itself.
    tx.settle().await?;
    let row = tx.insert("account.opened", row).await.map_err(taken)?;
    tx.settle().await.map_err(taken)?;
    Ok(row)
}
