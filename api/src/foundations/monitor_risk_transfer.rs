use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, risk_transfer};

use super::{RiskTransfer, begin, rules};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A transfer whose treatment is in place.
#[derive(InputObject)]
pub struct MonitorRiskTransferInput {
    /// The transfer.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Watches what is in place.
#[derive(Default)]
pub struct MonitorRiskTransfer;

#[Object]
impl MonitorRiskTransfer {
    /// States that what was agreed about a transfer of risk is in place, and is watched from now on. Codes: NOT_FOUND,
    /// FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::FoundationsKeep))]
    async fn monitor_risk_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transfer.")] input: MonitorRiskTransferInput,
    ) -> Result<Whole<RiskTransfer>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { monitor(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn monitor(tx: &mut Tx, input: MonitorRiskTransferInput) -> Result<Id> {
    let (_, _, before) = begin::transfer(tx, input.id, input.side_id, input.expected_version).await?;
    let step = rules::LIFECYCLE.step(before.state, "monitorRiskTransfer")?;
    consents::void(tx, before.id).await?;
    let after = risk_transfer::Model { state: step.to, ..before.clone() };
    Ok(tx.update("risk_transfer.monitored", &before, after).await?.id)
}
