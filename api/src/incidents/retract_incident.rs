use async_graphql::{Context, Object};
use entity::{
    Id, Right, SpaceRef,
    incident::{self, Column},
    value::{IncidentState, Text},
};

use sea_orm::{ColumnTrait, Condition};

use super::{
    Incident, effects,
    rules::{self, LIFECYCLE},
};
use crate::platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole};

/// Takes a report back.
#[derive(Default)]
pub struct RetractIncident;

#[Object]
impl RetractIncident {
    /// Takes an incident back: it did not happen, or not so. It stays on record, counts no more and is released to nobody any
    /// more. Its author may while it is reported, the security focal point of its organisation until it is closed.
    /// Codes: NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::IncidentReport))]
    async fn retract_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The incident.")] id: Id,
        #[graphql(desc = "The version you read.")] expected_version: i32,
        #[graphql(desc = "Why.")] reason: Text,
    ) -> Result<Whole<Incident>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: incident::Model = tx.lock_at(id, "id", expected_version).await?;
                    retract(tx, &before, Some(reason)).await?;
                    Ok(id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}

/// Takes it back; a second time changes nothing.
pub(super) async fn retract(tx: &mut Tx, before: &incident::Model, reason: Option<Text>) -> Result<()> {
    if before.state == IncidentState::Retracted && reason.is_none() {
        return Ok(());
    }
    let space = SpaceRef::organisation(before.organisation_id);
    tx.authorise(space).await?;
    let verifies = tx.caller.grants().within(Right::IncidentVerify, space).is_some();
    rules::may_edit(before, tx.caller.person(), verifies)?;
    let mut after = before.clone();
    after.state = LIFECYCLE.step(before.state, "retractIncident")?.to;
    after.state_reason = reason;
    after.sharing = effects::revoke_all(tx, before).await?;
    tx.update("incident.retracted", before, after).await?;
    // Its duplicates did not go with it: the oldest of them counts from now on, and the others point there.
    let mut counts: Option<Id> = None;
    let theirs = Condition::all().add(Column::DuplicateOfId.eq(before.id));
    for other in tx.consequences::<incident::Model>(theirs, Column::CreatedAt).await? {
        let mut moved = other.clone();
        moved.duplicate_of_id = counts;
        if counts.is_none() {
            moved.state = IncidentState::Reported;
            counts = Some(other.id);
        }
        tx.update("incident.duplicate_linked", &other, moved).await?;
    }
    Ok(())
}
