//! What follows when every side consents to a need.

use entity::{capacity_need, consent_request};

use super::rules;
use crate::platform::{error::Result, tx::Tx};

/// It is a need.
pub async fn agree(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: capacity_need::Model = tx.lock(request.subject_id, "requestId").await?;
    let step = rules::NEED.step(before.state, "agreeCapacityNeed")?;
    let after = capacity_need::Model { state: step.to, ..before.clone() };
    tx.update("capacity_need.agreed", &before, after).await.map(drop)
}
