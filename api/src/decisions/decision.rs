use async_graphql::Context;
use entity::{consent_request, decision, decision_contribution, value::ConsentState};
use sea_orm::ColumnTrait;

use super::{DecisionContribution, rules};
use crate::{
    consents::ConsentRequest,
    partnerships::{Partnership, PartnershipSide},
    platform::{error::Result, gate::Ask, object::object, page::connection},
};

object! {
    /// What the sides decide together because it could affect them. Nobody takes it alone; in an emergency a side acts at
    /// once, says so at once, and asks the others after (P-15; `[001]` What joint action means in practice).
    Decision, decision::Model {
        /// The partnership.
        partnership: One<Partnership> by decision::Column::PartnershipId;
        /// The side that proposed it, or acted.
        side: One<PartnershipSide> by decision::Column::SideId;
        /// What each side brought in, oldest first.
        contributions: Many<DecisionContribution> by decision_contribution::Column::DecisionId, asc decision_contribution::Column::CreatedAt;
        /// The request that waits for a side.
        open_request: First<ConsentRequest> by consent_request::Column::SubjectId, desc consent_request::Column::CreatedAt,
            if consent_request::Column::State.eq(ConsentState::Open);
    }
    fields {
        /// Whether the others have not said in time if an emergency decision stands.
        async fn ratification_overdue(&self, ctx: &Context<'_>) -> Result<bool> {
            Ok(rules::ratification_overdue(&self.row, ctx.caller()?.now()))
        }
    }
}
connection!(
    DecisionConnection,
    DecisionEdge,
    Decision,
    decision::Model,
    "A page of decisions.",
    "A decision in a list."
);
