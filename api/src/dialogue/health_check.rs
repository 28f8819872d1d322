use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};
use entity::health_check;

object! {
 /// A look by the sides together at how they manage security risk in their partnership. It counts when another side confirms
 /// it (P-34; `[001]` Preliminary questions, Compliance and effectiveness monitoring).
 HealthCheck, health_check::Model {
     /// The partnership.
     partnership: One<Partnership> by health_check::Column::PartnershipId;
     /// The side that wrote it down.
     side: One<PartnershipSide> by health_check::Column::SideId;
     /// The side that confirmed it.
     confirmed_by_side: One<PartnershipSide> by health_check::Column::ConfirmedBySide;
 }
}
