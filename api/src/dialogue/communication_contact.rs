use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};
use entity::communication_contact;

object! {
 /// Whom the others ask on a side about security, as the side names them (`[001]` Communicate and build trust).
 CommunicationContact, communication_contact::Model {
     /// The partnership.
     partnership: One<Partnership> by communication_contact::Column::PartnershipId;
     /// The side.
     side: One<PartnershipSide> by communication_contact::Column::SideId;
 }
}
