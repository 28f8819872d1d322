use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, partnership, value::Text};

use super::{Partnership, rules};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, whole::Whole},
};

/// A draft or proposal to take back.
#[derive(InputObject)]
pub struct WithdrawPartnershipInput {
    /// The partnership.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why.
    reason: Text,
}

/// Takes a draft or proposal back.
#[derive(Default)]
pub struct WithdrawPartnership;

#[Object]
impl WithdrawPartnership {
    /// Takes back a partnership before it came into force. Any side may: what is not agreed binds nobody. Codes:
    /// NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::PartnershipPropose))]
    async fn withdraw_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to take back, and why.")] input: WithdrawPartnershipInput,
    ) -> Result<Whole<Partnership>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: partnership::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
                    tx.act_for_side(before.id, input.side_id).await?;
                    let step = rules::LIFECYCLE.step(before.state, "withdrawPartnership")?;
                    consents::void_all(tx, before.id).await?;
                    let mut after = before.clone();
                    after.state = step.to;
                    after.state_reason = Some(input.reason);
                    Ok(tx.update("partnership.withdrawn", &before, after).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
