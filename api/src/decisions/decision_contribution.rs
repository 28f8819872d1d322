use entity::decision_contribution;

use super::Decision;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
 /// What a side brought into a decision (P-32; `[001]` Preliminary questions, Governance and accountability).
 DecisionContribution, decision_contribution::Model {
     /// The partnership.
     partnership: One<Partnership> by decision_contribution::Column::PartnershipId;
     /// The decision.
     decision: One<Decision> by decision_contribution::Column::DecisionId;
     /// The side.
     side: One<PartnershipSide> by decision_contribution::Column::SideId;
 }
}
