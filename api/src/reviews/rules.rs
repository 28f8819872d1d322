//! Rules of the joint review, in the words of the guideline. Pure functions.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Id, category_definitions, indicator_rating, review, review_action, review_answer, review_indicator,
    review_question,
    value::{
        ActionState, Date, EvidenceKinds, IndicatorCategory, IndicatorState, PartnershipState, ReviewMode,
        ReviewState::{
            self as State, Abandoned, Answering, Assessed, Assessing, Closed, Discussed, IndicatorsAgreed, Monitoring,
            Planning, Questions, Revealed,
        },
    },
};

use crate::{
    foundations::rules::PRINCIPLES_ADOPTED,
    partnerships::rules::EVERY_SIDE_CONSENTS,
    platform::{
        error::{Error, Result, Rule},
        lifecycle::{Lifecycle, Transition},
    },
};

/// What every joint review is for.
pub const OBJECTIVE: &str = "To get better together at keeping people safe. Nobody is examined here: each side says how it manages \
                             security risk, and both decide what to do about what is missing.";

/// A review goes on in a partnership that is in force.
pub const REVIEW_IN_FORCE: Rule = Rule {
    key: "REVIEW_IN_FORCE",
    requirement: "R-01",
    says: "a review goes on while its partnership is in force: not before, and not while it is suspended",
};
/// The steps are taken in order, each by the consent of every side.
pub const STEP_BY_STEP: Rule = Rule {
    key: "STEP_BY_STEP",
    requirement: "R-01",
    says: "this step is not entered by a proposal: see what it waits for",
};
/// There is a question to answer.
pub const A_QUESTION_IS_ASKED: Rule =
    Rule { key: "A_QUESTION_IS_ASKED", requirement: "R-10", says: "propose one question at least" };
/// A side that submitted does not go on writing.
pub const SUBMITTED_IS_SUBMITTED: Rule = Rule {
    key: "SUBMITTED_IS_SUBMITTED",
    requirement: "R-12",
    says: "your side has submitted its answers: take the submission back first",
};
/// A side submits when it has answered every question.
pub const EVERY_QUESTION_IS_ANSWERED: Rule =
    Rule { key: "EVERY_QUESTION_IS_ANSWERED", requirement: "R-12", says: "answer every question first" };
/// Answers are given as the plan of the review says.
pub const AS_AGREED: Rule = Rule {
    key: "AS_AGREED",
    requirement: "R-11",
    says: "the plan of this review says otherwise: sides answer apart, or together in meetings",
};
/// There is an indicator to assess.
pub const AN_INDICATOR_IS_NAMED: Rule =
    Rule { key: "AN_INDICATOR_IS_NAMED", requirement: "R-16", says: "propose one indicator at least" };
/// Before anything is assessed the sides agree what the categories mean.
pub const DEFINITIONS_NOT_AGREED: Rule = Rule {
    key: "DEFINITIONS_NOT_AGREED",
    requirement: "R-17",
    says: "agree first what present, partially present and not present mean",
};
/// Present needs evidence where the sides agreed that it does.
pub const PRESENT_NEEDS_EVIDENCE: Rule =
    Rule { key: "PRESENT_NEEDS_EVIDENCE", requirement: "R-19", says: "say what shows it, as the sides agreed" };
/// Present needs every kind of evidence that the sides agreed on.
pub const EVIDENCE_AS_AGREED: Rule = Rule {
    key: "EVIDENCE_AS_AGREED",
    requirement: "R-19",
    says: "the sides agreed on kinds of evidence without which nothing counts as present: name what shows each of them",
};
/// There is no joint result before every side has judged.
pub const EVERY_SIDE_HAS_JUDGED: Rule = Rule {
    key: "EVERY_SIDE_HAS_JUDGED",
    requirement: "R-18",
    says: "a joint result can be proposed once every side has judged the indicator",
};
/// Every indicator has a joint result, or the sides agreed that they disagree.
pub const EVERY_INDICATOR_HAS_A_RESULT: Rule = Rule {
    key: "EVERY_INDICATOR_HAS_A_RESULT",
    requirement: "R-18",
    says: "every indicator has a joint result, or the sides agree that they disagree",
};
/// What is partially present, not present or disagreed on has a task, or every side waived it.
pub const EVERY_GAP_IS_COVERED: Rule = Rule {
    key: "EVERY_GAP_IS_COVERED",
    requirement: "R-20",
    says: "every indicator that is not wholly present has a task that somebody took on, or is waived by every side",
};
/// No task waits for the side whose it would be (P-24).
pub const EVERY_TASK_IS_ANSWERED: Rule = Rule {
    key: "EVERY_TASK_IS_ANSWERED",
    requirement: "P-24",
    says: "the side whose task it would be takes it on or declines it, for every task",
};
/// A task is taken on, declined and reported by the side whose it is (P-24, R-21).
pub const OWNER_ACTS: Rule =
    Rule { key: "OWNER_ACTS", requirement: "R-21", says: "the side whose task it is does this" };
/// A task is declined by the side whose it would be, or taken back by the side that proposed it (P-24).
pub const OWNER_OR_PROPOSER: Rule = Rule {
    key: "OWNER_OR_PROPOSER",
    requirement: "P-24",
    says: "the side whose task it would be declines it, or the side that proposed it takes it back",
};
/// That a task is done, another side confirms.
pub const ANOTHER_SIDE_CONFIRMS: Rule = Rule {
    key: "ANOTHER_SIDE_CONFIRMS",
    requirement: "R-21",
    says: "another side than the one whose task it is confirms that it is done",
};
/// What changes is not as it was.
pub const ANOTHER_INTERVAL: Rule =
    Rule { key: "ANOTHER_INTERVAL", requirement: "R-22", says: "progress is looked at after so many days already" };
/// A review is closed when every task is done.
pub const EVERY_TASK_IS_DONE: Rule = Rule {
    key: "EVERY_TASK_IS_DONE",
    requirement: "R-23",
    says: "every task is done and confirmed by another side, or waived by all",
};
/// What is present needs no waiver.
pub const A_GAP_IS_WAIVED: Rule = Rule {
    key: "A_GAP_IS_WAIVED",
    requirement: "R-20",
    says: "only an indicator that is not wholly present is waived",
};
/// A review follows one that is over.
pub const THE_LAST_ONE_IS_OVER: Rule =
    Rule { key: "THE_LAST_ONE_IS_OVER", requirement: "R-23", says: "the review before it is closed first" };
/// The indicator is one of the guideline.
pub const INDICATOR_IS_KNOWN: Rule =
    Rule { key: "INDICATOR_IS_KNOWN", requirement: "R-05", says: "name indicators of the guideline by their codes" };
/// The question is one of the guideline.
pub const QUESTION_IS_KNOWN: Rule =
    Rule { key: "QUESTION_IS_KNOWN", requirement: "R-05", says: "name questions of the guideline by their codes" };

/// The steps of a review. Between the agreed end of a step and the next nothing happens: they are one state here.
pub const LIFECYCLE: Lifecycle<State> = Lifecycle {
    of: "review",
    start: Planning,
    transitions: &[
        Transition { by: "planReview", from: &[Planning], to: Planning, guards: &[] },
        Transition { by: "addReviewSession", from: &[Planning], to: Planning, guards: &[] },
        Transition { by: "removeReviewSession", from: &[Planning], to: Planning, guards: &[] },
        Transition { by: "nameRelatedAssessment", from: &[Planning], to: Planning, guards: &[] },
        Transition { by: "nameRelatedAssessment", from: &[Questions], to: Questions, guards: &[] },
        Transition { by: "nameRelatedAssessment", from: &[Answering], to: Answering, guards: &[] },
        Transition { by: "agreePlan", from: &[Planning], to: Questions, guards: &[&EVERY_SIDE_CONSENTS] },
        Transition { by: "addReviewQuestions", from: &[Questions], to: Questions, guards: &[] },
        Transition { by: "removeReviewQuestion", from: &[Questions], to: Questions, guards: &[] },
        Transition {
            by: "agreeQuestions",
            from: &[Questions],
            to: Answering,
            guards: &[&A_QUESTION_IS_ASKED, &PRINCIPLES_ADOPTED, &EVERY_SIDE_CONSENTS],
        },
        Transition {
            by: "answerReviewQuestion",
            from: &[Answering],
            to: Answering,
            guards: &[&AS_AGREED, &SUBMITTED_IS_SUBMITTED],
        },
        Transition { by: "recordJointAnswer", from: &[Answering], to: Answering, guards: &[&AS_AGREED] },
        Transition {
            by: "submitReviewAnswers",
            from: &[Answering],
            to: Answering,
            guards: &[&AS_AGREED, &EVERY_QUESTION_IS_ANSWERED],
        },
        Transition { by: "withdrawReviewSubmission", from: &[Answering], to: Answering, guards: &[] },
        Transition { by: "reveal", from: &[Answering], to: Revealed, guards: &[&EVERY_QUESTION_IS_ANSWERED] },
        Transition {
            by: "agreeAnswers",
            from: &[Answering],
            to: Revealed,
            guards: &[&EVERY_QUESTION_IS_ANSWERED, &EVERY_SIDE_CONSENTS],
        },
        Transition { by: "reviseReviewAnswer", from: &[Revealed], to: Revealed, guards: &[] },
        Transition { by: "noteReviewDiscussion", from: &[Revealed], to: Revealed, guards: &[] },
        Transition { by: "closeDiscussion", from: &[Revealed], to: Discussed, guards: &[&EVERY_SIDE_CONSENTS] },
        Transition { by: "addSampleIndicators", from: &[Discussed], to: Discussed, guards: &[] },
        Transition { by: "addReviewIndicator", from: &[Discussed], to: Discussed, guards: &[] },
        Transition { by: "removeReviewIndicator", from: &[Discussed], to: Discussed, guards: &[] },
        Transition {
            by: "agreeIndicators",
            from: &[Discussed],
            to: IndicatorsAgreed,
            guards: &[&AN_INDICATOR_IS_NAMED, &EVERY_SIDE_CONSENTS],
        },
        Transition { by: "defineReviewCategories", from: &[IndicatorsAgreed], to: IndicatorsAgreed, guards: &[] },
        Transition {
            by: "agreeDefinitions",
            from: &[IndicatorsAgreed],
            to: Assessing,
            guards: &[&DEFINITIONS_NOT_AGREED, &EVERY_SIDE_CONSENTS],
        },
        Transition {
            by: "rateReviewIndicator",
            from: &[Assessing],
            to: Assessing,
            guards: &[&PRESENT_NEEDS_EVIDENCE, &EVIDENCE_AS_AGREED],
        },
        Transition {
            by: "proposeIndicatorResult",
            from: &[Assessing],
            to: Assessing,
            guards: &[&EVERY_SIDE_HAS_JUDGED],
        },
        Transition { by: "assess", from: &[Assessing], to: Assessed, guards: &[&EVERY_INDICATOR_HAS_A_RESULT] },
        Transition { by: "addReviewAction", from: &[Assessed], to: Assessed, guards: &[] },
        Transition { by: "acceptReviewAction", from: &[Assessed], to: Assessed, guards: &[&OWNER_ACTS] },
        Transition { by: "declineReviewAction", from: &[Assessed], to: Assessed, guards: &[&OWNER_OR_PROPOSER] },
        Transition { by: "proposeIndicatorWaiver", from: &[Assessed], to: Assessed, guards: &[&A_GAP_IS_WAIVED] },
        Transition { by: "proposeIndicatorWaiver", from: &[Monitoring], to: Monitoring, guards: &[&A_GAP_IS_WAIVED] },
        Transition {
            by: "agreeActionPlan",
            from: &[Assessed],
            to: Monitoring,
            guards: &[&EVERY_TASK_IS_ANSWERED, &EVERY_GAP_IS_COVERED, &EVERY_SIDE_CONSENTS],
        },
        Transition { by: "reportReviewAction", from: &[Monitoring], to: Monitoring, guards: &[&OWNER_ACTS] },
        Transition {
            by: "confirmReviewAction",
            from: &[Monitoring],
            to: Monitoring,
            guards: &[&ANOTHER_SIDE_CONFIRMS],
        },
        Transition { by: "recordMonitoringCheck", from: &[Monitoring], to: Monitoring, guards: &[] },
        Transition {
            by: "proposeMonitoringInterval",
            from: &[Monitoring],
            to: Monitoring,
            guards: &[&ANOTHER_INTERVAL, &EVERY_SIDE_CONSENTS],
        },
        Transition { by: "changeReviewAction", from: &[Assessed], to: Assessed, guards: &[] },
        Transition {
            by: "returnToPlanning",
            from: &[Questions, Answering],
            to: Planning,
            guards: &[&EVERY_SIDE_CONSENTS],
        },
        Transition { by: "returnToQuestions", from: &[Answering], to: Questions, guards: &[&EVERY_SIDE_CONSENTS] },
        Transition {
            by: "returnToDiscussion",
            from: &[Discussed, IndicatorsAgreed, Assessing, Assessed, Monitoring],
            to: Revealed,
            guards: &[&EVERY_SIDE_CONSENTS],
        },
        Transition {
            by: "returnToIndicators",
            from: &[IndicatorsAgreed, Assessing, Assessed, Monitoring],
            to: Discussed,
            guards: &[&EVERY_SIDE_CONSENTS],
        },
        Transition {
            by: "returnToDefinitions",
            from: &[Assessing, Assessed, Monitoring],
            to: IndicatorsAgreed,
            guards: &[&EVERY_SIDE_CONSENTS],
        },
        Transition {
            by: "returnToAssessment",
            from: &[Assessed, Monitoring],
            to: Assessing,
            guards: &[&EVERY_SIDE_CONSENTS],
        },
        Transition { by: "returnToActionPlan", from: &[Monitoring], to: Assessed, guards: &[&EVERY_SIDE_CONSENTS] },
        Transition {
            by: "close",
            from: &[Monitoring],
            to: Closed,
            guards: &[&EVERY_TASK_IS_DONE, &EVERY_SIDE_CONSENTS],
        },
        Transition {
            by: "abandon",
            from: &[
                Planning,
                Questions,
                Answering,
                Revealed,
                Discussed,
                IndicatorsAgreed,
                Assessing,
                Assessed,
                Monitoring,
            ],
            to: Abandoned,
            guards: &[&EVERY_SIDE_CONSENTS],
        },
    ],
};

/// The life of a task of the action plan.
pub const ACTION_LIFECYCLE: Lifecycle<ActionState> = Lifecycle {
    of: "review_action",
    start: ActionState::Proposed,
    transitions: &[
        Transition {
            by: "changeReviewAction",
            from: &[ActionState::Proposed, ActionState::Accepted, ActionState::InProgress, ActionState::Declined],
            to: ActionState::Proposed,
            guards: &[],
        },
        Transition {
            by: "acceptReviewAction",
            from: &[ActionState::Proposed, ActionState::Declined],
            to: ActionState::Accepted,
            guards: &[&OWNER_ACTS],
        },
        Transition {
            by: "declineReviewAction",
            from: &[ActionState::Proposed, ActionState::Accepted],
            to: ActionState::Declined,
            guards: &[&OWNER_OR_PROPOSER],
        },
        Transition {
            by: "reportReviewAction",
            from: &[ActionState::Accepted, ActionState::InProgress, ActionState::Done],
            to: ActionState::InProgress,
            guards: &[&OWNER_ACTS],
        },
        Transition {
            by: "reportDone",
            from: &[ActionState::Accepted, ActionState::InProgress, ActionState::Done],
            to: ActionState::Done,
            guards: &[&OWNER_ACTS],
        },
        Transition {
            by: "confirmReviewAction",
            from: &[ActionState::Done],
            to: ActionState::Confirmed,
            guards: &[&ANOTHER_SIDE_CONFIRMS],
        },
    ],
};

/// [`REVIEW_IN_FORCE`].
pub fn in_force(state: PartnershipState) -> Result<()> {
    // What the sides owe each other is done while the partnership comes to its end.
    if matches!(state, PartnershipState::Active | PartnershipState::Ending) {
        Ok(())
    } else {
        Err(Error::refused(&REVIEW_IN_FORCE).field("partnershipId"))
    }
}

/// A review is opened in a partnership in force: not while it comes to its end.
pub fn may_open(state: PartnershipState) -> Result<()> {
    if state == PartnershipState::Active {
        Ok(())
    } else {
        Err(Error::refused(&REVIEW_IN_FORCE).field("partnershipId"))
    }
}

/// The way into the next step, where it is one that the sides consent to.
pub fn next(review: &review::Model) -> Result<&'static str> {
    let waits_for = |rule: &Rule| Error::refused(rule).field("state");
    match (review.state, review.mode) {
        (Planning, _) => Ok("agreePlan"),
        (Questions, _) => Ok("agreeQuestions"),
        (Answering, ReviewMode::JointMeeting) => Ok("agreeAnswers"),
        (Revealed, _) => Ok("closeDiscussion"),
        (Discussed, _) => Ok("agreeIndicators"),
        (IndicatorsAgreed, _) => Ok("agreeDefinitions"),
        (Assessing, _) => Err(waits_for(&EVERY_INDICATOR_HAS_A_RESULT)),
        (Assessed, _) => Ok("agreeActionPlan"),
        (Monitoring, _) => Ok("close"),
        // Sealed answers are opened by the last submission, not by a consent; and what is over goes nowhere.
        (Answering, ReviewMode::SeparateThenDiscuss) | (Closed | Abandoned, _) => Err(waits_for(&STEP_BY_STEP)),
    }
}

/// [`AS_AGREED`].
pub fn as_agreed(review: &review::Model, mode: ReviewMode) -> Result<()> {
    if review.mode == mode { Ok(()) } else { Err(Error::refused(&AS_AGREED).field("mode")) }
}

/// Questions that a side, or a meeting, has not answered.
pub fn unanswered(questions: &[review_question::Model], answers: &[review_answer::Model], side: Option<Id>) -> Vec<Id> {
    let answered = |question: &review_question::Model| {
        answers.iter().any(|answer| answer.question_id == question.id && answer.side_id == side && answer.current)
    };
    questions.iter().filter(|question| question.live && !answered(question)).map(|question| question.id).collect()
}

/// Where the assessment of an indicator stands after its sides judged it so; never an average.
pub fn assessment(sides: &[Id], ratings: &[indicator_rating::Model]) -> IndicatorState {
    let of = |side: &Id| ratings.iter().find(|rating| rating.side_id == *side && rating.current).map(|r| r.category);
    let judged: Vec<Option<IndicatorCategory>> = sides.iter().map(of).collect();
    if judged.contains(&None) {
        IndicatorState::Unrated
    } else if judged.windows(2).all(|two| two.first() == two.last()) {
        IndicatorState::Alike
    } else {
        IndicatorState::Disputed
    }
}

/// Whether something is to be done about an indicator.
pub fn is_a_gap(indicator: &review_indicator::Model) -> bool {
    indicator.live && !indicator.waived && indicator.result != Some(IndicatorCategory::Present)
}

/// Indicators of which nothing is done, and that nobody waived.
pub fn uncovered(indicators: &[review_indicator::Model], actions: &[review_action::Model]) -> Vec<Id> {
    let taken_on = |indicator: &&review_indicator::Model| {
        actions.iter().any(|action| {
            let covers = match action.state {
                ActionState::Proposed | ActionState::Declined => false,
                ActionState::Accepted | ActionState::InProgress => true,
                // What was done before the sides judged anew is a part of what they judged.
                ActionState::Done | ActionState::Confirmed => {
                    indicator.reopened_at.is_none_or(|reopened| action.updated_at > reopened)
                }
            };
            action.indicator_id == indicator.id && covers
        })
    };
    indicators.iter().filter(|one| is_a_gap(one) && !taken_on(one)).map(|indicator| indicator.id).collect()
}

/// Whether every live indicator has its result.
pub fn all_assessed(indicators: &[review_indicator::Model]) -> bool {
    let done = |state| matches!(state, IndicatorState::Agreed | IndicatorState::Disagreed);
    indicators.iter().filter(|indicator| indicator.live).all(|indicator| done(indicator.state))
}

/// [`EVIDENCE_AS_AGREED`].
pub fn kinds_are_shown<'k>(
    agreed: &category_definitions::Model,
    shown: impl Iterator<Item = &'k EvidenceKinds> + Clone,
    field: &str,
) -> Result<()> {
    match &agreed.evidence_kinds {
        Some(kinds) if !kinds.are_shown_by(shown) => Err(Error::refused(&EVIDENCE_AS_AGREED).field(field)),
        _ => Ok(()),
    }
}

/// [`OWNER_ACTS`].
pub fn owner_acts(action: &review_action::Model, side: Id) -> Result<()> {
    if action.owner_side_id == side { Ok(()) } else { Err(Error::refused(&OWNER_ACTS).field("sideId")) }
}

/// [`OWNER_OR_PROPOSER`].
pub fn owner_or_proposer(action: &review_action::Model, side: Id) -> Result<()> {
    let own = action.owner_side_id == side || (action.side_id == side && action.state == ActionState::Proposed);
    if own { Ok(()) } else { Err(Error::refused(&OWNER_OR_PROPOSER).field("sideId")) }
}

/// [`ANOTHER_SIDE_CONFIRMS`].
pub fn another_side_confirms(action: &review_action::Model, side: Id) -> Result<()> {
    if action.owner_side_id == side { Err(Error::refused(&ANOTHER_SIDE_CONFIRMS).field("sideId")) } else { Ok(()) }
}

/// A review does not end before it begins.
pub fn dates(starts_on: Option<Date>, ends_on: Option<Date>) -> Result<()> {
    match (starts_on, ends_on) {
        (Some(starts), Some(ends)) if ends < starts => {
            Err(Error::invalid("endsOn", "PERIOD", "the review ends before it begins"))
        }
        _ => Ok(()),
    }
}

/// Days after which progress is looked at again: 7 to 366.
pub fn monitoring_interval(days: i32) -> Result<()> {
    if (7..=366).contains(&days) {
        Ok(())
    } else {
        Err(Error::invalid("monitoringIntervalDays", "MONITORING_INTERVAL", "expected 7 to 366 days"))
    }
}

/// When progress is looked at again: the interval after the day of the last check, and before the first after the moment
/// in which the plan was agreed; in UTC.
pub fn monitoring_due(review: &review::Model, last: Option<Date>) -> Option<DateTime<Utc>> {
    let from = last.map_or(review.plan_agreed_at, |day| Some(day.end()))?;
    Some(from + TimeDelta::days(i64::from(review.monitoring_interval_days)))
}

/// Whether the last day of a task is over, in UTC, and it is not done.
pub fn action_overdue(action: &review_action::Model, now: DateTime<Utc>) -> bool {
    let open = matches!(action.state, ActionState::Accepted | ActionState::InProgress);
    open && action.due_on < Date::of(now)
}
