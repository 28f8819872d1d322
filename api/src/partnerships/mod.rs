//! Partnerships: formalised, symmetric, in force only by the consent of every side.
//!
//! A draft is seen by the side that writes it. Proposed, it is everybody's: each side may edit it, and an
//! edit voids what was consented so far. It comes into force when every side agreed on the same content.
//! Any side may suspend it with a reason; to resume needs the consent of all. No rule asks who leads or
//! who wrote first (P-20).

mod assign_side_role;
mod create_partnership;
pub mod effects;
mod end_side_role;
mod feed;
mod partnership;
mod propose_partnership;
mod request_resumption;
pub mod rules;
mod side;
mod suspend_partnership;
mod update_partnership;
mod withdraw_partnership;

pub use feed::PartnershipSubscriptions;
pub use partnership::{Partnership, PartnershipConnection};
pub(crate) use side::side_ids;
pub use side::{PartnershipSide, SideRole};

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct PartnershipsQueries(partnership::PartnershipQueries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct PartnershipsMutations(
    create_partnership::CreatePartnership,
    update_partnership::UpdatePartnership,
    propose_partnership::ProposePartnership,
    withdraw_partnership::WithdrawPartnership,
    suspend_partnership::SuspendPartnership,
    request_resumption::RequestResumption,
    assign_side_role::AssignSideRole,
    end_side_role::EndSideRole,
);
