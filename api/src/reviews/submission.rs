use entity::review_submission;

use super::Review;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// A side has answered everything and stands by it.
    ReviewSubmission, review_submission::Model {
        /// The partnership.
        partnership: One<Partnership> by review_submission::Column::PartnershipId;
        /// The review.
        review: One<Review> by review_submission::Column::ReviewId;
        /// The side.
        side: One<PartnershipSide> by review_submission::Column::SideId;
    }
}
