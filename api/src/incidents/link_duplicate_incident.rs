use async_graphql::{Context, Object};
use entity::{
    Id, Right, SpaceRef,
    incident::{self, Column},
    value::IncidentState,
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    Incident, effects,
    rules::{CANONICAL_INCIDENT, LIFECYCLE},
};
use crate::platform::{
    caller::Sort,
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
    whole::Whole,
};

/// Links a duplicate.
#[derive(Default)]
pub struct LinkDuplicateIncident;

#[Object]
impl LinkDuplicateIncident {
    /// Says that an incident is another report of one that is counted already: counts go by that one. It is released to
    /// nobody any more. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentVerify))]
    async fn link_duplicate_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The incident that counts no more.")] id: Id,
        #[graphql(desc = "The incident that counts.")] duplicate_of_id: Id,
        #[graphql(desc = "The version you read.")] expected_version: i32,
    ) -> Result<Whole<Incident>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: incident::Model = tx.lock_at(id, "id", expected_version).await?;
                    let organisation = SpaceRef::organisation(before.organisation_id);
                    tx.authorise(organisation).await?;
                    let canonical: incident::Model = tx.lock(duplicate_of_id, "duplicateOfId").await?;
                    let counts = !matches!(canonical.state, IncidentState::DuplicateOf | IncidentState::Retracted);
                    if canonical.id == before.id || canonical.organisation_id != before.organisation_id || !counts {
                        return Err(Error::refused(&CANONICAL_INCIDENT).field("duplicateOfId"));
                    }
                    let mut after = before.clone();
                    after.state = LIFECYCLE.step(before.state, "linkDuplicateIncident")?.to;
                    after.duplicate_of_id = Some(canonical.id);
                    after.sharing = effects::revoke_all(tx, &before).await?;
                    // Reports that pointed here point to the one that counts: a chain would count none of them.
                    let theirs = Condition::all().add(Column::DuplicateOfId.eq(before.id));
                    for other in tx.all::<incident::Model>(theirs, &Sort::asc(Column::CreatedAt)).await? {
                        let mut moved = other.clone();
                        moved.duplicate_of_id = Some(canonical.id);
                        tx.update("incident.duplicate_linked", &other, moved).await?;
                    }
                    Ok(tx.update("incident.duplicate_linked", &before, after).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
