use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};
use entity::capacity_declaration;

object! {
 /// What a side says of its own capacity to manage security risk. No other side says it for it (C-01; `[001]` Strengthen
 /// capacity).
 CapacityDeclaration, capacity_declaration::Model {
     /// The partnership.
     partnership: One<Partnership> by capacity_declaration::Column::PartnershipId;
     /// The side.
     side: One<PartnershipSide> by capacity_declaration::Column::SideId;
 }
}
