use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Kind, Right,
    value::{ConsentAction, Text},
};
use serde_json::json;

use super::begin;
use crate::{
    consents::{self, ConsentRequest},
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A review to give up.
#[derive(InputObject)]
pub struct ProposeReviewAbandonmentInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why.
    reason: Text,
}

/// Asks to give a review up.
#[derive(Default)]
pub struct ProposeReviewAbandonment;

#[Object]
impl ProposeReviewAbandonment {
    /// Asks every side to give a review up. What is sealed stays sealed. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn propose_review_abandonment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal.")] input: ProposeReviewAbandonmentInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeReviewAbandonmentInput) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "abandon").await?;
    let content = BTreeMap::from([
        ("review", json!(act.review.id)),
        ("title", json!(act.review.title)),
        ("step", json!("abandon")),
        ("reason", json!(input.reason)),
    ]);
    let subject = consents::Subject {
        partnership: act.partnership.id,
        kind: Kind::Review,
        id: act.review.id,
        action: ConsentAction::AbandonReview,
    };
    Ok(consents::ask(tx, subject, act.side, content).await?.id)
}
