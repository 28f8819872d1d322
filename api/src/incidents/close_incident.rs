use async_graphql::{Context, Object};
use entity::{Id, Right, incident};

use super::{Incident, advance::advance};
use crate::platform::{error::Result, gate::Ask, sdl::requires};

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
    ) -> Result<Incident> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| Box::pin(advance(tx, id, expected_version, "closeIncident", "incident.closed")))
            .await?;
        Ok(caller.get::<incident::Model>(id, "id").await?.into())
    }
}
