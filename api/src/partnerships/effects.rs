//! What happens to a partnership when every side consented.

use entity::{
    Id, consent_request, decision, end_assessment, partnership, policy_consultation, review,
    value::{ConsultationState, DecisionState, PartnershipState, ReviewState},
};
use sea_orm::{ColumnTrait, Condition};

use super::{end_assessments, rules, side_ids};
use crate::{
    consents, foundations, incidents,
    platform::{
        caller::Sort,
        error::{Error, Result},
        tx::Tx,
    },
};

/// The partnership comes into force.
pub async fn activate(tx: &mut Tx, id: Id) -> Result<()> {
    let before: partnership::Model = tx.lock(id, "id").await?;
    let step = rules::LIFECYCLE.step(before.state, "activate")?;
    may_come_into_force(tx, id).await?;
    let mut after = before.clone();
    after.state = step.to;
    after.activated_at = Some(tx.now());
    tx.update("partnership.activated", &before, after).await?;
    Ok(())
}

/// What must hold before any side agrees that the partnership comes into force.
pub async fn may_come_into_force(tx: &Tx, id: Id) -> Result<()> {
    let partnership: partnership::Model = tx.get(id, "requestId").await?;
    if !rules::agreement_stated(&partnership) {
        return Err(Error::refused(&rules::AGREEMENT_STATED).field("agreementRef"));
    }
    foundations::effects::laid(tx, &partnership).await
}

/// The suspended partnership is in force again.
pub async fn resume(tx: &mut Tx, id: Id) -> Result<()> {
    let before: partnership::Model = tx.lock(id, "id").await?;
    let step = rules::LIFECYCLE.step(before.state, "resume")?;
    let mut after = before.clone();
    after.state = step.to;
    after.state_reason = None;
    tx.update("partnership.resumed", &before, after).await?;
    Ok(())
}

/// Every side agreed on other terms. A partnership that came to its end goes on.
pub async fn change_terms(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: partnership::Model = tx.lock(request.subject_id, "requestId").await?;
    let step = rules::LIFECYCLE.step(before.state, "changeTerms")?;
    let content: serde_json::Value =
        serde_json::from_str(&request.content).map_err(|e| Error::internal(e.to_string()))?;
    let said = |name: &str| content.get(name).cloned().unwrap_or_default();
    let mut after = before.clone();
    after.ends_on = serde_json::from_value(said("endsOn")).map_err(|e| Error::internal(e.to_string()))?;
    after.attitude_revisit_days =
        serde_json::from_value(said("attitudeRevisitDays")).map_err(|e| Error::internal(e.to_string()))?;
    rules::terms_may_change(&before, &after, tx.now())?;
    if before.state == PartnershipState::Ending {
        for said in end_assessments(tx, before.id).await? {
            let over = end_assessment::Model { current: false, ..said.clone() };
            tx.update("partnership.end_assessment_superseded", &said, over).await?;
        }
        after.state_reason = None;
    }
    after.state = step.to;
    tx.update("partnership.terms_changed", &before, after).await?;
    // What was asked about the partnership was asked on the terms of before.
    consents::void(tx, before.id).await
}

/// What must hold before a partnership is over; looked at when it is proposed, and again with the last consent.
pub(super) async fn may_end(tx: &Tx, partnership: &partnership::Model, waived: bool) -> Result<()> {
    use review::Column;
    let assessed = end_assessments(tx, partnership.id).await?;
    let sides = side_ids(tx, partnership.id).await?;
    let missing = sides.iter().filter(|side| !assessed.iter().any(|one| one.side_id == **side));
    let missing: Vec<Id> = missing.copied().collect();
    if !waived && !missing.is_empty() {
        return Err(Error::waits_for(&rules::END_IS_ASSESSED, "id", &missing));
    }
    let of = Condition::all()
        .add(Column::PartnershipId.eq(partnership.id))
        .add(Column::State.is_not_in([ReviewState::Closed, ReviewState::Abandoned]));
    let open: Vec<review::Model> = tx.all(of, &Sort::asc(Column::CreatedAt)).await?;
    if open.is_empty() {
        return decisions_are_over(tx, partnership.id).await;
    }
    let open: Vec<Id> = open.iter().map(|review| review.id).collect();
    Err(Error::refused(&rules::REVIEWS_ARE_OVER).field("id").ids("reviews", &open))
}

async fn decisions_are_over(tx: &Tx, partnership: Id) -> Result<()> {
    let emergencies = {
        use decision::Column;
        let open =
            Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::State.eq(DecisionState::Emergency));
        tx.all::<decision::Model>(open, &Sort::asc(Column::CreatedAt)).await?
    };
    let consultations = {
        use policy_consultation::Column;
        let open =
            Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::State.eq(ConsultationState::Open));
        tx.all::<policy_consultation::Model>(open, &Sort::asc(Column::CreatedAt)).await?
    };
    let open: Vec<Id> = emergencies.iter().map(|row| row.id).chain(consultations.iter().map(|row| row.id)).collect();
    if open.is_empty() {
        return Ok(());
    }
    Err(Error::refused(&rules::DECISIONS_ARE_OVER).field("id").ids("decisions", &open))
}

/// The partnership is over. What was released to it is taken back, and nothing waits for a consent any more; what each side may
/// read of its history it still reads.
pub async fn end(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: partnership::Model = tx.lock(request.subject_id, "requestId").await?;
    let step = rules::LIFECYCLE.step(before.state, "end")?;
    let content: serde_json::Value =
        serde_json::from_str(&request.content).map_err(|e| Error::internal(e.to_string()))?;
    may_end(tx, &before, content.get("waiver").is_some_and(|waiver| !waiver.is_null())).await?;
    let after = partnership::Model { state: step.to, ..before.clone() };
    tx.update("partnership.ended", &before, after).await?;
    incidents::effects::end_protocols(tx, before.id).await?;
    consents::void_all(tx, before.id).await
}
