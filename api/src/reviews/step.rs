//! What the sides consent to when a review enters its next step, and what must hold before it does.

use std::collections::BTreeMap;

use entity::{
    Id, partnership, review,
    value::{ActionState, Title},
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::{Value, json};

use super::{begin, rules};
use crate::{
    foundations,
    platform::{
        caller::Sort,
        error::{Error, Result, Rule},
        tx::Tx,
    },
};

fn refused(rule: &Rule, name: &'static str, ids: &[Id]) -> Error {
    Error::refused(rule).field("reviewId").ids(name, ids)
}

/// What must hold before a step is entered this way; looked at when it is proposed, and again when the last side consents.
pub(super) async fn guard(tx: &Tx, partnership: &partnership::Model, review: &review::Model, by: &str) -> Result<()> {
    match by {
        "agreeQuestions" => {
            if begin::questions(tx, review.id).await?.is_empty() {
                return Err(refused(&rules::A_QUESTION_IS_ASKED, "questions", &[]));
            }
            foundations::effects::principles_adopted(tx, partnership).await
        }
        "agreeAnswers" => {
            let questions = begin::questions(tx, review.id).await?;
            let open = rules::unanswered(&questions, &begin::answers(tx, review.id, None).await?, None);
            if open.is_empty() { Ok(()) } else { Err(refused(&rules::EVERY_QUESTION_IS_ANSWERED, "questions", &open)) }
        }
        "agreeIndicators" if begin::indicators(tx, review.id).await?.is_empty() => {
            Err(refused(&rules::AN_INDICATOR_IS_NAMED, "indicators", &[]))
        }
        "agreeDefinitions" if begin::definitions(tx, review.id).await?.is_none() => {
            Err(Error::refused(&rules::DEFINITIONS_NOT_AGREED).field("reviewId"))
        }
        "agreeActionPlan" => {
            let actions = begin::actions(tx, review.id).await?;
            let waiting = actions.iter().filter(|action| action.state == ActionState::Proposed);
            let waiting: Vec<Id> = waiting.map(|action| action.id).collect();
            if !waiting.is_empty() {
                return Err(refused(&rules::EVERY_TASK_IS_ANSWERED, "actions", &waiting));
            }
            let open = rules::uncovered(&begin::indicators(tx, review.id).await?, &actions);
            if open.is_empty() { Ok(()) } else { Err(refused(&rules::EVERY_GAP_IS_COVERED, "indicators", &open)) }
        }
        "close" => {
            let over = |state| matches!(state, ActionState::Confirmed | ActionState::Declined);
            let waived = begin::indicators(tx, review.id).await?;
            let waived = |action: &entity::review_action::Model| {
                waived.iter().any(|indicator| indicator.waived && indicator.id == action.indicator_id)
            };
            let actions = begin::actions(tx, review.id).await?;
            let open = actions.iter().filter(|action| !over(action.state) && !waived(action));
            let open: Vec<Id> = open.map(|action| action.id).collect();
            if open.is_empty() { Ok(()) } else { Err(refused(&rules::EVERY_TASK_IS_DONE, "actions", &open)) }
        }
        _ => Ok(()),
    }
}

/// What the sides have before their eyes when they consent.
pub(super) async fn content(tx: &Tx, review: &review::Model, by: &str) -> Result<BTreeMap<&'static str, Value>> {
    let mut content =
        BTreeMap::from([("review", json!(review.id)), ("title", json!(review.title)), ("step", json!(by))]);
    match by {
        "agreePlan" => {
            content.insert("objective", json!(rules::OBJECTIVE));
            content.insert("mode", json!(review.mode));
            content.insert("approach", json!(review.approach));
            content.insert("startsOn", json!(review.starts_on));
            content.insert("endsOn", json!(review.ends_on));
            let sessions = begin::sessions(tx, review.id).await?;
            let said = |s: &entity::review_session::Model| json!({ "id": s.id, "heldOn": s.held_on, "time": s.time, "method": s.method, "place": s.place });
            content.insert("sessions", sessions.iter().map(said).collect());
            content.insert("frameworkVersion", json!(review.framework_version));
            content.insert("monitoringIntervalDays", json!(review.monitoring_interval_days));
        }
        "agreeQuestions" => {
            let questions = begin::questions(tx, review.id).await?;
            let said = |q: &entity::review_question::Model| json!({ "id": q.id, "element": q.element, "text": q.text });
            content.insert("questions", questions.iter().map(said).collect());
        }
        "agreeAnswers" => {
            let answers = begin::answers(tx, review.id, None).await?;
            // A row of a joint answer is never written over: its id stands for its text.
            let said = |a: &entity::review_answer::Model| json!({ "question": a.question_id, "answer": a.id, "revision": a.revision });
            content.insert("answers", answers.iter().map(said).collect());
        }
        "closeDiscussion" => {
            use entity::{review_answer as answer, review_note as note};
            let answers =
                Condition::all().add(answer::Column::ReviewId.eq(review.id)).add(answer::Column::Current.eq(true));
            let answers: Vec<answer::Model> = tx.all(answers, &Sort::asc(answer::Column::CreatedAt)).await?;
            let notes = Condition::all().add(note::Column::ReviewId.eq(review.id));
            let notes: Vec<note::Model> = tx.all(notes, &Sort::asc(note::Column::CreatedAt)).await?;
            content.insert("answers", answers.iter().map(|row| json!(row.id)).collect());
            content.insert("notes", notes.iter().map(|row| json!(row.id)).collect());
        }
        "agreeIndicators" => {
            let indicators = begin::indicators(tx, review.id).await?;
            let said = |i: &entity::review_indicator::Model| {
                json!({
                    "id": i.id, "element": i.element, "title": i.title, "description": i.description,
                    "ofSide": i.of_side_id,
                })
            };
            content.insert("indicators", indicators.iter().map(said).collect());
        }
        "agreeDefinitions" => {
            let meanings = begin::definitions(tx, review.id).await?;
            let said = |d: &entity::category_definitions::Model| {
                json!({
                    "id": d.id, "present": d.present, "partiallyPresent": d.partially_present,
                    "notPresent": d.not_present, "evidenceRequired": d.evidence_required,
                    "evidenceKinds": d.evidence_kinds,
                })
            };
            content.insert("definitions", meanings.as_ref().map(said).unwrap_or_default());
        }
        "agreeActionPlan" => {
            let actions = begin::actions(tx, review.id).await?;
            let said = |a: &entity::review_action::Model| {
                json!({
                    "id": a.id, "version": a.version, "indicator": a.indicator_id, "title": a.title,
                    "ownerSide": a.owner_side_id, "acceptedAs": a.accepted_as.as_ref().map(Title::as_str),
                    "dueOn": a.due_on, "state": a.state,
                })
            };
            content.insert("actions", actions.iter().map(said).collect());
            let waived = begin::indicators(tx, review.id).await?;
            let waived: Vec<Id> = waived.iter().filter(|indicator| indicator.waived).map(|one| one.id).collect();
            content.insert("waived", json!(waived));
        }
        _ => {}
    }
    Ok(content)
}
