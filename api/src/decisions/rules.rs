//! Rules of decisions and consultations, in the words of the guideline. Pure functions.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Id, decision, policy_consultation,
    value::{
        ConsultationState::{self, Closed, Open},
        Date,
        DecisionState::{self as State, CarriedOut, Effective, Emergency, NotRatified, Proposed, Ratified, Withdrawn},
        PolicyPosition,
    },
};

use crate::{
    partnerships::rules::{EVERY_SIDE_CONSENTS, WHO_SAID_IT},
    platform::{
        error::{Error, Result, Rule},
        lifecycle::{Lifecycle, Transition},
    },
};

/// Nobody decides alone what could affect the others (P-15).
pub const CONSENT_MISSING: Rule = Rule {
    key: "CONSENT_MISSING",
    requirement: "P-15",
    says: "every side that it could affect consents first; these have not",
};
/// What was done in an emergency is put to the others soon (P-15).
pub const RATIFICATION_IS_NEAR: Rule = Rule {
    key: "RATIFICATION_IS_NEAR",
    requirement: "P-15",
    says: "the others say within 90 days whether an emergency decision stands: name a day from today on",
};
/// An answer is asked for by a day to come (P-13).
pub const ANSWER_IS_AHEAD: Rule =
    Rule { key: "ANSWER_IS_AHEAD", requirement: "P-13", says: "the others have until tomorrow at least" };
/// Who asks does not answer (P-13).
pub const CONSULTED_SIDE_ANSWERS: Rule = Rule {
    key: "CONSULTED_SIDE_ANSWERS",
    requirement: "P-13",
    says: "another side than the one that asks answers a consultation",
};
/// A side says where it stands, and why where it is not simply for it (P-13).
pub const POSITION_IS_SAID: Rule = Rule {
    key: "POSITION_IS_SAID",
    requirement: "P-13",
    says: "say where your side stands; changes and objections in words",
};
/// A consultation is not closed over the heads of the others (P-13).
pub const ANSWERED_OR_OVER: Rule = Rule {
    key: "ANSWERED_OR_OVER",
    requirement: "P-13",
    says: "every other side has answered, or the last day for an answer is over",
};

/// The life of a decision.
pub const LIFECYCLE: Lifecycle<State> = Lifecycle {
    of: "decision",
    start: Proposed,
    transitions: &[
        Transition { by: "amendDecision", from: &[Proposed], to: Proposed, guards: &[] },
        Transition { by: "contributeToDecision", from: &[Proposed], to: Proposed, guards: &[] },
        Transition { by: "contributeToDecision", from: &[Emergency], to: Emergency, guards: &[] },
        Transition { by: "make", from: &[Proposed], to: Effective, guards: &[&EVERY_SIDE_CONSENTS] },
        Transition { by: "withdrawDecision", from: &[Proposed], to: Withdrawn, guards: &[&WHO_SAID_IT] },
        Transition { by: "ratify", from: &[Emergency], to: Ratified, guards: &[&EVERY_SIDE_CONSENTS] },
        Transition { by: "refuse", from: &[Emergency], to: NotRatified, guards: &[] },
        Transition {
            by: "carryOutDecision",
            from: &[Effective, Ratified],
            to: CarriedOut,
            guards: &[&CONSENT_MISSING],
        },
    ],
};

/// The life of a consultation.
pub const CONSULTATION: Lifecycle<ConsultationState> = Lifecycle {
    of: "policy_consultation",
    start: Open,
    transitions: &[
        Transition { by: "answerPolicyConsultation", from: &[Open], to: Open, guards: &[&CONSULTED_SIDE_ANSWERS] },
        Transition {
            by: "closePolicyConsultation",
            from: &[Open],
            to: Closed,
            guards: &[&WHO_SAID_IT, &ANSWERED_OR_OVER],
        },
    ],
};

/// [`RATIFICATION_IS_NEAR`].
pub fn ratify_by_is_near(day: Date, now: DateTime<Utc>) -> Result<()> {
    if day < Date::of(now) || day > Date::of(now + TimeDelta::days(90)) {
        return Err(Error::refused(&RATIFICATION_IS_NEAR).field("ratifyBy"));
    }
    Ok(())
}

/// Whether the others have not said in time if what was done in an emergency stands: the last day is over, in UTC (P-15).
pub fn ratification_overdue(decision: &decision::Model, now: DateTime<Utc>) -> bool {
    decision.state == Emergency && decision.ratify_by.is_some_and(|day| day < Date::of(now))
}

/// [`ANSWER_IS_AHEAD`].
pub fn respond_by_is_ahead(day: Date, now: DateTime<Utc>) -> Result<()> {
    if day <= Date::of(now) { Err(Error::refused(&ANSWER_IS_AHEAD).field("respondBy")) } else { Ok(()) }
}

/// [`CONSULTED_SIDE_ANSWERS`].
pub fn a_consulted_side_answers(consultation: &policy_consultation::Model, side: Id) -> Result<()> {
    if consultation.side_id == side {
        return Err(Error::refused(&CONSULTED_SIDE_ANSWERS).field("sideId"));
    }
    Ok(())
}

/// [`POSITION_IS_SAID`].
pub fn a_position_is_said(position: PolicyPosition, in_words: bool) -> Result<()> {
    let said = match position {
        PolicyPosition::Supports => true,
        PolicyPosition::SupportsWithChanges | PolicyPosition::Objects => in_words,
        PolicyPosition::NoAnswer => false,
    };
    if said { Ok(()) } else { Err(Error::refused(&POSITION_IS_SAID).field("position")) }
}

/// [`ANSWERED_OR_OVER`].
pub fn answered_or_over(consultation: &policy_consultation::Model, silent: &[Id], now: DateTime<Utc>) -> Result<()> {
    // The last day is over when it is over everywhere.
    if silent.is_empty() || consultation.respond_by < Date::of(now - TimeDelta::hours(12)) {
        return Ok(());
    }
    Err(Error::waits_for(&ANSWERED_OR_OVER, "id", silent))
}

/// Whether answers are late: the last day is over, in UTC, and nobody has closed the consultation (P-13).
pub fn answers_overdue(consultation: &policy_consultation::Model, now: DateTime<Utc>) -> bool {
    consultation.state == Open && consultation.respond_by < Date::of(now)
}
