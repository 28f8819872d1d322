use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::{object::object, page::connection},
};
use entity::feedback;

object! {
 /// What one side tells another about how they work together; it is acknowledged (P-29; `[001]` Communicate and build trust).
 Feedback, feedback::Model {
     /// The partnership.
     partnership: One<Partnership> by feedback::Column::PartnershipId;
     /// The side that gave it.
     side: One<PartnershipSide> by feedback::Column::SideId;
     /// The side that it is for.
     to_side: One<PartnershipSide> by feedback::Column::ToSideId;
 }
}
connection!(FeedbackConnection, FeedbackEdge, Feedback, feedback::Model, "A page of feedback.", "Feedback in a list.");
