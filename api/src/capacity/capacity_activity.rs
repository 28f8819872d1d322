#![expect(clippy::wrong_self_convention, reason = "`fromSide` is a link, not a conversion")]
use entity::capacity_activity;

use super::CapacityNeed;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::{object::object, page::connection},
};

object! {
 /// Something that is done to strengthen capacity: sharing, training, embedding, mentoring (C-02, C-03; `[001]` Strengthen
 /// capacity).
 CapacityActivity, capacity_activity::Model {
     /// The partnership.
     partnership: One<Partnership> by capacity_activity::Column::PartnershipId;
     /// The side that planned it.
     side: One<PartnershipSide> by capacity_activity::Column::SideId;
     /// The need that it is for.
     need: One<CapacityNeed> by capacity_activity::Column::NeedId;
     /// The side that gives; empty where others do.
     from_side: One<PartnershipSide> by capacity_activity::Column::FromSideId;
     /// The side whose capacity grows.
     to_side: One<PartnershipSide> by capacity_activity::Column::ToSideId;
 }
}
connection!(
    CapacityActivityConnection,
    CapacityActivityEdge,
    CapacityActivity,
    capacity_activity::Model,
    "A page of activities.",
    "An activity in a list."
);
