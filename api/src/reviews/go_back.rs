//! The way back of a review: what the sides agreed on behind the step is void, and nothing that was written is lost.

use entity::{
    Id, consent_request, indicator_rating, review, review_answer, review_indicator, review_submission,
    value::{ConsentAction, IndicatorState, ReviewReturn, ReviewState},
};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use serde_json::Value;

use super::{begin, rules};
use crate::{
    consents, partnerships,
    platform::{caller::Sort, error::Result, tx::Tx},
};

/// The transition that leads there.
pub(super) const fn by(to: ReviewReturn) -> &'static str {
    match to {
        ReviewReturn::Planning => "returnToPlanning",
        ReviewReturn::Questions => "returnToQuestions",
        ReviewReturn::Discussion => "returnToDiscussion",
        ReviewReturn::Indicators => "returnToIndicators",
        ReviewReturn::Definitions => "returnToDefinitions",
        ReviewReturn::Assessment => "returnToAssessment",
        ReviewReturn::ActionPlan => "returnToActionPlan",
    }
}

/// The steps that the sides agree on, each with where a review stands that has to agree on it anew.
const AGREED: [(&str, ReviewReturn); 6] = [
    ("agreePlan", ReviewReturn::Planning),
    ("agreeQuestions", ReviewReturn::Questions),
    ("closeDiscussion", ReviewReturn::Discussion),
    ("agreeIndicators", ReviewReturn::Indicators),
    ("agreeDefinitions", ReviewReturn::Definitions),
    ("agreeActionPlan", ReviewReturn::ActionPlan),
];

/// Takes the review back.
pub(super) async fn take(tx: &mut Tx, before: review::Model, to: ReviewReturn) -> Result<()> {
    let step = rules::LIFECYCLE.step(before.state, by(to))?;
    let mut after = before.clone();
    after.state = step.to;
    after.plan_agreed_at = None;
    if to <= ReviewReturn::Definitions {
        after.definitions_id = None;
    }
    if matches!(to, ReviewReturn::Planning | ReviewReturn::Questions) && before.state == ReviewState::Answering {
        withdraw_submissions(tx, before.id).await?;
    }
    if to == ReviewReturn::Planning {
        set_answers_aside(tx, Condition::all().add(review_answer::Column::ReviewId.eq(before.id))).await?;
    }
    let indicators = begin::indicators(tx, before.id).await?;
    if to <= ReviewReturn::Assessment {
        let sides = partnerships::side_ids(tx, before.partnership_id).await?;
        for indicator in &indicators {
            assess_anew(tx, indicator, &sides, to).await?;
        }
    }
    tx.update("review.step_returned", &before, after).await?;
    let subjects: Vec<Id> = indicators.iter().map(|indicator| indicator.id).chain([before.id]).collect();
    for subject in &subjects {
        consents::void(tx, *subject).await?;
    }
    consents::void_agreed(tx, subjects, |request| undone(request, to)).await
}

/// Whether what was agreed on lies behind the step that the review goes back to.
fn undone(request: &consent_request::Model, to: ReviewReturn) -> bool {
    match request.action {
        ConsentAction::AdvanceReview => {
            let content: Value = serde_json::from_str(&request.content).unwrap_or_default();
            let step = content.get("step").and_then(Value::as_str).unwrap_or_default();
            AGREED.iter().any(|(by, anew)| *by == step && *anew >= to)
        }
        ConsentAction::AgreeIndicatorResult | ConsentAction::WaiveIndicator => to <= ReviewReturn::Assessment,
        _ => false,
    }
}

/// The sides answer again before they submit.
async fn withdraw_submissions(tx: &mut Tx, review: Id) -> Result<()> {
    use review_submission::Column;
    let live = Condition::all().add(Column::ReviewId.eq(review)).add(Column::Live.eq(true));
    for before in tx.all::<review_submission::Model>(live, &Sort::asc(Column::CreatedAt)).await? {
        let after = review_submission::Model { live: false, ..before.clone() };
        tx.update("review.submission_withdrawn", &before, after).await?;
    }
    Ok(())
}

/// Answers that count no more stay with whom they are sealed for, as what was written before.
pub(super) async fn set_answers_aside(tx: &mut Tx, which: Condition) -> Result<()> {
    use review_answer::Column;
    let current = which.add(Column::Current.eq(true));
    let answers = tx.consequences::<review_answer::Model>(current, Column::CreatedAt).await?;
    tx.set_all("review.answer_superseded", answers, "current", Expr::val(false), |answer| answer.current = false).await
}

/// An indicator has no joint result any more, and no waiver; by other meanings the sides judge it anew, too.
async fn assess_anew(tx: &mut Tx, before: &review_indicator::Model, sides: &[Id], to: ReviewReturn) -> Result<()> {
    let ratings = begin::ratings(tx, before.id).await?;
    let mut after = review_indicator::Model {
        result: None,
        waived: false,
        waiver: None,
        reopened_at: Some(tx.now()),
        ..before.clone()
    };
    if to == ReviewReturn::Assessment {
        after.state = rules::assessment(sides, &ratings);
    } else {
        for rating in &ratings {
            let over = indicator_rating::Model { current: false, ..rating.clone() };
            tx.update("review.rating_superseded", rating, over).await?;
        }
        after.state = IndicatorState::Unrated;
    }
    tx.update("review.indicator_reopened", before, after).await.map(drop)
}
