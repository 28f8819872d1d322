use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, partnership, value::Text};

use super::{Partnership, rules};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, whole::Whole},
};

/// A partnership to suspend.
#[derive(InputObject)]
pub struct SuspendPartnershipInput {
    /// The partnership.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why.
    reason: Text,
}

/// Suspends a partnership.
#[derive(Default)]
pub struct SuspendPartnership;

#[Object]
impl SuspendPartnership {
    /// Suspends a partnership in force. Any side may, with a reason; to resume needs the consent of every side. Codes:
    /// NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::PartnershipSuspend))]
    async fn suspend_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to suspend, and why.")] input: SuspendPartnershipInput,
    ) -> Result<Whole<Partnership>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: partnership::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
                    tx.act_for_side(before.id, input.side_id).await?;
                    let step = rules::LIFECYCLE.step(before.state, "suspendPartnership")?;
                    consents::void(tx, before.id).await?;
                    let mut after = before.clone();
                    after.state = step.to;
                    after.state_reason = Some(input.reason);
                    Ok(tx.update("partnership.suspended", &before, after).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
