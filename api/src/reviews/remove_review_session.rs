use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, review_session};

use super::{ReviewSession, begin};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A meeting to take out.
#[derive(InputObject)]
pub struct RemoveReviewSessionInput {
    /// The meeting.
    id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Takes a meeting out.
#[derive(Default)]
pub struct RemoveReviewSession;

#[Object]
impl RemoveReviewSession {
    /// Takes a meeting out of the plan, whichever side proposed it. What was consented so far is void. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn remove_review_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting.")] input: RemoveReviewSessionInput,
    ) -> Result<Whole<ReviewSession>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { remove(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn remove(tx: &mut Tx, input: RemoveReviewSessionInput) -> Result<Id> {
    let asked: review_session::Model = tx.get(input.id, "id").await?;
    let act = begin::act(tx, asked.review_id, "id", input.side_id, "removeReviewSession").await?;
    let before: review_session::Model = tx.lock(input.id, "id").await?;
    let after = review_session::Model { live: false, ..before.clone() };
    consents::void(tx, act.review.id).await?;
    Ok(tx.update("review.session_removed", &before, after).await?.id)
}
