//! Rules of concerns, in the words of the guideline. Pure functions.

use chrono::{DateTime, Utc};
use entity::{
    Id, concern,
    value::{
        ConcernAudience,
        ConcernState::{self as State, Answered, Closed, Raised},
        Date,
    },
};

use crate::platform::{
    error::{Error, Result, Rule},
    lifecycle::{Lifecycle, Transition},
};

/// A concern for every side is answered by another side than the one that raised it (P-16).
pub const ANOTHER_SIDE_ANSWERS: Rule = Rule {
    key: "ANOTHER_SIDE_ANSWERS",
    requirement: "P-16",
    says: "a concern that every side reads is answered by another side than the one that raised it",
};
/// Only the side that raised a concern closes it (P-16).
pub const WHO_RAISED_IT_CLOSES_IT: Rule = Rule {
    key: "WHO_RAISED_IT_CLOSES_IT",
    requirement: "P-16",
    says: "only the side that raised a concern closes it, or lets more people read it",
};
/// What every side reads is not shared once more (P-16).
pub const IT_IS_SHARED: Rule =
    Rule { key: "IT_IS_SHARED", requirement: "P-16", says: "every side reads this concern already" };
/// A concern for every side is about what every side sees (pitfall 46).
pub const ABOUT_WHAT_ALL_SEE: Rule = Rule {
    key: "ABOUT_WHAT_ALL_SEE",
    requirement: "P-11",
    says: "a concern that every side reads is about something that every side of this partnership sees",
};
/// An answer is asked for by a day to come.
pub const RESPOND_BY_IS_AHEAD: Rule =
    Rule { key: "RESPOND_BY_IS_AHEAD", requirement: "P-16", says: "the day for an answer is today or later" };

/// The life of a concern.
pub const LIFECYCLE: Lifecycle<State> = Lifecycle {
    of: "concern",
    start: Raised,
    transitions: &[
        Transition { by: "answerConcern", from: &[Raised, Answered], to: Answered, guards: &[&ANOTHER_SIDE_ANSWERS] },
        Transition { by: "shareConcern", from: &[Raised, Answered], to: Raised, guards: &[&WHO_RAISED_IT_CLOSES_IT] },
        Transition { by: "closeConcern", from: &[Raised, Answered], to: Closed, guards: &[&WHO_RAISED_IT_CLOSES_IT] },
    ],
};

/// [`ANOTHER_SIDE_ANSWERS`].
pub fn another_side_answers(concern: &concern::Model, side: Id) -> Result<()> {
    if concern.audience == ConcernAudience::Partnership && concern.side_id == side {
        return Err(Error::refused(&ANOTHER_SIDE_ANSWERS).field("sideId"));
    }
    Ok(())
}

/// [`WHO_RAISED_IT_CLOSES_IT`].
pub fn who_raised_it(concern: &concern::Model, side: Id) -> Result<()> {
    if concern.side_id == side { Ok(()) } else { Err(Error::refused(&WHO_RAISED_IT_CLOSES_IT).field("sideId")) }
}

/// [`RESPOND_BY_IS_AHEAD`].
pub fn respond_by_is_ahead(respond_by: Option<Date>, now: DateTime<Utc>) -> Result<()> {
    match respond_by {
        Some(day) if day < Date::of(now) => Err(Error::refused(&RESPOND_BY_IS_AHEAD).field("respondBy")),
        _ => Ok(()),
    }
}

/// Whether nobody answered in time: the last day is over, in UTC (P-16).
pub fn overdue(concern: &concern::Model, now: DateTime<Utc>) -> bool {
    concern.state == Raised && concern.respond_by.is_some_and(|day| day < Date::of(now))
}
