use entity::review_note;

use super::{Review, ReviewQuestion};
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// What the sides found when they talked about the answers to a question.
    ReviewNote, review_note::Model {
        /// The partnership.
        partnership: One<Partnership> by review_note::Column::PartnershipId;
        /// The review.
        review: One<Review> by review_note::Column::ReviewId;
        /// The question.
        question: One<ReviewQuestion> by review_note::Column::QuestionId;
        /// The side that wrote it down.
        side: One<PartnershipSide> by review_note::Column::SideId;
    }
}
