//! Rules of strengthening capacity, in the words of the guideline. Pure functions.

use entity::{
    Id, capacity_activity, capacity_need,
    value::{
        ActivityKind,
        ActivityState::{self, Cancelled, Completed, Planned, UnderWay},
        Date,
        NeedState::{self, Agreed, Met, Proposed, Withdrawn},
    },
};

use crate::{
    partnerships::rules::EVERY_SIDE_CONSENTS,
    platform::{
        error::{Error, Result, Rule},
        lifecycle::{Lifecycle, Transition},
    },
};

/// Whether a need is met, the side whose need it is says (C-01).
pub const WHOSE_NEED_IT_IS: Rule =
    Rule { key: "WHOSE_NEED_IT_IS", requirement: "C-01", says: "the side whose need it is says so" };
/// Expert staff are embedded for a short time (C-02).
pub const EMBEDDING_ENDS: Rule = Rule {
    key: "EMBEDDING_ENDS",
    requirement: "C-02",
    says: "expert staff work with another side for a short time: name the last day",
};
/// What begins does not end before (C-02).
pub const ENDS_AFTER_IT_STARTS: Rule =
    Rule { key: "ENDS_AFTER_IT_STARTS", requirement: "C-02", says: "the last day is the first day or later" };
/// An activity is done when it is said how it outlives the partnership (C-03).
pub const IT_OUTLIVES_THE_PARTNERSHIP: Rule = Rule {
    key: "IT_OUTLIVES_THE_PARTNERSHIP",
    requirement: "C-03",
    says: "an activity is done when it is said how it lasts beyond the partnership",
};

/// That an activity is done, the side whose capacity grows says (C-03).
pub const WHOSE_CAPACITY_GROWS: Rule = Rule {
    key: "WHOSE_CAPACITY_GROWS",
    requirement: "C-03",
    says: "the side whose capacity grows says that it is done, and how it lasts",
};
/// Who gives, receives or planned an activity begins it and calls it off (C-02).
pub const TAKES_PART: Rule =
    Rule { key: "TAKES_PART", requirement: "C-02", says: "a side that gives, receives or planned it does this" };
/// What is done is done for what every side agreed to be a need (C-01).
pub const NEED_IS_AGREED: Rule = Rule {
    key: "NEED_IS_AGREED",
    requirement: "C-01",
    says: "every side has consented that this is a need, and it is not met",
};

/// The life of a need.
pub const NEED: Lifecycle<NeedState> = Lifecycle {
    of: "capacity_need",
    start: Proposed,
    transitions: &[
        Transition { by: "agreeCapacityNeed", from: &[Proposed], to: Agreed, guards: &[&EVERY_SIDE_CONSENTS] },
        Transition { by: "reportCapacityNeedMet", from: &[Agreed], to: Met, guards: &[&WHOSE_NEED_IT_IS] },
        Transition {
            by: "withdrawCapacityNeed",
            from: &[Proposed, Agreed],
            to: Withdrawn,
            guards: &[&WHOSE_NEED_IT_IS],
        },
    ],
};

/// The life of an activity.
pub const ACTIVITY: Lifecycle<ActivityState> = Lifecycle {
    of: "capacity_activity",
    start: Planned,
    transitions: &[
        Transition { by: "startCapacityActivity", from: &[Planned], to: UnderWay, guards: &[&TAKES_PART] },
        Transition {
            by: "completeCapacityActivity",
            from: &[Planned, UnderWay],
            to: Completed,
            guards: &[&WHOSE_CAPACITY_GROWS, &IT_OUTLIVES_THE_PARTNERSHIP],
        },
        Transition { by: "cancelCapacityActivity", from: &[Planned, UnderWay], to: Cancelled, guards: &[&TAKES_PART] },
    ],
};

/// [`WHOSE_NEED_IT_IS`].
pub fn whose_need_it_is(need: &capacity_need::Model, side: Id) -> Result<()> {
    if need.for_side_id == side { Ok(()) } else { Err(Error::refused(&WHOSE_NEED_IT_IS).field("sideId")) }
}

/// [`WHOSE_NEED_IT_IS`], or who proposed it, before every side consented.
pub fn who_takes_a_need_back(need: &capacity_need::Model, side: Id) -> Result<()> {
    if need.state == Proposed && need.side_id == side { Ok(()) } else { whose_need_it_is(need, side) }
}

/// [`WHOSE_CAPACITY_GROWS`].
pub fn whose_capacity_grows(activity: &capacity_activity::Model, side: Id) -> Result<()> {
    if activity.to_side_id == side { Ok(()) } else { Err(Error::refused(&WHOSE_CAPACITY_GROWS).field("sideId")) }
}

/// [`TAKES_PART`].
pub fn takes_part(activity: &capacity_activity::Model, side: Id) -> Result<()> {
    let part = [Some(activity.side_id), activity.from_side_id, Some(activity.to_side_id)];
    if part.contains(&Some(side)) { Ok(()) } else { Err(Error::refused(&TAKES_PART).field("sideId")) }
}

/// [`NEED_IS_AGREED`].
pub fn need_is_agreed(need: &capacity_need::Model) -> Result<()> {
    if need.state == Agreed { Ok(()) } else { Err(Error::refused(&NEED_IS_AGREED).field("needId")) }
}

/// [`EMBEDDING_ENDS`].
pub fn embedding_ends(kind: ActivityKind, ends_on: Option<Date>) -> Result<()> {
    if kind == ActivityKind::EmbedExpert && ends_on.is_none() {
        return Err(Error::refused(&EMBEDDING_ENDS).field("endsOn"));
    }
    Ok(())
}

/// [`ENDS_AFTER_IT_STARTS`].
pub fn ends_after_it_starts(starts_on: Date, ends_on: Option<Date>) -> Result<()> {
    if ends_on.is_some_and(|day| day < starts_on) {
        return Err(Error::refused(&ENDS_AFTER_IT_STARTS).field("endsOn"));
    }
    Ok(())
}
