use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};
use entity::benefit;

object! {
 /// What a side gains from the partnership (P-22; `[001]` Adopt partnership principles, 3).
 Benefit, benefit::Model {
     /// The partnership.
     partnership: One<Partnership> by benefit::Column::PartnershipId;
     /// The side.
     side: One<PartnershipSide> by benefit::Column::SideId;
 }
}
