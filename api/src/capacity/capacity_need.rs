use entity::{capacity_activity, capacity_need, consent_request, value::ConsentState};
use sea_orm::ColumnTrait;

use super::CapacityActivity;
use crate::{
    consents::ConsentRequest,
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
 /// Something that a side needs to learn or to get, agreed by every side (C-01; `[001]` Strengthen capacity; sample indicator
 /// 1).
 CapacityNeed, capacity_need::Model {
     /// The partnership.
     partnership: One<Partnership> by capacity_need::Column::PartnershipId;
     /// The side that proposed it.
     side: One<PartnershipSide> by capacity_need::Column::SideId;
     /// The side whose need it is.
     for_side: One<PartnershipSide> by capacity_need::Column::ForSideId;
     /// What is done about it, oldest first.
     activities: Many<CapacityActivity> by capacity_activity::Column::NeedId, asc capacity_activity::Column::CreatedAt;
     /// The request that waits for a side.
     open_request: First<ConsentRequest> by consent_request::Column::SubjectId, desc consent_request::Column::CreatedAt,
         if consent_request::Column::State.eq(ConsentState::Open);
 }
}
