use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, capacity_need, value::Text};

use super::{CapacityNeed, rules};
use crate::{
    consents, partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A need to take back.
#[derive(InputObject)]
pub struct WithdrawCapacityNeedInput {
    /// The need.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why.
    closing: Text,
}

/// Takes a need back.
#[derive(Default)]
pub struct WithdrawCapacityNeed;

#[Object]
impl WithdrawCapacityNeed {
    /// Says that something is not needed: the side whose need it is, or, before every side consented, the one that proposed
    /// it. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn withdraw_capacity_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] input: WithdrawCapacityNeedInput,
    ) -> Result<Whole<CapacityNeed>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { withdraw(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn withdraw(tx: &mut Tx, input: WithdrawCapacityNeedInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<capacity_need::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    rules::who_takes_a_need_back(&before, side)?;
    let step = rules::NEED.step(before.state, "withdrawCapacityNeed")?;
    consents::void(tx, before.id).await?;
    let after = capacity_need::Model { state: step.to, closing: Some(input.closing), ..before.clone() };
    Ok(tx.update("capacity_need.withdrawn", &before, after).await?.id)
}
