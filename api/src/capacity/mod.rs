//! Capacity: what each side says it can do, what it needs, and what is done about it.
//!
//! No side says for another what it can do. A need is a need when every side consents; an activity is done when it is said how it
//! lasts beyond the partnership.

pub mod begin;
mod cancel_capacity_activity;
mod capacity_activity;
mod capacity_declaration;
mod capacity_need;
mod complete_capacity_activity;
mod declare_capacity;
pub mod effects;
mod plan_capacity_activity;
mod propose_capacity_need;
mod report_capacity_need_met;
pub mod rules;
mod start_capacity_activity;
mod withdraw_capacity_need;

pub use capacity_activity::{CapacityActivity, CapacityActivityConnection};
pub use capacity_declaration::CapacityDeclaration;
pub use capacity_need::CapacityNeed;

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct CapacityMutations(
    declare_capacity::DeclareCapacity,
    propose_capacity_need::ProposeCapacityNeed,
    report_capacity_need_met::ReportCapacityNeedMet,
    withdraw_capacity_need::WithdrawCapacityNeed,
    plan_capacity_activity::PlanCapacityActivity,
    start_capacity_activity::StartCapacityActivity,
    complete_capacity_activity::CompleteCapacityActivity,
    cancel_capacity_activity::CancelCapacityActivity,
);
