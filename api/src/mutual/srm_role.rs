use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};
use entity::srm_role;

object! {
 /// Who does what for security risk management on a side (P-32; `[001]` Preliminary questions, Governance and accountability).
 SrmRole, srm_role::Model {
     /// The partnership.
     partnership: One<Partnership> by srm_role::Column::PartnershipId;
     /// The side.
     side: One<PartnershipSide> by srm_role::Column::SideId;
 }
}
