use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, SpaceRef, organisation, person,
    value::{Recruitment, Text, Title},
};

use super::Person;
use crate::platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole};

/// A person of one's own organisation.
#[derive(InputObject)]
pub struct AddPersonInput {
    /// The employer.
    organisation_id: Id,
    /// Name, as the person wants to be called.
    name: Title,
    /// Recruited internationally or locally.
    recruitment: Recruitment,
    /// How to reach the person.
    contact: Option<Text>,
}

/// Adds a person.
#[derive(Default)]
pub struct AddPerson;

#[Object]
impl AddPerson {
    /// Adds a person to your organisation. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::PeopleKeep))]
    async fn add_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: AddPersonInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Person>> {
        let caller = ctx.caller()?;
        let id = caller
            .command_once(ctx, idempotency_key, |tx| {
                Box::pin(async move {
                    let organisation: organisation::Model = tx.get(input.organisation_id, "organisationId").await?;
                    tx.authorise(SpaceRef::organisation(organisation.id)).await?;
                    Ok(record(tx, organisation.id, input.name, input.recruitment, input.contact).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}

/// Writes a person.
pub(super) async fn record(
    tx: &mut Tx,
    organisation_id: Id,
    name: Title,
    recruitment: Recruitment,
    contact: Option<Text>,
) -> Result<person::Model> {
    let (id, now) = (tx.id(), tx.now());
    let row = person::Model {
        id,
        organisation_id,
        name,
        recruitment,
        contact,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    tx.insert("person.added", row).await
}
