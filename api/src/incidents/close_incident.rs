use async_graphql::{Context, Object};
use entity::{Id, Right};

use super::{Incident, advance::advance};
use crate::platform::{error::Result, gate::Ask, sdl::requires, whole::Whole};

/// Closes an incident.
#[derive(Default)]
pub struct CloseIncident;

#[Object]
impl CloseIncident {
    /// Closes an incident: its follow-up is over. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentVerify))]
    async fn close_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The incident.")] id: Id,
        #[graphql(desc = "The version you read.")] expected_version: i32,
    ) -> Result<Whole<Incident>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| Box::pin(advance(tx, id, expected_version, "closeIncident", "incident.closed")))
            .await?;
        caller.answer_with(ctx, id).await
    }
}
