use async_graphql::Context;
use entity::{policy_consultation, policy_response};
use sea_orm::ColumnTrait;

use super::{PolicyResponse, rules};
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::{error::Result, gate::Ask, object::object, page::connection},
};

object! {
    /// A policy about which a side asks the others before it is made or changed. No answer is no consent (P-13; `[001]` What
    /// joint action means in practice).
    PolicyConsultation, policy_consultation::Model {
        /// The partnership.
        partnership: One<Partnership> by policy_consultation::Column::PartnershipId;
        /// The side that asks.
        side: One<PartnershipSide> by policy_consultation::Column::SideId;
        /// What each side answered last.
        responses: Many<PolicyResponse> by policy_response::Column::ConsultationId,
            asc policy_response::Column::CreatedAt, if policy_response::Column::Current.eq(true);
    }
    fields {
        /// Whether a side has not answered in time.
        async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
            Ok(rules::answers_overdue(&self.row, ctx.caller()?.now()))
        }
    }
}
connection!(
    PolicyConsultationConnection,
    PolicyConsultationEdge,
    PolicyConsultation,
    policy_consultation::Model,
    "A page of consultations.",
    "A consultation in a list."
);
