//! What several commands of this capability look at.

use std::collections::BTreeMap;

use entity::{Id, Kind, capacity_need, value::ConsentAction};
use serde_json::json;

use super::rules;
use crate::{
    consents, partnerships,
    platform::{
        error::{Error, Result},
        tx::Tx,
    },
};

/// A side that is named is one of the partnership.
pub(super) async fn is_a_side(tx: &Tx, partnership: Id, field: &str, side: Option<Id>) -> Result<()> {
    match side {
        Some(side) if !partnerships::side_ids(tx, partnership).await?.contains(&side) => Err(Error::not_found(field)),
        _ => Ok(()),
    }
}

/// A need that is named is one of the partnership.
pub(super) async fn is_a_need_of(tx: &Tx, partnership: Id, need: Option<Id>) -> Result<()> {
    let Some(need) = need else { return Ok(()) };
    let need: capacity_need::Model = tx.get(need, "needId").await?;
    if need.partnership_id == partnership { rules::need_is_agreed(&need) } else { Err(Error::not_found("needId")) }
}

/// Asks every side whether it is a need.
pub(super) async fn ask(tx: &mut Tx, need: &capacity_need::Model, side: Id) -> Result<Id> {
    let content = BTreeMap::from([
        ("capacityNeed", json!(need.id)),
        ("forSide", json!(need.for_side_id)),
        ("element", json!(need.element)),
        ("title", json!(need.title)),
        ("description", json!(need.description)),
    ]);
    let subject = consents::Subject {
        partnership: need.partnership_id,
        kind: Kind::CapacityNeed,
        id: need.id,
        action: ConsentAction::AgreeCapacityNeed,
    };
    Ok(consents::ask(tx, subject, side, content).await?.id)
}
