use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, review_action, review_indicator, value::ActionState};

use super::{Review, begin};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// An indicator to take out.
#[derive(InputObject)]
pub struct RemoveReviewIndicatorInput {
    /// The indicator.
    id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Takes an indicator out.
#[derive(Default)]
pub struct RemoveReviewIndicator;

#[Object]
impl RemoveReviewIndicator {
    /// Takes an indicator out, whichever side proposed it. What was consented so far is void. Codes: NOT_FOUND, FORBIDDEN,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn remove_review_indicator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The indicator.")] input: RemoveReviewIndicatorInput,
    ) -> Result<Whole<Review>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { remove(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn remove(tx: &mut Tx, input: RemoveReviewIndicatorInput) -> Result<Id> {
    let asked: review_indicator::Model = tx.get(input.id, "id").await?;
    let act = begin::act(tx, asked.review_id, "id", input.side_id, "removeReviewIndicator").await?;
    let before: review_indicator::Model = tx.lock(input.id, "id").await?;
    let after = review_indicator::Model { live: false, ..before.clone() };
    consents::void(tx, act.review.id).await?;
    tx.update("review.indicator_removed", &before, after).await?;
    // Where the review came back here, there may be tasks for it: what is not done yet is not to be done.
    for task in begin::actions(tx, act.review.id).await?.into_iter().filter(|task| task.indicator_id == before.id) {
        if !matches!(task.state, ActionState::Done | ActionState::Confirmed | ActionState::Declined) {
            let declined = review_action::Model { state: ActionState::Declined, accepted_as: None, ..task.clone() };
            tx.update("action.status_changed", &task, declined).await?;
        }
    }
    Ok(act.review.id)
}
