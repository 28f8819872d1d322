use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Kind, Right, review_indicator,
    value::{ConsentAction, IndicatorCategory},
};
use serde_json::json;

use super::{begin, effects, rules};
use crate::{
    consents::{self, ConsentRequest},
    partnerships,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// A joint result.
#[derive(InputObject)]
pub struct ProposeIndicatorResultInput {
    /// The indicator.
    indicator_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The joint result; left out, the sides agree that they disagree.
    category: Option<IndicatorCategory>,
}

/// Asks for a joint result.
#[derive(Default)]
pub struct ProposeIndicatorResult;

#[Object]
impl ProposeIndicatorResult {
    /// Asks every side to agree on the result of an indicator that each has judged, or that they disagree. Nothing is
    /// averaged. With the last result the assessment is done. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn propose_indicator_result(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal.")] input: ProposeIndicatorResultInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeIndicatorResultInput) -> Result<Id> {
    let asked: review_indicator::Model = tx.get(input.indicator_id, "indicatorId").await?;
    let act = begin::act(tx, asked.review_id, "indicatorId", input.side_id, "proposeIndicatorResult").await?;
    let indicator: review_indicator::Model = tx.lock(asked.id, "indicatorId").await?;
    let ratings = begin::ratings(tx, indicator.id).await?;
    let sides = partnerships::side_ids(tx, act.partnership.id).await?;
    let missing = sides.iter().filter(|side| !ratings.iter().any(|rating| rating.side_id == **side));
    let missing: Vec<Id> = missing.copied().collect();
    if !missing.is_empty() {
        return Err(Error::waits_for(&rules::EVERY_SIDE_HAS_JUDGED, "indicatorId", &missing));
    }
    effects::evidence(tx, &act.review, indicator.id, input.category).await?;
    let content = BTreeMap::from([
        ("indicator", json!(indicator.id)),
        ("title", json!(indicator.title)),
        ("definitions", json!(act.review.definitions_id)),
        ("ratings", json!(ratings.iter().map(|rating| rating.id).collect::<Vec<_>>())),
        ("category", json!(input.category)),
    ]);
    let subject = consents::Subject {
        partnership: act.partnership.id,
        kind: Kind::ReviewIndicator,
        id: indicator.id,
        action: ConsentAction::AgreeIndicatorResult,
    };
    Ok(consents::ask(tx, subject, act.side, content).await?.id)
}
