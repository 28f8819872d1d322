//! Foundations of an equitable partnership: principles, risk attitudes, transferred risk and duty of care, said by each side
//! for itself.
//!
//! What a side says stands beside what the others say; nobody says it for another, and nothing is averaged. A partnership
//! comes into force only when every side has said all of it. What a side says anew does not erase what it said before.

mod adopt_principles;
mod begin;
mod discuss_risk_transfer;
mod due;
mod duty_of_care;
pub mod effects;
mod identify_risk_transfer;
mod monitor_risk_transfer;
mod no_risk_transfer;
mod overview;
mod principle_adoption;
mod propose_transfer_closure;
mod propose_transfer_treatment;
mod record_risk_attitude;
mod risk_attitude;
mod risk_transfer;
pub mod rules;
mod state_duty_of_care;
mod state_no_risk_transfer;
mod withdraw_principle;

pub use due::tell as tell_due;
pub use duty_of_care::DutyOfCareStatement;
pub use no_risk_transfer::NoRiskTransfer;
pub use overview::{AttitudeComparison, SideFoundations, comparison, overview};
pub use principle_adoption::PrincipleAdoption;
pub use risk_attitude::RiskAttitude;
pub use risk_transfer::RiskTransfer;

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct FoundationsMutations(
    adopt_principles::AdoptPrinciples,
    withdraw_principle::WithdrawPrinciple,
    record_risk_attitude::RecordRiskAttitude,
    identify_risk_transfer::IdentifyRiskTransfer,
    discuss_risk_transfer::DiscussRiskTransfer,
    propose_transfer_treatment::ProposeTransferTreatment,
    monitor_risk_transfer::MonitorRiskTransfer,
    propose_transfer_closure::ProposeTransferClosure,
    state_no_risk_transfer::StateNoRiskTransfer,
    state_duty_of_care::StateDutyOfCare,
);
