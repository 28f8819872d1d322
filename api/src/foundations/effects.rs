//! What follows for the foundations when every side consents.

use entity::{consent_request, risk_transfer, value::Text};

use super::rules::LIFECYCLE;
use crate::platform::{
    error::{Error, Result},
    tx::Tx,
};

pub use super::begin::{laid, principles_adopted};

fn agreed(request: &consent_request::Model, name: &str) -> Result<Text> {
    let content: serde_json::Value =
        serde_json::from_str(&request.content).map_err(|e| Error::internal(e.to_string()))?;
    let text = content.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    Text::new(text).map_err(|v| Error::internal(format!("{name}: {}", v.message)))
}

/// Every side agreed on what is done about a transfer of risk.
pub async fn agree_treatment(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: risk_transfer::Model = tx.lock(request.subject_id, "requestId").await?;
    let step = LIFECYCLE.step(before.state, "agreeTreatment")?;
    let after =
        risk_transfer::Model { state: step.to, treatment: Some(agreed(request, "treatment")?), ..before.clone() };
    tx.update("risk_transfer.agreed", &before, after).await.map(drop)
}

/// Every side agreed that a transfer of risk needs no attention any more.
pub async fn close(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: risk_transfer::Model = tx.lock(request.subject_id, "requestId").await?;
    let step = LIFECYCLE.step(before.state, "close")?;
    let after = risk_transfer::Model { state: step.to, closing: Some(agreed(request, "closing")?), ..before.clone() };
    tx.update("risk_transfer.closed", &before, after).await.map(drop)
}
