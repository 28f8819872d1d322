use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Kind, Right,
    value::{ConsentAction, ReviewReturn, Text},
};
use serde_json::json;

use super::{begin, go_back};
use crate::{
    consents::{self, ConsentRequest},
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A review to take back.
#[derive(InputObject)]
pub struct ProposeReviewReturnInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Where to.
    to: ReviewReturn,
    /// Why.
    reason: Text,
}

/// Asks for the way back.
#[derive(Default)]
pub struct ProposeReviewReturn;

#[Object]
impl ProposeReviewReturn {
    /// Asks every side to take a review back to a step that it has left. What they agreed on behind that step is void then, and
    /// agreed on anew; what was written stays. Submitted answers are sealed drafts again, and answers that were opened stay
    /// open. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn propose_review_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal.")] input: ProposeReviewReturnInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeReviewReturnInput) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, go_back::by(input.to)).await?;
    let content = BTreeMap::from([
        ("review", json!(act.review.id)),
        ("title", json!(act.review.title)),
        ("from", json!(act.review.state)),
        ("to", json!(input.to)),
        ("reason", json!(input.reason)),
    ]);
    let subject = consents::Subject {
        partnership: act.partnership.id,
        kind: Kind::Review,
        id: act.review.id,
        action: ConsentAction::ReturnReview,
    };
    Ok(consents::ask(tx, subject, act.side, content).await?.id)
}
