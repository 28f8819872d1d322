//! What follows for a joint strategy when the sides have spoken.

use entity::{advocacy_strategy, consent_request};

use super::rules;
use crate::platform::{error::Result, tx::Tx};

/// Every side consented: the strategy counts.
pub async fn adopt(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: advocacy_strategy::Model = tx.lock(request.subject_id, "requestId").await?;
    let step = rules::STRATEGY.step(before.state, "agree")?;
    let after = advocacy_strategy::Model { state: step.to, adopted_at: Some(tx.now()), ..before.clone() };
    tx.update("advocacy_strategy.adopted", &before, after).await.map(drop)
}

/// A side refused: it is a draft again, to be edited and put to every side anew.
pub async fn refuse(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: advocacy_strategy::Model = tx.lock(request.subject_id, "requestId").await?;
    let step = rules::STRATEGY.step(before.state, "refuse")?;
    let after = advocacy_strategy::Model { state: step.to, ..before.clone() };
    tx.update("advocacy_strategy.returned", &before, after).await.map(drop)
}
