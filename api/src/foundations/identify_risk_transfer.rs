use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, no_risk_transfer, risk, risk_transfer,
    value::{RiskTransferState, Text, Title, TransferBearing, TransferChannel, TransferEffect, TransferIntent},
};

use super::{RiskTransfer, begin, rules};
use crate::{
    partnerships,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// A risk that comes from one side to another.
#[derive(InputObject)]
pub struct IdentifyRiskTransferInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The side by whose presence or action it comes.
    from_side_id: Id,
    /// The side that it falls on.
    to_side_id: Id,
    /// Short name.
    title: Title,
    /// What is transferred, and how.
    description: Text,
    /// Whether it is meant.
    intent: TransferIntent,
    /// What it does to the risk of the side that it falls on.
    effect: TransferEffect,
    /// By what it comes.
    channel: TransferChannel,
    /// Whether that side is better or worse off by it.
    bearing: TransferBearing,
    /// The risk that it is about.
    risk_id: Option<Id>,
}

/// Names a transfer of risk.
#[derive(Default)]
pub struct IdentifyRiskTransfer;

#[Object]
impl IdentifyRiskTransfer {
    /// Names a risk that comes from one side to another, whichever of them you stand on. An earlier statement of your side
    /// that there is none does not count any more. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::FoundationsKeep))]
    async fn identify_risk_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transfer.")] input: IdentifyRiskTransferInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<RiskTransfer>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { identify(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn identify(tx: &mut Tx, input: IdentifyRiskTransferInput) -> Result<Id> {
    let (partnership, side) = begin::act(tx, input.partnership_id, input.side_id).await?;
    let sides = partnerships::side_ids(tx, partnership.id).await?;
    rules::between_two_sides(&sides, input.from_side_id, input.to_side_id)?;
    if let Some(risk) = input.risk_id {
        let risk: risk::Model = tx.get(risk, "riskId").await?;
        if risk.partnership_id != partnership.id {
            return Err(Error::not_found("riskId"));
        }
    }
    if let Some(before) = begin::none_stated(tx, side).await? {
        let after = no_risk_transfer::Model { current: false, ..before.clone() };
        tx.update("risk_transfer.none_superseded", &before, after).await?;
    }
    let (id, now) = (tx.id(), tx.now());
    let row = risk_transfer::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        from_side_id: input.from_side_id,
        to_side_id: input.to_side_id,
        risk_id: input.risk_id,
        title: input.title,
        description: input.description,
        intent: input.intent,
        effect: input.effect,
        channel: input.channel,
        bearing: input.bearing,
        state: RiskTransferState::Identified,
        discussion: None,
        treatment: None,
        closing: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("risk_transfer.identified", row).await?.id)
}
