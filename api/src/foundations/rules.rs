//! Rules of the foundations, in the words of the guideline. Pure functions.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Id, duty_of_care_statement, no_risk_transfer, principle_adoption, risk_attitude, risk_transfer,
    value::{
        Principle,
        RiskTransferState::{self as State, Closed, Discussed, Identified, Monitored, TreatmentAgreed},
        Text,
    },
};
use sea_orm::Iterable;

use crate::{
    partnerships::rules::EVERY_SIDE_CONSENTS,
    platform::{
        error::{Error, Result, Rule},
        lifecycle::{Lifecycle, Transition},
    },
};

/// Every side stands by the six principles, in the same wording (P-19).
pub const PRINCIPLES_ADOPTED: Rule = Rule {
    key: "PRINCIPLES_ADOPTED",
    requirement: "P-19",
    says: "every side stands by the six partnership principles, in the same wording",
};
/// Every side has said how much risk it is ready to take (P-27).
pub const RISK_ATTITUDE_STATED: Rule = Rule {
    key: "RISK_ATTITUDE_STATED",
    requirement: "P-27",
    says: "every side says how much risk it is ready to take, of one type at least",
};
/// Every side has named a transfer of risk, or stated that it found none (P-25).
pub const RISK_TRANSFER_STATED: Rule = Rule {
    key: "RISK_TRANSFER_STATED",
    requirement: "P-25",
    says: "every side names a transfer of risk, or states that it looked and found none",
};
/// Every side has stated what it owes every other (P-06).
pub const DUTY_OF_CARE_STATED: Rule = Rule {
    key: "DUTY_OF_CARE_STATED",
    requirement: "P-06",
    says: "every side states what duty of care it owes each of the others",
};
/// A wording that is not the one of today is not what the side has before its eyes (P-19).
pub const TEXT_IS_CURRENT: Rule = Rule {
    key: "TEXT_IS_CURRENT",
    requirement: "P-19",
    says: "read the principles again: this is not their wording of now",
};
/// One steps back from what one stands by.
pub const PRINCIPLE_IS_ADOPTED: Rule =
    Rule { key: "PRINCIPLE_IS_ADOPTED", requirement: "P-19", says: "your side does not stand by this principle" };
/// Risk is transferred between two different sides (P-07).
pub const BETWEEN_TWO_SIDES: Rule = Rule {
    key: "BETWEEN_TWO_SIDES",
    requirement: "P-07",
    says: "from one side of this partnership to another of its sides",
};
/// Who named a transfer does not state that there is none (P-25).
pub const TRANSFER_IS_NAMED: Rule = Rule {
    key: "TRANSFER_IS_NAMED",
    requirement: "P-25",
    says: "your side has named a transfer of risk that is not closed",
};
/// The absence of a duty is said, not left out (P-06).
pub const NONE_IS_SAID: Rule = Rule {
    key: "NONE_IS_SAID",
    requirement: "P-06",
    says: "state the duty, or state that there is none: one of the two",
};

/// The life of a transfer of risk.
pub const LIFECYCLE: Lifecycle<State> = Lifecycle {
    of: "risk_transfer",
    start: Identified,
    transitions: &[
        Transition { by: "discussRiskTransfer", from: &[Identified, Discussed], to: Discussed, guards: &[] },
        Transition {
            by: "agreeTreatment",
            from: &[Discussed, TreatmentAgreed, Monitored],
            to: TreatmentAgreed,
            guards: &[&EVERY_SIDE_CONSENTS],
        },
        Transition { by: "monitorRiskTransfer", from: &[TreatmentAgreed], to: Monitored, guards: &[] },
        Transition {
            by: "close",
            from: &[Discussed, TreatmentAgreed, Monitored],
            to: Closed,
            guards: &[&EVERY_SIDE_CONSENTS],
        },
    ],
};

/// What the sides of a partnership have said so far.
#[derive(Default)]
pub struct Said {
    /// Principles, those that a side stepped back from too.
    pub principles: Vec<principle_adoption::Model>,
    /// Risk attitudes, the newest of each type.
    pub attitudes: Vec<risk_attitude::Model>,
    /// Transfers of risk.
    pub transfers: Vec<risk_transfer::Model>,
    /// Statements that there are none.
    pub none: Vec<no_risk_transfer::Model>,
    /// Duties of care, the newest of each direction.
    pub duties: Vec<duty_of_care_statement::Model>,
}

impl Said {
    /// The wording that counts: the one that a side adopted last.
    fn wording(&self) -> Option<&str> {
        let newest = self.principles.iter().filter(|row| row.withdrawn_at.is_none()).max_by_key(|row| row.created_at);
        newest.map(|row| row.text_version.as_str())
    }

    /// Principles that a side does not stand by yet.
    pub fn principles_missing(&self, side: Id) -> Vec<Principle> {
        let wording = self.wording();
        let stands_by = |principle: &Principle| {
            self.principles.iter().any(|row| {
                row.side_id == side
                    && row.principle == *principle
                    && row.withdrawn_at.is_none()
                    && Some(row.text_version.as_str()) == wording
            })
        };
        Principle::iter().filter(|principle| !stands_by(principle)).collect()
    }

    /// Whether a side said how much risk it is ready to take.
    pub fn attitude_stated(&self, side: Id) -> bool {
        self.attitudes.iter().any(|row| row.side_id == side && row.current)
    }

    /// Whether a side named a transfer, or stated that there is none.
    pub fn transfer_stated(&self, side: Id) -> bool {
        self.transfers.iter().any(|row| row.side_id == side)
            || self.none.iter().any(|row| row.side_id == side && row.current)
    }

    /// Sides to which a side has not said yet what it owes them.
    pub fn duties_missing(&self, side: Id, sides: &[Id]) -> Vec<Id> {
        let stated =
            |to: &Id| self.duties.iter().any(|row| row.side_id == side && row.to_side_id == *to && row.current);
        sides.iter().filter(|to| **to != side && !stated(to)).copied().collect()
    }
}

/// The foundations that are missing before a partnership comes into force, each with the sides it waits for.
pub fn missing(sides: &[Id], said: &Said) -> Vec<(&'static Rule, Vec<Id>)> {
    let without = |stated: &dyn Fn(Id) -> bool| sides.iter().copied().filter(|side| !stated(*side)).collect::<Vec<_>>();
    [
        (&PRINCIPLES_ADOPTED, without(&|side| said.principles_missing(side).is_empty())),
        (&RISK_ATTITUDE_STATED, without(&|side| said.attitude_stated(side))),
        (&RISK_TRANSFER_STATED, without(&|side| said.transfer_stated(side))),
        (&DUTY_OF_CARE_STATED, without(&|side| said.duties_missing(side, sides).is_empty())),
    ]
    .into_iter()
    .filter(|(_, sides)| !sides.is_empty())
    .collect()
}

/// When a side looks at its risk attitudes again: so many days after it said the last of them, and where it never did, after
/// the partnership came into force (P-27).
pub fn attitude_due(last: Option<DateTime<Utc>>, in_force: Option<DateTime<Utc>>, days: i32) -> Option<DateTime<Utc>> {
    Some(last.or(in_force)? + TimeDelta::days(i64::from(days)))
}

/// [`BETWEEN_TWO_SIDES`].
pub fn between_two_sides(sides: &[Id], from: Id, to: Id) -> Result<()> {
    let field = if !sides.contains(&from) {
        "fromSideId"
    } else if from == to || !sides.contains(&to) {
        "toSideId"
    } else {
        return Ok(());
    };
    Err(Error::refused(&BETWEEN_TWO_SIDES).field(field))
}

/// [`NONE_IS_SAID`].
pub fn none_is_said(field: &str, duty: Option<&Text>, none: bool) -> Result<()> {
    if duty.is_some() == none { Err(Error::refused(&NONE_IS_SAID).field(field)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duty_is_stated_or_stated_to_be_none() {
        let text = Text::new("Insurance.").unwrap();
        assert!(none_is_said("legal", Some(&text), false).is_ok());
        assert!(none_is_said("legal", None, true).is_ok());
        assert!(none_is_said("legal", None, false).is_err());
        assert!(none_is_said("legal", Some(&text), true).is_err());
    }

    #[test]
    fn nothing_said_is_everything_missing_on_every_side() {
        let sides = [Id::NIL];
        let keys: Vec<_> = missing(&sides, &Said::default()).iter().map(|(rule, _)| rule.key).collect();
        // To no other side nothing is owed.
        assert_eq!(keys, ["PRINCIPLES_ADOPTED", "RISK_ATTITUDE_STATED", "RISK_TRANSFER_STATED"]);
    }

    #[test]
    fn risk_goes_from_one_side_to_another_of_the_partnership() {
        let (a, b, stranger) = (Id::NIL, Id(uuid::Uuid::from_u128(1)), Id(uuid::Uuid::from_u128(2)));
        assert!(between_two_sides(&[a, b], a, b).is_ok());
        assert!(between_two_sides(&[a, b], a, a).is_err());
        assert!(between_two_sides(&[a, b], stranger, b).is_err());
        assert!(between_two_sides(&[a, b], a, stranger).is_err());
    }
}
