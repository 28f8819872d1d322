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

/// What would be done about a transfer.
#[derive(InputObject)]
pub struct ProposeTransferTreatmentInput {
    /// The transfer.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What the sides would do about it, who does it and who pays.
    treatment: Text,
}

/// Proposes a treatment.
#[derive(Default)]
pub struct ProposeTransferTreatment;

#[Object]
impl ProposeTransferTreatment {
    /// Asks every side to agree on what is done about a transfer of risk. An earlier proposal is void. Codes: NOT_FOUND,
    /// FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::FoundationsKeep))]
    async fn propose_transfer_treatment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal.")] input: ProposeTransferTreatmentInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeTransferTreatmentInput) -> Result<Id> {
    let (partnership, side, transfer) = begin::transfer(tx, input.id, input.side_id, input.expected_version).await?;
    rules::LIFECYCLE.step(transfer.state, "agreeTreatment")?;
    let content = BTreeMap::from([
        ("riskTransfer", json!(transfer.id)),
        ("title", json!(transfer.title)),
        ("discussion", json!(transfer.discussion)),
        ("treatment", json!(input.treatment)),
    ]);
    let subject = consents::Subject {
        partnership: partnership.id,
        kind: Kind::RiskTransfer,
        id: transfer.id,
        action: ConsentAction::AgreeTransferTreatment,
    };
    Ok(consents::ask(tx, subject, side, content).await?.id)
}
