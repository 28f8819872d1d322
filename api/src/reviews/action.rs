use async_graphql::Context;
use entity::review_action;

use super::{Review, ReviewIndicator, rules};
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::{error::Result, gate::Ask, object::object},
};

object! {
    /// A task of the action plan: what results from it, whose it is, and by when.
    ReviewAction, review_action::Model {
        /// The partnership.
        partnership: One<Partnership> by review_action::Column::PartnershipId;
        /// The review.
        review: One<Review> by review_action::Column::ReviewId;
        /// The indicator that it is for.
        indicator: One<ReviewIndicator> by review_action::Column::IndicatorId;
        /// The side that proposed it.
        side: One<PartnershipSide> by review_action::Column::SideId;
        /// The side whose task it is.
        owner_side: One<PartnershipSide> by review_action::Column::OwnerSideId;
    }
    fields {
        /// Whether its last day is over, and it is not done.
        async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
            Ok(rules::action_overdue(&self.row, ctx.caller()?.now()))
        }
    }
}
