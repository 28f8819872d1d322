use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, capacity_activity, value::Text};

use super::{CapacityActivity, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// An activity to call off.
#[derive(InputObject)]
pub struct CancelCapacityActivityInput {
    /// The activity.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why.
    reason: Text,
}

/// Calls an activity off.
#[derive(Default)]
pub struct CancelCapacityActivity;

#[Object]
impl CancelCapacityActivity {
    /// Calls an activity off. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn cancel_capacity_activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The activity.")] input: CancelCapacityActivityInput,
    ) -> Result<Whole<CapacityActivity>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { cancel(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn cancel(tx: &mut Tx, input: CancelCapacityActivityInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<capacity_activity::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    rules::takes_part(&before, side)?;
    let step = rules::ACTIVITY.step(before.state, "cancelCapacityActivity")?;
    let after = capacity_activity::Model { state: step.to, outcome: Some(input.reason), ..before.clone() };
    Ok(tx.update("capacity_activity.cancelled", &before, after).await?.id)
}
