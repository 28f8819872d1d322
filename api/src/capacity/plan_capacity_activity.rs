use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, capacity_activity,
    value::{ActivityKind, ActivityState, Date, Text, Title},
};

use super::{CapacityActivity, begin, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// An activity.
#[derive(InputObject)]
pub struct PlanCapacityActivityInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The need that it is for.
    need_id: Option<Id>,
    /// The side that gives; leave out where others do.
    from_side_id: Option<Id>,
    /// The side whose capacity grows.
    to_side_id: Id,
    /// What kind it is.
    kind: ActivityKind,
    /// What is done, in short.
    title: Title,
    /// What is done, for whom.
    description: Text,
    /// First day.
    starts_on: Date,
    /// Last day. Embedding always has one.
    ends_on: Option<Date>,
}

/// Plans an activity.
#[derive(Default)]
pub struct PlanCapacityActivity;

#[Object]
impl PlanCapacityActivity {
    /// Plans something that strengthens the capacity of a side. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn plan_capacity_activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The activity.")] input: PlanCapacityActivityInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<CapacityActivity>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { plan(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn plan(tx: &mut Tx, input: PlanCapacityActivityInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    begin::is_a_side(tx, partnership.id, "toSideId", Some(input.to_side_id)).await?;
    begin::is_a_side(tx, partnership.id, "fromSideId", input.from_side_id).await?;
    begin::is_a_need_of(tx, partnership.id, input.need_id).await?;
    rules::embedding_ends(input.kind, input.ends_on)?;
    rules::ends_after_it_starts(input.starts_on, input.ends_on)?;
    let (id, now) = (tx.id(), tx.now());
    let row = capacity_activity::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        need_id: input.need_id,
        from_side_id: input.from_side_id,
        to_side_id: input.to_side_id,
        kind: input.kind,
        title: input.title,
        description: input.description,
        starts_on: input.starts_on,
        ends_on: input.ends_on,
        state: ActivityState::Planned,
        outcome: None,
        sustainability_plan: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("capacity_activity.planned", row).await?.id)
}
