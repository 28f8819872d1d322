use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::{object::object, page::connection},
};
use entity::shared_practice;

object! {
 /// Information or a practice that a side shared with the others, as it agreed to do regularly (P-12; `[001]` What joint action
 /// means in practice).
 SharedPractice, shared_practice::Model {
     /// The partnership.
     partnership: One<Partnership> by shared_practice::Column::PartnershipId;
     /// The side that shared it.
     side: One<PartnershipSide> by shared_practice::Column::SideId;
 }
}
connection!(
    SharedPracticeConnection,
    SharedPracticeEdge,
    SharedPractice,
    shared_practice::Model,
    "A page of what was shared.",
    "What was shared, in a list."
);
