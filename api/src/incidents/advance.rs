//! A step in the life of an incident.

use entity::{Id, SpaceRef, incident};

use super::rules::LIFECYCLE;
use crate::platform::{error::Result, tx::Tx};

/// Takes one step.
pub(super) async fn advance(tx: &mut Tx, id: Id, version: i32, by: &'static str, event: &'static str) -> Result<Id> {
    let before: incident::Model = tx.lock_at(id, "id", version).await?;
    tx.authorise(SpaceRef::organisation(before.organisation_id)).await?;
    let mut after = before.clone();
    after.state = LIFECYCLE.step(before.state, by)?.to;
    Ok(tx.update(event, &before, after).await?.id)
}
