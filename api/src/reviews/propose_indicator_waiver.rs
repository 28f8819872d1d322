use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Kind, Right, review_indicator,
    value::{ConsentAction, Text},
};
use serde_json::json;

use super::{begin, rules};
use crate::{
    consents::{self, ConsentRequest},
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// An indicator to waive.
#[derive(InputObject)]
pub struct ProposeIndicatorWaiverInput {
    /// The indicator.
    indicator_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why nothing is done about it.
    reason: Text,
}

/// Asks for a waiver.
#[derive(Default)]
pub struct ProposeIndicatorWaiver;

#[Object]
impl ProposeIndicatorWaiver {
    /// Asks every side to agree that nothing is done about an indicator that is not wholly present. Codes: NOT_FOUND,
    /// FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn propose_indicator_waiver(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal.")] input: ProposeIndicatorWaiverInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeIndicatorWaiverInput) -> Result<Id> {
    let asked: review_indicator::Model = tx.get(input.indicator_id, "indicatorId").await?;
    let act = begin::act(tx, asked.review_id, "indicatorId", input.side_id, "proposeIndicatorWaiver").await?;
    let indicator: review_indicator::Model = tx.lock(asked.id, "indicatorId").await?;
    if !rules::is_a_gap(&indicator) {
        return Err(Error::refused(&rules::A_GAP_IS_WAIVED).field("indicatorId"));
    }
    let content = BTreeMap::from([
        ("indicator", json!(indicator.id)),
        ("title", json!(indicator.title)),
        ("result", json!(indicator.result)),
        ("reason", json!(input.reason)),
    ]);
    let subject = consents::Subject {
        partnership: act.partnership.id,
        kind: Kind::ReviewIndicator,
        id: indicator.id,
        action: ConsentAction::WaiveIndicator,
    };
    Ok(consents::ask(tx, subject, act.side, content).await?.id)
}
