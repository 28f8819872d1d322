use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, capacity_activity, value::Text};

use super::{CapacityActivity, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// An activity that is done.
#[derive(InputObject)]
pub struct CompleteCapacityActivityInput {
    /// The activity.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What came of it.
    outcome: Text,
    /// How what was learnt outlives the partnership.
    sustainability_plan: Text,
}

/// Says that an activity is done.
#[derive(Default)]
pub struct CompleteCapacityActivity;

#[Object]
impl CompleteCapacityActivity {
    /// Says that an activity is done, what came of it, and how it outlives the partnership: without the last nothing is done.
    /// Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn complete_capacity_activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The activity.")] input: CompleteCapacityActivityInput,
    ) -> Result<Whole<CapacityActivity>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { complete(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn complete(tx: &mut Tx, input: CompleteCapacityActivityInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<capacity_activity::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    rules::whose_capacity_grows(&before, side)?;
    let step = rules::ACTIVITY.step(before.state, "completeCapacityActivity")?;
    let after = capacity_activity::Model {
        state: step.to,
        outcome: Some(input.outcome),
        sustainability_plan: Some(input.sustainability_plan),
        ..before.clone()
    };
    Ok(tx.update("capacity_activity.completed", &before, after).await?.id)
}
