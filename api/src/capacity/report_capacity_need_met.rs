use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, capacity_need, value::Text};

use super::{CapacityNeed, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A need that is met.
#[derive(InputObject)]
pub struct ReportCapacityNeedMetInput {
    /// The need.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// How it was met.
    closing: Text,
}

/// Says that a need is met.
#[derive(Default)]
pub struct ReportCapacityNeedMet;

#[Object]
impl ReportCapacityNeedMet {
    /// Says that a need is met: the side whose need it is. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn report_capacity_need_met(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] input: ReportCapacityNeedMetInput,
    ) -> Result<Whole<CapacityNeed>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { report(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn report(tx: &mut Tx, input: ReportCapacityNeedMetInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<capacity_need::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    rules::whose_need_it_is(&before, side)?;
    let step = rules::NEED.step(before.state, "reportCapacityNeedMet")?;
    let after = capacity_need::Model { state: step.to, closing: Some(input.closing), ..before.clone() };
    Ok(tx.update("capacity_need.met", &before, after).await?.id)
}
