//! Rules of partnerships, in the words of the guideline. Pure functions.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{
    Id, partnership, partnership_side,
    value::{
        Date,
        PartnershipState::{self as State, Active, Draft, Ending, Proposed, Suspended, Withdrawn},
    },
};
use serde_json::{Value, json};

use crate::{
    foundations::rules as foundations,
    platform::{
        error::{Error, Result, Rule},
        lifecycle::{Lifecycle, Transition},
    },
};

/// The written agreement is named, or its absence is stated (4.2.1).
pub const AGREEMENT_STATED: Rule = Rule {
    key: "AGREEMENT_STATED",
    requirement: "P-05",
    says: "name the written agreement, or state that there is none",
};
/// A partnership has at least two sides of distinct organisations (4.1).
pub const TWO_SIDES: Rule = Rule {
    key: "TWO_SIDES",
    requirement: "P-05",
    says: "a partnership has at least two sides, each another organisation",
};
/// Every side consents to the same content (P-15).
pub const EVERY_SIDE_CONSENTS: Rule = Rule {
    key: "EVERY_SIDE_CONSENTS",
    requirement: "P-15",
    says: "no side decides for another: every side consents to the same content",
};

/// What is over is not worked on.
pub const PARTNERSHIP_IS_LIVING: Rule =
    Rule { key: "PARTNERSHIP_IS_LIVING", requirement: "4.2.1", says: "the partnership was withdrawn or has ended" };

/// Each side has said what the end means for its people, or all agree that this is not needed.
pub const END_IS_ASSESSED: Rule = Rule {
    key: "END_IS_ASSESSED",
    requirement: "X-01",
    says: "every side says what the end means for its people, or all agree that this is not needed",
};
/// What the sides still owe each other is done or given up.
pub const REVIEWS_ARE_OVER: Rule = Rule {
    key: "REVIEWS_ARE_OVER",
    requirement: "X-02",
    says: "every joint review, with the tasks of its plan, is closed or given up",
};

/// No emergency decision waits for a word, and no consultation for answers, when a partnership ends.
pub const DECISIONS_ARE_OVER: Rule = Rule {
    key: "DECISIONS_ARE_OVER",
    requirement: "X-02",
    says: "every emergency decision has the word of every side, and every consultation is closed",
};
/// What a side said, that side takes back or changes (P-20).
pub const WHO_SAID_IT: Rule =
    Rule { key: "WHO_SAID_IT", requirement: "P-20", says: "the side that said it takes it back or closes it" };
/// Terms change to others, and the last day is one that has not passed.
pub const TERMS_LEAD_AHEAD: Rule = Rule {
    key: "TERMS_LEAD_AHEAD",
    requirement: "X-01",
    says: "name terms that differ from those of now, and a last day that has not passed",
};
/// The life of a partnership. Its last day does not end it.
pub const LIFECYCLE: Lifecycle<State> = Lifecycle {
    of: "partnership",
    start: Draft,
    transitions: &[
        Transition { by: "updatePartnership", from: &[Draft, Proposed], to: Draft, guards: &[] },
        Transition {
            by: "proposePartnership",
            from: &[Draft, Proposed],
            to: Proposed,
            guards: &[&AGREEMENT_STATED, &TWO_SIDES],
        },
        Transition {
            by: "activate",
            from: &[Proposed],
            to: Active,
            guards: &[
                &AGREEMENT_STATED,
                &foundations::PRINCIPLES_ADOPTED,
                &foundations::RISK_ATTITUDE_STATED,
                &foundations::RISK_TRANSFER_STATED,
                &foundations::DUTY_OF_CARE_STATED,
                &EVERY_SIDE_CONSENTS,
            ],
        },
        Transition { by: "withdrawPartnership", from: &[Draft, Proposed], to: Withdrawn, guards: &[] },
        Transition { by: "suspendPartnership", from: &[Active], to: Suspended, guards: &[] },
        Transition { by: "requestResumption", from: &[Suspended], to: Suspended, guards: &[] },
        Transition { by: "resume", from: &[Suspended], to: Active, guards: &[&EVERY_SIDE_CONSENTS] },
        Transition { by: "endPartnership", from: &[Active, Suspended], to: Ending, guards: &[] },
        Transition {
            by: "changeTerms",
            from: &[Active, Ending],
            to: Active,
            guards: &[&TERMS_LEAD_AHEAD, &EVERY_SIDE_CONSENTS],
        },
        Transition {
            by: "changeTerms",
            from: &[Suspended],
            to: Suspended,
            guards: &[&TERMS_LEAD_AHEAD, &EVERY_SIDE_CONSENTS],
        },
        Transition { by: "lastDayIsOver", from: &[Active, Suspended], to: Ending, guards: &[] },
        Transition { by: "assessPartnershipEnd", from: &[Ending], to: Ending, guards: &[] },
        Transition {
            by: "end",
            from: &[Ending],
            to: State::Ended,
            guards: &[&END_IS_ASSESSED, &REVIEWS_ARE_OVER, &DECISIONS_ARE_OVER, &EVERY_SIDE_CONSENTS],
        },
    ],
};

/// [`WHO_SAID_IT`].
pub fn who_said_it(said_by: Id, side: Id) -> Result<()> {
    if said_by == side { Ok(()) } else { Err(Error::refused(&WHO_SAID_IT).field("sideId")) }
}

/// [`PARTNERSHIP_IS_LIVING`].
pub fn partnership_is_living(state: State) -> Result<()> {
    match state {
        Withdrawn | State::Ended => Err(Error::refused(&PARTNERSHIP_IS_LIVING).field("partnershipId")),
        _ => Ok(()),
    }
}

/// [`AGREEMENT_STATED`].
pub fn agreement_stated(partnership: &partnership::Model) -> bool {
    partnership.agreement_ref.is_some() != partnership.no_agreement
}

/// What the sides agree on when the partnership comes into force: everything a side could edit.
pub fn content(partnership: &partnership::Model, sides: &[partnership_side::Model]) -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        ("partnership", json!(partnership.id)),
        ("title", json!(partnership.title)),
        ("scope", json!(partnership.scope)),
        ("country", json!(partnership.country)),
        ("agreementRef", json!(partnership.agreement_ref)),
        ("noAgreement", json!(partnership.no_agreement)),
        ("agreementOnSecurity", json!(partnership.agreement_on_security)),
        ("securityClause", json!(partnership.security_clause)),
        ("startsOn", json!(partnership.starts_on)),
        ("endsOn", json!(partnership.ends_on)),
        ("attitudeRevisitDays", json!(partnership.attitude_revisit_days)),
        ("sides", json!(sides.iter().map(|side| side.organisation_id).collect::<Vec<_>>())),
    ])
}

/// Whether the last day is over, in UTC, and nobody has begun to end the partnership.
pub fn end_is_due(partnership: &partnership::Model, now: DateTime<Utc>) -> bool {
    let runs = matches!(partnership.state, Active | Suspended);
    runs && partnership.ends_on.is_some_and(|day| day < Date::of(now))
}

/// [`TERMS_LEAD_AHEAD`].
pub fn terms_may_change(before: &partnership::Model, after: &partnership::Model, now: DateTime<Utc>) -> Result<()> {
    let same = (before.ends_on, before.attitude_revisit_days) == (after.ends_on, after.attitude_revisit_days);
    if same || after.ends_on.is_some_and(|day| day < Date::of(now)) {
        return Err(Error::refused(&TERMS_LEAD_AHEAD).field("endsOn"));
    }
    Ok(())
}

/// Days after which attitudes are looked at again: 30 to 730 (P-27).
pub fn revisit_days(days: i32) -> Result<()> {
    if (30..=730).contains(&days) {
        Ok(())
    } else {
        Err(Error::invalid("attitudeRevisitDays", "ATTITUDE_REVISIT_DAYS", "expected 30 to 730 days"))
    }
}
