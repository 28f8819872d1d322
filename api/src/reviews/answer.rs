use entity::review_answer;

use super::{RelatedAssessment, Review, ReviewQuestion};
use crate::{
    organisations::Person,
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// What one side answers to one question, or all of them together in a meeting.
    ReviewAnswer, review_answer::Model {
        /// The partnership.
        partnership: One<Partnership> by review_answer::Column::PartnershipId;
        /// The review.
        review: One<Review> by review_answer::Column::ReviewId;
        /// The question.
        question: One<ReviewQuestion> by review_answer::Column::QuestionId;
        /// The side; none where the answer is that of a meeting.
        side: One<PartnershipSide> by review_answer::Column::SideId;
        /// The other assessment from which it was taken, where it was.
        reused_from: One<RelatedAssessment> by review_answer::Column::ReusedFromId;
        /// Who wrote it, as far as you see them.
        person: One<Person> by review_answer::Column::PersonId;
    }
}
