use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, review_action, value::Text};

use super::{ReviewAction, begin, rules};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A task to decline.
#[derive(InputObject)]
pub struct DeclineReviewActionInput {
    /// The task.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why.
    reason: Text,
}

/// Declines a task.
#[derive(Default)]
pub struct DeclineReviewAction;

#[Object]
impl DeclineReviewAction {
    /// Declines a task of your side, or takes one back that your side proposed, with a reason that every side reads. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn decline_review_action(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task.")] input: DeclineReviewActionInput,
    ) -> Result<Whole<ReviewAction>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { decline(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn decline(tx: &mut Tx, input: DeclineReviewActionInput) -> Result<Id> {
    let asked: review_action::Model = tx.get(input.id, "id").await?;
    let act = begin::act(tx, asked.review_id, "id", input.side_id, "declineReviewAction").await?;
    let before: review_action::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
    rules::owner_or_proposer(&before, act.side)?;
    let step = rules::ACTION_LIFECYCLE.step(before.state, "declineReviewAction")?;
    let after =
        review_action::Model { state: step.to, accepted_as: None, reason: Some(input.reason), ..before.clone() };
    consents::void(tx, act.review.id).await?;
    Ok(tx.update("action.status_changed", &before, after).await?.id)
}
