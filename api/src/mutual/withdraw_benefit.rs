use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, benefit};

use super::Benefit;
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A benefit to take back.
#[derive(InputObject)]
pub struct WithdrawBenefitInput {
    /// The benefit.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Takes a benefit back.
#[derive(Default)]
pub struct WithdrawBenefit;

#[Object]
impl WithdrawBenefit {
    /// Takes back what your side said it gains. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn withdraw_benefit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The benefit.")] input: WithdrawBenefitInput,
    ) -> Result<Whole<Benefit>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { withdraw(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn withdraw(tx: &mut Tx, input: WithdrawBenefitInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<benefit::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    partnerships::rules::who_said_it(before.side_id, side)?;
    let after = benefit::Model { current: false, ..before.clone() };
    Ok(tx.update("benefit.withdrawn", &before, after).await?.id)
}
