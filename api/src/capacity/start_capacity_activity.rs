use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, capacity_activity};

use super::{CapacityActivity, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// An activity that has begun.
#[derive(InputObject)]
pub struct StartCapacityActivityInput {
    /// The activity.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Says that an activity has begun.
#[derive(Default)]
pub struct StartCapacityActivity;

#[Object]
impl StartCapacityActivity {
    /// Says that an activity has begun. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn start_capacity_activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The activity.")] input: StartCapacityActivityInput,
    ) -> Result<Whole<CapacityActivity>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { start(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn start(tx: &mut Tx, input: StartCapacityActivityInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<capacity_activity::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    rules::takes_part(&before, side)?;
    let step = rules::ACTIVITY.step(before.state, "startCapacityActivity")?;
    let after = capacity_activity::Model { state: step.to, ..before.clone() };
    Ok(tx.update("capacity_activity.started", &before, after).await?.id)
}
