use super::Review;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};
use entity::review_session;

object! {
 /// A meeting that a joint review is planned with (R-02; `[001]` The joint SRM review: the approach).
 ReviewSession, review_session::Model {
     /// The partnership.
     partnership: One<Partnership> by review_session::Column::PartnershipId;
     /// The review.
     review: One<Review> by review_session::Column::ReviewId;
     /// The side that proposed it.
     side: One<PartnershipSide> by review_session::Column::SideId;
 }
}
