use entity::category_definitions;

use super::Review;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// What present, partially present and not present mean in a review.
    CategoryDefinitions, category_definitions::Model {
        /// The partnership.
        partnership: One<Partnership> by category_definitions::Column::PartnershipId;
        /// The review.
        review: One<Review> by category_definitions::Column::ReviewId;
        /// The side that proposed them.
        side: One<PartnershipSide> by category_definitions::Column::SideId;
    }
}
