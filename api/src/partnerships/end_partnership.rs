use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, partnership, value::Text};

use super::{Partnership, rules};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A partnership to bring to its end.
#[derive(InputObject)]
pub struct EndPartnershipInput {
    /// The partnership.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why.
    reason: Text,
}

/// Begins the end of a partnership.
#[derive(Default)]
pub struct EndPartnership;

#[Object]
impl EndPartnership {
    /// Begins to bring a partnership to its end. Any side may, with a reason. It is over when each side has said what the
    /// end means for its people, and every side consents; until then reviews and what is owed go on. Codes: NOT_FOUND,
    /// FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::PartnershipSuspend))]
    async fn end_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to end, and why.")] input: EndPartnershipInput,
    ) -> Result<Whole<Partnership>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { begin(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn begin(tx: &mut Tx, input: EndPartnershipInput) -> Result<Id> {
    let before: partnership::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
    tx.act_for_side(before.id, input.side_id).await?;
    let step = rules::LIFECYCLE.step(before.state, "endPartnership")?;
    // Whoever agreed to anything about it before did not agree to it now.
    consents::void(tx, before.id).await?;
    let after = partnership::Model { state: step.to, state_reason: Some(input.reason), ..before.clone() };
    Ok(tx.update("partnership.ending", &before, after).await?.id)
}
