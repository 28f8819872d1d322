use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, advocacy_strategy,
    value::{Patch, Text, Title},
};

use super::{AdvocacyStrategy, rules};
use crate::{
    consents,
    organisations::cleared,
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A change of a strategy.
#[derive(InputObject)]
pub struct AmendAdvocacyStrategyInput {
    /// The strategy.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Short name.
    title: Patch<Title>,
    /// What is different in the end.
    goals: Patch<Text>,
    /// What is reached on the way.
    objectives: Patch<Text>,
    /// Who decides, and must be moved.
    targets: Patch<Text>,
    /// What is said to them.
    messages: Patch<Text>,
    /// Who helps.
    allies: Patch<Text>,
    /// When and where it is said.
    opportunities: Patch<Text>,
}

/// Edits a strategy.
#[derive(Default)]
pub struct AmendAdvocacyStrategy;

#[Object]
impl AmendAdvocacyStrategy {
    /// Edits a strategy that is not adopted: a joint one by any side. What was consented so far is void, and it is a draft
    /// again. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::AdvocacyKeep))]
    async fn amend_advocacy_strategy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The strategy.")] input: AmendAdvocacyStrategyInput,
    ) -> Result<Whole<AdvocacyStrategy>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { amend(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn amend(tx: &mut Tx, input: AmendAdvocacyStrategyInput) -> Result<Id> {
    let (_, before) =
        partnerships::begin_on::<advocacy_strategy::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    let step = rules::STRATEGY.step(before.state, "amendAdvocacyStrategy")?;
    let mut after = advocacy_strategy::Model { state: step.to, ..before.clone() };
    cleared("title", input.title.apply_required(&mut after.title))?;
    cleared("goals", input.goals.apply_required(&mut after.goals))?;
    cleared("objectives", input.objectives.apply_required(&mut after.objectives))?;
    cleared("targets", input.targets.apply_required(&mut after.targets))?;
    cleared("messages", input.messages.apply_required(&mut after.messages))?;
    cleared("allies", input.allies.apply_required(&mut after.allies))?;
    cleared("opportunities", input.opportunities.apply_required(&mut after.opportunities))?;
    consents::void(tx, before.id).await?;

    Ok(tx.update("advocacy_strategy.amended", &before, after).await?.id)
}
