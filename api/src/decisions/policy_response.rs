use entity::policy_response;

use super::PolicyConsultation;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
 /// What one side answered in a consultation, or that it did not answer.
 PolicyResponse, policy_response::Model {
     /// The partnership.
     partnership: One<Partnership> by policy_response::Column::PartnershipId;
     /// The consultation.
     consultation: One<PolicyConsultation> by policy_response::Column::ConsultationId;
     /// The side.
     side: One<PartnershipSide> by policy_response::Column::SideId;
 }
}
