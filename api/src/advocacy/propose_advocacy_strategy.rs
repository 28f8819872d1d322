use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, advocacy_strategy};

use super::{AdvocacyStrategy, begin, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A joint strategy to adopt.
#[derive(InputObject)]
pub struct ProposeAdvocacyStrategyInput {
    /// The strategy.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Puts a joint strategy to every side.
#[derive(Default)]
pub struct ProposeAdvocacyStrategy;

#[Object]
impl ProposeAdvocacyStrategy {
    /// Asks every side to adopt a joint strategy. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::AdvocacyKeep))]
    async fn propose_advocacy_strategy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The strategy.")] input: ProposeAdvocacyStrategyInput,
    ) -> Result<Whole<AdvocacyStrategy>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeAdvocacyStrategyInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<advocacy_strategy::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    rules::is_joint(&before)?;
    begin::its_issue_is_open(tx, &before).await?;
    let step = rules::STRATEGY.step(before.state, "proposeAdvocacyStrategy")?;
    begin::ask(tx, &before, side).await?;
    let after = advocacy_strategy::Model { state: step.to, ..before.clone() };
    Ok(tx.update("advocacy_strategy.proposed", &before, after).await?.id)
}
