//! What follows when every side consents to a plan of communication.

use entity::{communication_plan, consent_request, value::PlanState};

use super::{begin, rules};
use crate::platform::{error::Result, tx::Tx};

/// The plan counts, and the one before it does not any more.
pub async fn agree(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: communication_plan::Model = tx.lock(request.subject_id, "requestId").await?;
    let step = rules::PLAN.step(before.state, "agreeCommunicationPlan")?;
    begin::retire_plans(tx, before.partnership_id, PlanState::Agreed).await?;
    let after = communication_plan::Model { state: step.to, agreed_at: Some(tx.now()), ..before.clone() };
    tx.update("communication_plan.agreed", &before, after).await.map(drop)
}
