use entity::monitoring_check;

use super::Review;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// The sides looked together at how far the action plan is.
    MonitoringCheck, monitoring_check::Model {
        /// The partnership.
        partnership: One<Partnership> by monitoring_check::Column::PartnershipId;
        /// The review.
        review: One<Review> by monitoring_check::Column::ReviewId;
        /// The side that wrote it down.
        side: One<PartnershipSide> by monitoring_check::Column::SideId;
    }
}
