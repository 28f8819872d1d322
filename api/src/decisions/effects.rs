//! What follows for a decision when the sides have spoken.

use entity::{consent_request, decision};

use super::rules;
use crate::platform::{error::Result, tx::Tx};

/// Every side consented: the decision takes effect.
pub async fn make(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: decision::Model = tx.lock(request.subject_id, "requestId").await?;
    let step = rules::LIFECYCLE.step(before.state, "make")?;
    let after = decision::Model { state: step.to, effective_at: Some(tx.now()), ..before.clone() };
    tx.update("decision.effective", &before, after).await.map(drop)
}

/// Every side says that what was done in an emergency stands.
pub async fn ratify(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    step(tx, request, "ratify", "decision.ratified").await
}

/// A side says that what was done in an emergency does not stand.
pub async fn refuse(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    step(tx, request, "refuse", "decision.not_ratified").await
}

async fn step(tx: &mut Tx, request: &consent_request::Model, by: &str, event: &'static str) -> Result<()> {
    let before: decision::Model = tx.lock(request.subject_id, "requestId").await?;
    let after = decision::Model { state: rules::LIFECYCLE.step(before.state, by)?.to, ..before.clone() };
    tx.update(event, &before, after).await.map(drop)
}
