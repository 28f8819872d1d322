use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, decision, value::Text};

use super::{Decision, rules};
use crate::{
    consents, partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A decision to take back.
#[derive(InputObject)]
pub struct WithdrawDecisionInput {
    /// The decision.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why.
    reason: Text,
}

/// Takes a proposed decision back.
#[derive(Default)]
pub struct WithdrawDecision;

#[Object]
impl WithdrawDecision {
    /// Takes a proposed decision back: the side that proposed it. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn withdraw_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: WithdrawDecisionInput,
    ) -> Result<Whole<Decision>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { withdraw(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn withdraw(tx: &mut Tx, input: WithdrawDecisionInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<decision::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    partnerships::rules::who_said_it(before.side_id, side)?;
    let step = rules::LIFECYCLE.step(before.state, "withdrawDecision")?;
    consents::void(tx, before.id).await?;
    let after = decision::Model { state: step.to, outcome: Some(input.reason), ..before.clone() };
    Ok(tx.update("decision.withdrawn", &before, after).await?.id)
}
