//! Partnerships: formalised, symmetric, in force only by the consent of every side.
//!
//! A draft is seen by the side that writes it. Proposed, it is everybody's: each side may edit it, and an
//! edit voids what was consented so far. It comes into force when every side agreed on the same content.
//! Any side may suspend it with a reason; to resume needs the consent of all. Any side may begin its end; it is over when each has said what
//! that means for its people, and all consent. No date ends it by itself. No rule asks who leads or
//! who wrote first (P-20).

mod assess_partnership_end;
mod assign_side_role;
mod begin;
mod create_partnership;
mod dashboard;
mod due;
pub mod effects;
mod end_assessment;
mod end_partnership;
mod end_side_role;
mod feed;
mod partnership;
mod propose_partnership;
mod propose_partnership_end;
mod propose_partnership_terms;
mod request_resumption;
pub mod rules;
mod side;
mod suspend_partnership;
mod update_partnership;
mod withdraw_partnership;

use entity::Id;
use sea_orm::{ColumnTrait, Condition};

use crate::platform::{caller::Sort, error::Result, tx::Tx};

pub(crate) use begin::{begin, begin_on};
pub use due::tell as tell_due;
pub use end_assessment::EndAssessment;
pub use feed::PartnershipSubscriptions;
pub use partnership::{Partnership, PartnershipConnection};
pub use side::{PartnershipSide, SideRole};
pub(crate) use side::{side_ids, sides};

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
    end_partnership::EndPartnership,
    assess_partnership_end::AssessPartnershipEnd,
    propose_partnership_end::ProposePartnershipEnd,
    propose_partnership_terms::ProposePartnershipTerms,
    assign_side_role::AssignSideRole,
    end_side_role::EndSideRole,
);

/// What each side said last about the end of a partnership.
async fn end_assessments(tx: &Tx, partnership: Id) -> Result<Vec<entity::end_assessment::Model>> {
    use entity::end_assessment::Column;
    let current = Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::Current.eq(true));
    tx.all(current, &Sort::asc(Column::CreatedAt)).await
}
