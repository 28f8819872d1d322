use async_graphql::{Context, Object};
use entity::{Id, Right};

use super::{Incident, advance::advance};
use crate::platform::{error::Result, gate::Ask, sdl::requires, whole::Whole};

/// Verifies a report.
#[derive(Default)]
pub struct VerifyIncident;

#[Object]
impl VerifyIncident {
    /// Says that your organisation has checked the report and stands by it. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentVerify))]
    async fn verify_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The incident.")] id: Id,
        #[graphql(desc = "The version you read.")] expected_version: i32,
    ) -> Result<Whole<Incident>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| Box::pin(advance(tx, id, expected_version, "verifyIncident", "incident.verified")))
            .await?;
        caller.answer_with(ctx, id).await
    }
}
