use async_graphql::{Context, Object};
use entity::{Id, Right};

use super::{Incident, advance::advance};
use crate::platform::{error::Result, gate::Ask, sdl::requires, whole::Whole};

/// Takes up the follow-up.
#[derive(Default)]
pub struct FollowUpIncident;

#[Object]
impl FollowUpIncident {
    /// Takes up, or takes up again, the follow-up of an incident. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentVerify))]
    async fn follow_up_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The incident.")] id: Id,
        #[graphql(desc = "The version you read.")] expected_version: i32,
    ) -> Result<Whole<Incident>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| Box::pin(advance(tx, id, expected_version, "followUpIncident", "incident.followed_up")))
            .await?;
        caller.answer_with(ctx, id).await
    }
}
