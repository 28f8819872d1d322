use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, advocacy_strategy};

use super::{AdvocacyStrategy, begin, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A strategy of your side to adopt.
#[derive(InputObject)]
pub struct AdoptAdvocacyStrategyInput {
    /// The strategy.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Adopts a strategy of one side.
#[derive(Default)]
pub struct AdoptAdvocacyStrategy;

#[Object]
impl AdoptAdvocacyStrategy {
    /// Adopts a strategy of your side alone: a signatory. A joint one is adopted by the consent of every side. Codes:
    /// NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ConsentDecide))]
    async fn adopt_advocacy_strategy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The strategy.")] input: AdoptAdvocacyStrategyInput,
    ) -> Result<Whole<AdvocacyStrategy>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { adopt(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn adopt(tx: &mut Tx, input: AdoptAdvocacyStrategyInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<advocacy_strategy::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    rules::is_of_one_side(&before)?;
    partnerships::rules::who_said_it(before.side_id, side)?;
    begin::its_issue_is_open(tx, &before).await?;
    let step = rules::STRATEGY.step(before.state, "adoptAdvocacyStrategy")?;
    let after = advocacy_strategy::Model { state: step.to, adopted_at: Some(tx.now()), ..before.clone() };
    Ok(tx.update("advocacy_strategy.adopted", &before, after).await?.id)
}
