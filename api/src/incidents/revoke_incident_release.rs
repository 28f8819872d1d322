use async_graphql::{Context, Object};
use entity::{Id, Right, SpaceRef, incident_release};

use super::{IncidentRelease, effects, rules};
use crate::platform::{
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
    whole::Whole,
};

/// Revokes a release.
#[derive(Default)]
pub struct RevokeIncidentRelease;

#[Object]
impl RevokeIncidentRelease {
    /// Takes a release back: from now on the other sides do not see the incident. Codes: NOT_FOUND, FORBIDDEN, REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentRelease))]
    async fn revoke_incident_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The release.")] id: Id,
    ) -> Result<Whole<IncidentRelease>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let asked: incident_release::Model = tx.get(id, "id").await?;
                    let releaser = SpaceRef::side(asked.side_id);
                    let own = tx.caller.grants().within(Right::IncidentRelease, releaser).is_some();
                    // Who stands on two sides acts here for the one that released.
                    let side = tx.act_for_side(asked.partnership_id, own.then_some(asked.side_id)).await?;
                    if side != asked.side_id {
                        return Err(Error::refused(&rules::ORIGINATOR_RELEASES).field("id"));
                    }
                    effects::end_release(tx, &asked).await?;
                    Ok(id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
