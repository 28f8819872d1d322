use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, SpaceRef, organisation,
    value::{LanguageTag, Patch, Text, Title},
};

use super::Organisation;
use crate::platform::{
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
    whole::Whole,
};

/// What changes in the entry of an organisation. What is left out stays; `null` clears.
#[derive(InputObject)]
pub struct UpdateOrganisationInput {
    /// The organisation.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// Name.
    name: Patch<Title>,
    /// Language it works in.
    base_language: Patch<LanguageTag>,
    /// Whether other organisations of the network see the basic entry.
    listed: Patch<bool>,
    /// How to reach its security focal point.
    security_contact: Patch<Text>,
}

/// Keeps the entry of an organisation.
#[derive(Default)]
pub struct UpdateOrganisation;

#[Object]
impl UpdateOrganisation {
    /// Changes the entry of your organisation. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::OrganisationKeep))]
    async fn update_organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateOrganisationInput,
    ) -> Result<Whole<Organisation>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: organisation::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
                    tx.authorise(SpaceRef::organisation(before.id)).await?;
                    let mut after = before.clone();
                    cleared("name", input.name.apply_required(&mut after.name))?;
                    cleared("baseLanguage", input.base_language.apply_required(&mut after.base_language))?;
                    cleared("listed", input.listed.apply_required(&mut after.listed))?;
                    input.security_contact.apply(&mut after.security_contact);
                    Ok(tx.update("organisation.updated", &before, after).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}

/// A column that always has a value cannot be cleared.
pub(crate) fn cleared(field: &str, kept: bool) -> Result<()> {
    if kept { Ok(()) } else { Err(Error::invalid(field, "CANNOT_BE_CLEARED", "this field always has a value")) }
}
