use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, strength};

use super::Strength;
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A strength to take back.
#[derive(InputObject)]
pub struct WithdrawStrengthInput {
    /// The strength.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Takes a strength back.
#[derive(Default)]
pub struct WithdrawStrength;

#[Object]
impl WithdrawStrength {
    /// Takes back what your side said it is good at. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn withdraw_strength(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The strength.")] input: WithdrawStrengthInput,
    ) -> Result<Whole<Strength>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { withdraw(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn withdraw(tx: &mut Tx, input: WithdrawStrengthInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<strength::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    partnerships::rules::who_said_it(before.side_id, side)?;
    let after = strength::Model { current: false, ..before.clone() };
    Ok(tx.update("strength.withdrawn", &before, after).await?.id)
}
