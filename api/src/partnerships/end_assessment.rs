use entity::end_assessment;

use super::{Partnership, PartnershipSide};
use crate::platform::object::object;

object! {
    /// What the end of a partnership means for the safety of one side, and what has to be done about it.
    EndAssessment, end_assessment::Model {
        /// The partnership.
        partnership: One<Partnership> by end_assessment::Column::PartnershipId;
        /// The side.
        side: One<PartnershipSide> by end_assessment::Column::SideId;
    }
}
