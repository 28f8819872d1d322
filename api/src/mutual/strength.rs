use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};
use entity::strength;

object! {
 /// What a side is good at, for the others to build on (P-03; `[001]` Adopt partnership principles, 4).
 Strength, strength::Model {
     /// The partnership.
     partnership: One<Partnership> by strength::Column::PartnershipId;
     /// The side.
     side: One<PartnershipSide> by strength::Column::SideId;
 }
}
