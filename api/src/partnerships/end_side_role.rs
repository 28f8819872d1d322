use async_graphql::{Context, Object};
use entity::{Id, Right, SpaceRef, side_role};

use super::SideRole;
use crate::platform::{error::Result, gate::Ask, sdl::requires, whole::Whole};

/// Ends a standing on one's own side.
#[derive(Default)]
pub struct EndSideRole;

#[Object]
impl EndSideRole {
    /// Ends a standing on your side from this moment: what it let the person see and do ends within seconds. Codes:
    /// NOT_FOUND, FORBIDDEN, CONFLICT.
    #[graphql(directive = requires::apply(Right::SideStaff))]
    async fn end_side_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The standing.")] id: Id,
        #[graphql(desc = "The version you read.")] expected_version: i32,
    ) -> Result<Whole<SideRole>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: side_role::Model = tx.lock_at(id, "id", expected_version).await?;
                    tx.authorise(SpaceRef::side(before.side_id)).await?;
                    let now = tx.now();
                    let mut after = before.clone();
                    after.valid_until = Some(before.valid_until.map_or(now, |until| until.min(now)));
                    Ok(tx.update("side_role.ended", &before, after).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
