use entity::{review_answer, review_note, review_question};
use sea_orm::ColumnTrait;

use super::{Review, ReviewAnswer, ReviewNote};
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// A question that the sides answer.
    ReviewQuestion, review_question::Model {
        /// The partnership.
        partnership: One<Partnership> by review_question::Column::PartnershipId;
        /// The review.
        review: One<Review> by review_question::Column::ReviewId;
        /// The side that proposed it.
        side: One<PartnershipSide> by review_question::Column::SideId;
        /// The newest answers that you read: before the reveal those of your own side, or your own.
        answers: Many<ReviewAnswer> by review_answer::Column::QuestionId, asc review_answer::Column::CreatedAt,
            if review_answer::Column::Current.eq(true);
        /// Every answer that you read, those too that a newer one took the place of, oldest first.
        answer_history: Many<ReviewAnswer> by review_answer::Column::QuestionId, asc review_answer::Column::CreatedAt;
        /// What was said about the answers.
        notes: Many<ReviewNote> by review_note::Column::QuestionId, asc review_note::Column::CreatedAt;
    }
}
