use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, review_action};

use super::{ReviewAction, begin, rules};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A task that is done.
#[derive(InputObject)]
pub struct ConfirmReviewActionInput {
    /// The task.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Confirms a task.
#[derive(Default)]
pub struct ConfirmReviewAction;

#[Object]
impl ConfirmReviewAction {
    /// Confirms that a task of another side is done. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn confirm_review_action(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task.")] input: ConfirmReviewActionInput,
    ) -> Result<Whole<ReviewAction>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { confirm(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn confirm(tx: &mut Tx, input: ConfirmReviewActionInput) -> Result<Id> {
    let asked: review_action::Model = tx.get(input.id, "id").await?;
    let act = begin::act(tx, asked.review_id, "id", input.side_id, "confirmReviewAction").await?;
    let before: review_action::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
    rules::another_side_confirms(&before, act.side)?;
    let step = rules::ACTION_LIFECYCLE.step(before.state, "confirmReviewAction")?;
    let after = review_action::Model { state: step.to, ..before.clone() };
    consents::void(tx, act.review.id).await?;
    Ok(tx.update("action.status_changed", &before, after).await?.id)
}
