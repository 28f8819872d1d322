use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, risk_transfer, value::Text};

use super::{RiskTransfer, begin, rules};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// What was said about a transfer.
#[derive(InputObject)]
pub struct DiscussRiskTransferInput {
    /// The transfer.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What the sides found when they talked about it.
    discussion: Text,
}

/// Writes down a talk.
#[derive(Default)]
pub struct DiscussRiskTransfer;

#[Object]
impl DiscussRiskTransfer {
    /// Writes down what the sides found when they talked about a transfer of risk. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::FoundationsKeep))]
    async fn discuss_risk_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The talk.")] input: DiscussRiskTransferInput,
    ) -> Result<Whole<RiskTransfer>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { discuss(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn discuss(tx: &mut Tx, input: DiscussRiskTransferInput) -> Result<Id> {
    let (_, _, before) = begin::transfer(tx, input.id, input.side_id, input.expected_version).await?;
    let step = rules::LIFECYCLE.step(before.state, "discussRiskTransfer")?;
    consents::void(tx, before.id).await?;
    let after = risk_transfer::Model { state: step.to, discussion: Some(input.discussion), ..before.clone() };
    Ok(tx.update("risk_transfer.discussed", &before, after).await?.id)
}
