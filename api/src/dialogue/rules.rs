//! Rules of the dialogue between the sides, in the words of the guideline. Pure functions.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Id, feedback, health_check,
    value::{
        Date,
        FeedbackState::{self, Acknowledged, Given},
        PlanState::{self, Agreed, Proposed, Superseded},
    },
};

use crate::{
    partnerships::rules::EVERY_SIDE_CONSENTS,
    platform::{
        error::{Error, Result, Rule},
        lifecycle::{Lifecycle, Transition},
    },
};

/// What was held or shared lies behind us.
pub const IT_IS_PAST: Rule =
    Rule { key: "IT_IS_PAST", requirement: "P-10", says: "what was held or shared has a day of today or before" };
/// Every side says whom the others ask, before it is agreed how they speak (P-29).
pub const CONTACTS_NAMED: Rule = Rule {
    key: "CONTACTS_NAMED",
    requirement: "P-29",
    says: "every side names first whom the others ask about security",
};
/// Feedback is acknowledged by the side that it is for (P-29).
pub const WHO_IT_IS_FOR: Rule =
    Rule { key: "WHO_IT_IS_FOR", requirement: "P-29", says: "the side that the feedback is for acknowledges it" };
/// A health check is confirmed by another side than the one that wrote it down (P-34).
pub const ANOTHER_SIDE_CONFIRMS_THE_CHECK: Rule = Rule {
    key: "ANOTHER_SIDE_CONFIRMS_THE_CHECK",
    requirement: "P-34",
    says: "another side than the one that wrote the check down confirms it",
};
/// What is confirmed is not confirmed once more (P-34).
pub const CHECK_IS_CONFIRMED: Rule =
    Rule { key: "CHECK_IS_CONFIRMED", requirement: "P-34", says: "this check is confirmed already" };

/// The life of a plan of communication.
pub const PLAN: Lifecycle<PlanState> = Lifecycle {
    of: "communication_plan",
    start: Proposed,
    transitions: &[
        Transition { by: "agreeCommunicationPlan", from: &[Proposed], to: Agreed, guards: &[&EVERY_SIDE_CONSENTS] },
        Transition { by: "proposeCommunicationPlan", from: &[Proposed], to: Superseded, guards: &[] },
        Transition { by: "anotherIsAgreed", from: &[Agreed], to: Superseded, guards: &[&EVERY_SIDE_CONSENTS] },
    ],
};

/// The life of feedback.
pub const FEEDBACK: Lifecycle<FeedbackState> = Lifecycle {
    of: "feedback",
    start: Given,
    transitions: &[Transition {
        by: "acknowledgeFeedback",
        from: &[Given],
        to: Acknowledged,
        guards: &[&WHO_IT_IS_FOR],
    }],
};

/// [`IT_IS_PAST`]. A day is over when it is over everywhere: what is today somewhere may be tomorrow in UTC.
pub fn is_past(field: &str, day: Date, now: DateTime<Utc>) -> Result<()> {
    if day > Date::of(now + TimeDelta::hours(14)) { Err(Error::refused(&IT_IS_PAST).field(field)) } else { Ok(()) }
}

/// How many days may lie between two: to meet and to share 1 to 365, to look at the partnership together 7 to 730.
pub fn intervals(meet: i32, share: i32, health_check: i32) -> Result<()> {
    let checks = [
        ("meetEveryDays", meet, 1..=365),
        ("shareEveryDays", share, 1..=365),
        ("healthCheckEveryDays", health_check, 7..=730),
    ];
    for (field, days, range) in checks {
        if !range.contains(&days) {
            let expected = format!("expected {} to {} days, found {days}", range.start(), range.end());
            return Err(Error::invalid(field, "INTERVAL_IN_RANGE", expected));
        }
    }
    Ok(())
}

/// [`WHO_IT_IS_FOR`].
pub fn who_it_is_for(feedback: &feedback::Model, side: Id) -> Result<()> {
    if feedback.to_side_id == side { Ok(()) } else { Err(Error::refused(&WHO_IT_IS_FOR).field("sideId")) }
}

/// [`ANOTHER_SIDE_CONFIRMS_THE_CHECK`], [`CHECK_IS_CONFIRMED`].
pub fn another_side_confirms(check: &health_check::Model, side: Id) -> Result<()> {
    if check.side_id == side {
        return Err(Error::refused(&ANOTHER_SIDE_CONFIRMS_THE_CHECK).field("sideId"));
    }
    if check.confirmed_at.is_some() { Err(Error::refused(&CHECK_IS_CONFIRMED).field("id")) } else { Ok(()) }
}

/// When something that comes back is due: so many days after it was done last, and where it never was, after it was agreed.
/// To
/// the end of that day, in UTC (P-12, P-34).
pub fn due_on(last: Option<Date>, agreed: DateTime<Utc>, days: i32) -> Date {
    last.unwrap_or_else(|| Date::of(agreed)).plus_days(days)
}
