//! What several commands of this capability do.

use std::collections::BTreeMap;

use entity::{
    Id, Kind, decision, policy_consultation, policy_response,
    value::{ConsentAction, DecisionState, PolicyPosition},
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::json;

use super::rules;
use crate::{
    consents, partnerships,
    platform::{
        caller::Sort,
        error::{Error, Result},
        tx::Tx,
    },
};

fn subject(decision: &decision::Model, action: ConsentAction) -> consents::Subject {
    consents::Subject { partnership: decision.partnership_id, kind: Kind::Decision, id: decision.id, action }
}

/// Asks every side about a decision.
pub(super) async fn ask(tx: &mut Tx, decision: &decision::Model, action: ConsentAction, side: Id) -> Result<Id> {
    let content = BTreeMap::from([
        ("decision", json!(decision.id)),
        ("title", json!(decision.title)),
        ("description", json!(decision.description)),
        ("effects", json!(decision.effects)),
        ("alternatives", json!(decision.alternatives)),
        ("emergencyReason", json!(decision.emergency_reason)),
        ("ratifyBy", json!(decision.ratify_by)),
    ]);
    Ok(consents::ask(tx, subject(decision, action), side, content).await?.id)
}

/// [`rules::CONSENT_MISSING`].
pub(super) async fn every_side_consented(tx: &Tx, decision: &decision::Model) -> Result<()> {
    let action = match decision.state {
        DecisionState::Proposed => ConsentAction::MakeDecision,
        DecisionState::Emergency => ConsentAction::RatifyDecision,
        _ => return Ok(()),
    };
    let missing = consents::missing_sides(tx, subject(decision, action)).await?;
    Err(Error::waits_for(&rules::CONSENT_MISSING, "id", &missing))
}

/// Who did not answer a consultation is written down as such, once its time is over.
pub(super) async fn silence_is_written_down(tx: &mut Tx, consultation: &policy_consultation::Model) -> Result<()> {
    use policy_response::Column;
    let current = Condition::all().add(Column::ConsultationId.eq(consultation.id)).add(Column::Current.eq(true));
    let answers: Vec<policy_response::Model> = tx.all(current, &Sort::asc(Column::CreatedAt)).await?;
    let sides = partnerships::side_ids(tx, consultation.partnership_id).await?;
    let answered = |side: &Id| *side == consultation.side_id || answers.iter().any(|answer| answer.side_id == *side);
    let silent: Vec<Id> = sides.into_iter().filter(|side| !answered(side)).collect();
    rules::answered_or_over(consultation, &silent, tx.now())?;
    for side in silent {
        let (id, now) = (tx.id(), tx.now());
        let row = policy_response::Model {
            id,
            partnership_id: consultation.partnership_id,
            consultation_id: consultation.id,
            side_id: side,
            position: PolicyPosition::NoAnswer,
            text: None,
            revision: 1,
            current: true,
            created_by: id,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        tx.insert("policy_consultation.not_answered", row).await?;
    }
    Ok(())
}
