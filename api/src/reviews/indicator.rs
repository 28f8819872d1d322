use entity::{consent_request, indicator_rating, review_action, review_indicator, value::ConsentState};
use sea_orm::ColumnTrait;

use super::{IndicatorRating, Review, ReviewAction, ReviewQuestion};
use crate::{
    consents::ConsentRequest,
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// Something that is there or not, by which the sides judge how security risk is managed.
    ReviewIndicator, review_indicator::Model {
        /// The partnership.
        partnership: One<Partnership> by review_indicator::Column::PartnershipId;
        /// The review.
        review: One<Review> by review_indicator::Column::ReviewId;
        /// The side that proposed it.
        side: One<PartnershipSide> by review_indicator::Column::SideId;
        /// The question from whose answers it comes.
        question: One<ReviewQuestion> by review_indicator::Column::QuestionId;
        /// The side that it is about; none where it is about the partnership as a whole.
        of_side: One<PartnershipSide> by review_indicator::Column::OfSideId;
        /// How each side judges it now.
        ratings: Many<IndicatorRating> by indicator_rating::Column::IndicatorId, asc indicator_rating::Column::CreatedAt,
            if indicator_rating::Column::Current.eq(true);
        /// The tasks for it, by the day they are due.
        actions: Many<ReviewAction> by review_action::Column::IndicatorId, asc review_action::Column::DueOn;
        /// The request for consent that waits for a side.
        open_request: First<ConsentRequest> by consent_request::Column::SubjectId, desc consent_request::Column::CreatedAt,
            if consent_request::Column::State.eq(ConsentState::Open);
    }
}
