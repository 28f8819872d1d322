//! Decisions that could affect the other sides, and consultations about policies.
//!
//! Nobody takes such a decision alone. Who cannot wait acts in the open: every other side hears of it at once and says by a day
//! whether it stands. In a consultation silence is written down as silence; it is never consent.

mod amend_decision;
mod answer_policy_consultation;
mod begin;
mod carry_out_decision;
mod close_policy_consultation;
mod contribute_to_decision;
mod decision;
mod decision_contribution;
mod due;
pub mod effects;
mod open_policy_consultation;
mod policy_consultation;
mod policy_response;
mod propose_decision;
pub mod rules;
mod take_emergency_decision;
mod withdraw_decision;

pub use decision::{Decision, DecisionConnection};
pub use decision_contribution::DecisionContribution;
pub use due::tell as tell_due;
pub use policy_consultation::{PolicyConsultation, PolicyConsultationConnection};
pub use policy_response::PolicyResponse;

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct DecisionsMutations(
    propose_decision::ProposeDecision,
    amend_decision::AmendDecision,
    withdraw_decision::WithdrawDecision,
    take_emergency_decision::TakeEmergencyDecision,
    carry_out_decision::CarryOutDecision,
    contribute_to_decision::ContributeToDecision,
    open_policy_consultation::OpenPolicyConsultation,
    answer_policy_consultation::AnswerPolicyConsultation,
    close_policy_consultation::ClosePolicyConsultation,
);
