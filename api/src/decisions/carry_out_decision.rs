use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, decision, value::Text};

use super::{Decision, begin, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A decision that was carried out.
#[derive(InputObject)]
pub struct CarryOutDecisionInput {
    /// The decision.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// How it was carried out.
    outcome: Text,
}

/// Says that a decision was carried out.
#[derive(Default)]
pub struct CarryOutDecision;

#[Object]
impl CarryOutDecision {
    /// Says how a decision was carried out. One to which a side has not consented is refused, with the sides that are
    /// missing. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn carry_out_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: CarryOutDecisionInput,
    ) -> Result<Whole<Decision>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { carry_out(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn carry_out(tx: &mut Tx, input: CarryOutDecisionInput) -> Result<Id> {
    let (_, before) =
        partnerships::begin_on::<decision::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    begin::every_side_consented(tx, &before).await?;
    let step = rules::LIFECYCLE.step(before.state, "carryOutDecision")?;
    let after = decision::Model { state: step.to, outcome: Some(input.outcome), ..before.clone() };
    Ok(tx.update("decision.carried_out", &before, after).await?.id)
}
