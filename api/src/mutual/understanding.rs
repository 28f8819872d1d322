use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};
use entity::understanding;

object! {
 /// Whether a side understands another, and is at ease with it (P-31; `[001]` Preliminary questions, Policies and principles).
 Understanding, understanding::Model {
     /// The partnership.
     partnership: One<Partnership> by understanding::Column::PartnershipId;
     /// The side that says it.
     side: One<PartnershipSide> by understanding::Column::SideId;
     /// The side that it is about.
     of_side: One<PartnershipSide> by understanding::Column::OfSideId;
 }
}
