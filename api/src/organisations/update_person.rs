use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, SpaceRef, person,
    value::{Patch, Recruitment, Text, Title},
};

use super::{Person, update_organisation::cleared};
use crate::platform::{error::Result, gate::Ask, sdl::requires, whole::Whole};

/// What changes of a person. What is left out stays; `null` clears.
#[derive(InputObject)]
pub struct UpdatePersonInput {
    /// The person.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// Name.
    name: Patch<Title>,
    /// Recruited internationally or locally.
    recruitment: Patch<Recruitment>,
    /// How to reach the person.
    contact: Patch<Text>,
}

/// Changes a person.
#[derive(Default)]
pub struct UpdatePerson;

#[Object]
impl UpdatePerson {
    /// Changes a person of your organisation. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::PeopleKeep))]
    async fn update_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdatePersonInput,
    ) -> Result<Whole<Person>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: person::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
                    tx.authorise(SpaceRef::organisation(before.organisation_id)).await?;
                    let mut after = before.clone();
                    cleared("name", input.name.apply_required(&mut after.name))?;
                    cleared("recruitment", input.recruitment.apply_required(&mut after.recruitment))?;
                    input.contact.apply(&mut after.contact);
                    Ok(tx.update("person.updated", &before, after).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
