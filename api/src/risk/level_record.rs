use entity::{Id, risk_level_record};

use super::Risk;
use crate::{partnerships::PartnershipSide, platform::object::object};

object! {
    /// One computed level of a risk. Append-only: it pins the matrix version and what it was computed from.
    RiskLevelRecord, risk_level_record::Model {
        /// The risk.
        risk: One<Risk> by risk_level_record::Column::RiskId;
        /// The side whose view it is; empty for the level in effect.
        side: One<PartnershipSide> by risk_level_record::Column::SideId;
        /// The record before it: of the same side, or of the level in effect.
        previous: One<RiskLevelRecord> by risk_level_record::Column::PreviousId;
    }
    fields {
        /// Ids of the perceptions, or of the consent request, that it was computed from.
        async fn based_on(&self) -> Vec<Id> {
            self.row.based_on.as_str().split(' ').filter_map(|id| id.parse().ok()).collect()
        }
    }
}
