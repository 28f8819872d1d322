use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right,
    value::{Principle, Text},
};

use super::{begin, rules};
use crate::{
    partnerships::Partnership,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// A principle to step back from.
#[derive(InputObject)]
pub struct WithdrawPrincipleInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The principle.
    principle: Principle,
    /// Why, for the other sides.
    reason: Text,
}

/// Steps back from a principle.
#[derive(Default)]
pub struct WithdrawPrinciple;

#[Object]
impl WithdrawPrinciple {
    /// Your side steps back from a principle, with a reason that every side reads. The partnership stays in force; it does
    /// not come into force anew without it. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ConsentDecide))]
    async fn withdraw_principle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The principle.")] input: WithdrawPrincipleInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Partnership>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { withdraw(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn withdraw(tx: &mut Tx, input: WithdrawPrincipleInput) -> Result<Id> {
    let (partnership, side) = begin::act(tx, input.partnership_id, input.side_id).await?;
    let said = begin::principles(tx, partnership.id).await?;
    let before = said
        .iter()
        .find(|row| row.side_id == side && row.principle == input.principle && row.withdrawn_at.is_none())
        .ok_or_else(|| Error::refused(&rules::PRINCIPLE_IS_ADOPTED).field("principle"))?;
    let mut after = before.clone();
    after.withdrawn_at = Some(tx.now());
    after.withdrawal_reason = Some(input.reason);
    tx.update("principles.withdrawn", before, after).await?;
    Ok(partnership.id)
}
