//! What follows for a review when every side consents.

use entity::{
    Id, category_definitions, consent_request, partnership, review, review_indicator,
    value::{IndicatorCategory, IndicatorState, Text},
};
use serde_json::Value;

use super::{begin, go_back, rules, step};
use crate::{
    consents,
    platform::{
        error::{Error, Result},
        tx::Tx,
    },
};

fn content(request: &consent_request::Model) -> Result<Value> {
    serde_json::from_str(&request.content).map_err(|e| Error::internal(e.to_string()))
}

/// The event of a step that is entered.
fn event(by: &str) -> &'static str {
    match by {
        "agreeQuestions" => "review.questions_agreed",
        "agreeAnswers" => "review.joint_answer_confirmed",
        "closeDiscussion" => "review.discussion_closed",
        "agreeIndicators" => "review.indicators_agreed",
        "agreeDefinitions" => "review.definitions_agreed",
        "agreeActionPlan" => "review.plan_agreed",
        "close" => "review.closed",
        _ => "review.step_entered",
    }
}

/// Every side agreed: the review enters its next step.
pub async fn advance(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: review::Model = tx.lock(request.subject_id, "requestId").await?;
    in_force(tx, before.partnership_id).await?;
    let partnership: partnership::Model = tx.get(before.partnership_id, "requestId").await?;
    let content = content(request)?;
    let by = content.get("step").and_then(Value::as_str).unwrap_or_default();
    let step = rules::LIFECYCLE.step(before.state, by)?;
    step::guard(tx, &partnership, &before, by).await?;
    let mut after = before.clone();
    after.state = step.to;
    match by {
        "agreeDefinitions" => after.definitions_id = begin::definitions(tx, before.id).await?.map(|row| row.id),
        "agreeActionPlan" => after.plan_agreed_at = Some(tx.now()),
        "close" => after.closed_at = Some(tx.now()),
        _ => {}
    }
    tx.update(event(by), &before, after).await?;
    if by == "agreeActionPlan" {
        void_indicators(tx, before.id).await?;
    }
    // What was asked in the step before is asked anew, if at all.
    consents::void(tx, before.id).await
}

/// Nobody waits any more for the consent to a result, or to a waiver.
async fn void_indicators(tx: &mut Tx, review: Id) -> Result<()> {
    for indicator in begin::indicators(tx, review).await? {
        consents::void(tx, indicator.id).await?;
    }
    Ok(())
}

/// The review goes on only while its partnership does.
async fn in_force(tx: &Tx, partnership: Id) -> Result<()> {
    let partnership: partnership::Model = tx.get(partnership, "requestId").await?;
    rules::in_force(partnership.state)
}

/// Every side agreed that the review goes back to a step before.
pub async fn go_back(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: review::Model = tx.lock(request.subject_id, "requestId").await?;
    in_force(tx, before.partnership_id).await?;
    let to = content(request)?.get("to").cloned().unwrap_or_default();
    let to = serde_json::from_value(to).map_err(|e| Error::internal(e.to_string()))?;
    go_back::take(tx, before, to).await
}

/// Every side agreed that progress is looked at after other days.
pub async fn change_interval(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: review::Model = tx.lock(request.subject_id, "requestId").await?;
    in_force(tx, before.partnership_id).await?;
    rules::LIFECYCLE.step(before.state, "proposeMonitoringInterval")?;
    let days = content(request)?.get("days").cloned().unwrap_or_default();
    let days = serde_json::from_value(days).map_err(|e| Error::internal(e.to_string()))?;
    let after = review::Model { monitoring_interval_days: days, ..before.clone() };
    tx.update("review.monitoring_interval_changed", &before, after).await.map(drop)
}

/// Every side agreed to give the review up. What was sealed stays sealed.
pub async fn abandon(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: review::Model = tx.lock(request.subject_id, "requestId").await?;
    in_force(tx, before.partnership_id).await?;
    let step = rules::LIFECYCLE.step(before.state, "abandon")?;
    let after = review::Model { state: step.to, closed_at: Some(tx.now()), ..before.clone() };
    tx.update("review.abandoned", &before, after).await?;
    void_indicators(tx, before.id).await?;
    consents::void(tx, before.id).await
}

/// Every side agreed on the result of an indicator, or that they disagree. With the last of them the assessment is done.
pub async fn agree_result(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: review_indicator::Model = tx.lock(request.subject_id, "requestId").await?;
    let review: review::Model = tx.lock(before.review_id, "requestId").await?;
    in_force(tx, review.partnership_id).await?;
    rules::LIFECYCLE.step(review.state, "proposeIndicatorResult")?;
    let said = content(request)?.get("category").cloned().unwrap_or_default();
    let result: Option<IndicatorCategory> = serde_json::from_value(said).map_err(|e| Error::internal(e.to_string()))?;
    evidence(tx, &review, before.id, result).await?;
    let mut after = before.clone();
    after.state = if result.is_some() { IndicatorState::Agreed } else { IndicatorState::Disagreed };
    after.result = result;
    tx.update("review.indicator_assessed", &before, after).await?;
    if rules::all_assessed(&begin::indicators(tx, review.id).await?) {
        let step = rules::LIFECYCLE.step(review.state, "assess")?;
        let after = review::Model { state: step.to, ..review.clone() };
        tx.update("review.step_entered", &review, after).await?;
        void_indicators(tx, review.id).await?;
        consents::void(tx, review.id).await?;
    }
    Ok(())
}

/// A joint result of present needs evidence, too, where the sides agreed that it does.
pub(super) async fn evidence(
    tx: &Tx,
    review: &review::Model,
    indicator: Id,
    result: Option<IndicatorCategory>,
) -> Result<()> {
    let (Some(definitions), Some(IndicatorCategory::Present)) = (review.definitions_id, result) else { return Ok(()) };
    let definitions: category_definitions::Model = tx.get(definitions, "indicatorId").await?;
    let ratings = begin::ratings(tx, indicator).await?;
    if definitions.evidence_required && !ratings.iter().any(|rating| rating.evidence.is_some()) {
        return Err(Error::refused(&rules::PRESENT_NEEDS_EVIDENCE).field("category"));
    }
    rules::kinds_are_shown(&definitions, ratings.iter().filter_map(|rating| rating.evidence_kinds.as_ref()), "category")
}

/// Every side agreed that nothing is done about an indicator.
pub async fn waive(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let before: review_indicator::Model = tx.lock(request.subject_id, "requestId").await?;
    let review: review::Model = tx.lock(before.review_id, "requestId").await?;
    in_force(tx, review.partnership_id).await?;
    rules::LIFECYCLE.step(review.state, "proposeIndicatorWaiver")?;
    // Whoever agreed to the plan agreed to it without this.
    consents::void(tx, review.id).await?;
    let content = content(request)?;
    let why = content.get("reason").and_then(Value::as_str).unwrap_or_default();
    let mut after = before.clone();
    after.waived = true;
    after.waiver = Some(Text::new(why).map_err(|v| Error::internal(v.message))?);
    tx.update("review.indicator_waived", &before, after).await.map(drop)
}
