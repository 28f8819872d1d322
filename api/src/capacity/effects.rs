//! What follows when every side consents to a need, and what is looked at when a partnership ends.

use entity::{Id, capacity_activity, capacity_need, consent_request};
use sea_orm::{ColumnTrait, Condition};
use serde_json::{Value, json};

use super::rules;
use crate::platform::{caller::Sort, error::Result, tx::Tx};

/// It is a need.
pub async fn agree(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: capacity_need::Model = tx.lock(request.subject_id, "requestId").await?;
    let step = rules::NEED.step(before.state, "agreeCapacityNeed")?;
    let after = capacity_need::Model { state: step.to, ..before.clone() };
    tx.update("capacity_need.agreed", &before, after).await.map(drop)
}

/// What was done for capacity in a partnership, each with how it outlives the end: to be seen before the sides agree to that (C-03).
pub async fn what_lasts(tx: &Tx, partnership: Id) -> Result<Vec<Value>> {
    use capacity_activity::Column;
    let of = Condition::all().add(Column::PartnershipId.eq(partnership));
    let all: Vec<capacity_activity::Model> = tx.all(of, &Sort::asc(Column::CreatedAt)).await?;
    let said = |one: capacity_activity::Model| json!({ "id": one.id, "title": one.title, "state": one.state, "sustainabilityPlan": one.sustainability_plan });
    Ok(all.into_iter().map(said).collect())
}
