use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Kind, Right,
    value::{ConsentAction, Text},
};
use serde_json::json;

use super::{begin, rules};
use crate::{
    consents::{self, ConsentRequest},
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A transfer to close.
#[derive(InputObject)]
pub struct ProposeTransferClosureInput {
    /// The transfer.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why it needs no attention any more.
    closing: Text,
}

/// Proposes to close a transfer.
#[derive(Default)]
pub struct ProposeTransferClosure;

#[Object]
impl ProposeTransferClosure {
    /// Asks every side to agree that a transfer of risk needs no attention any more. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::FoundationsKeep))]
    async fn propose_transfer_closure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal.")] input: ProposeTransferClosureInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeTransferClosureInput) -> Result<Id> {
    let (partnership, side, transfer) = begin::transfer(tx, input.id, input.side_id, input.expected_version).await?;
    rules::LIFECYCLE.step(transfer.state, "close")?;
    let content = BTreeMap::from([
        ("riskTransfer", json!(transfer.id)),
        ("title", json!(transfer.title)),
        ("discussion", json!(transfer.discussion)),
        ("closing", json!(input.closing)),
    ]);
    let subject = consents::Subject {
        partnership: partnership.id,
        kind: Kind::RiskTransfer,
        id: transfer.id,
        action: ConsentAction::CloseRiskTransfer,
    };
    Ok(consents::ask(tx, subject, side, content).await?.id)
}
