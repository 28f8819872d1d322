use entity::indicator_rating;

use super::{CategoryDefinitions, Review, ReviewIndicator};
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// How one side judges one indicator, by the meanings that were agreed.
    IndicatorRating, indicator_rating::Model {
        /// The partnership.
        partnership: One<Partnership> by indicator_rating::Column::PartnershipId;
        /// The review.
        review: One<Review> by indicator_rating::Column::ReviewId;
        /// The indicator.
        indicator: One<ReviewIndicator> by indicator_rating::Column::IndicatorId;
        /// The side.
        side: One<PartnershipSide> by indicator_rating::Column::SideId;
        /// The meanings that it goes by.
        definitions: One<CategoryDefinitions> by indicator_rating::Column::DefinitionsId;
    }
}
