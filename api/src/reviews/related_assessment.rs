use super::Review;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};
use entity::related_assessment;

object! {
 /// Another assessment that goes on in the partnership, with which the review is aligned so that nobody answers twice (R-03; `[001]` The joint SRM review).
 RelatedAssessment, related_assessment::Model {
     /// The partnership.
     partnership: One<Partnership> by related_assessment::Column::PartnershipId;
     /// The review.
     review: One<Review> by related_assessment::Column::ReviewId;
     /// The side that named it.
     side: One<PartnershipSide> by related_assessment::Column::SideId;
 }
}
