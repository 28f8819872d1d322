use crate::{
    consents::ConsentRequest,
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};
use entity::{communication_plan, consent_request, value::ConsentState};
use sea_orm::ColumnTrait;

object! {
 /// How often, by what means and in which languages the sides speak, share and look at their security risk management
 /// together. It counts when every side consents (P-12, P-29, P-34; `[001]` Communicate and build trust).
 CommunicationPlan, communication_plan::Model {
     /// The partnership.
     partnership: One<Partnership> by communication_plan::Column::PartnershipId;
     /// The side that proposed it.
     side: One<PartnershipSide> by communication_plan::Column::SideId;
     /// The request that waits for a side.
     open_request: First<ConsentRequest> by consent_request::Column::SubjectId, desc consent_request::Column::CreatedAt,
         if consent_request::Column::State.eq(ConsentState::Open);
 }
}
