//! What belongs to one partnership, and what a side says anew.

use crate::{access::Record, value::Id};

/// A record of one partnership.
pub trait OfPartnership: Record {
    /// The partnership.
    fn partnership_id(&self) -> Id;
}

macro_rules! of_partnership {
    ($($record:ident),* $(,)?) => {
        $(impl OfPartnership for crate::$record::Model {
            fn partnership_id(&self) -> Id {
                self.partnership_id
            }
        })*
    };
}
of_partnership!(
    conversation,
    conversation_account,
    communication_plan,
    communication_contact,
    feedback,
    shared_practice,
    health_check,
    decision,
    decision_contribution,
    policy_consultation,
    policy_response,
    strength,
    benefit,
    understanding,
    srm_role,
    capacity_declaration,
    capacity_need,
    capacity_activity,
    advocacy_issue,
    advocacy_strategy,
    campaign
);

/// What a side says, and may say anew: what it said before stays as history.
pub trait Revised: Record {
    /// Counts what the side said about this, from 1.
    fn revision(&self) -> i32;
    /// It is not what the side said last any more.
    fn retire(&mut self);
}

macro_rules! revised {
    ($($record:ident),* $(,)?) => {
        $(impl Revised for crate::$record::Model {
            fn revision(&self) -> i32 {
                self.revision
            }

            fn retire(&mut self) {
                self.current = false;
            }
        })*
    };
}
revised!(
    conversation_account,
    communication_contact,
    policy_response,
    understanding,
    capacity_declaration,
    risk_attitude,
    duty_of_care_statement,
    end_assessment
);
