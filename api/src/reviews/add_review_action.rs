use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, review_action, review_indicator,
    value::{ActionState, Date, Text, Title},
};

use super::{ReviewAction, begin};
use crate::{
    consents, partnerships,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// A longer list is no plan.
const MOST: usize = 500;

/// A task to propose.
#[derive(InputObject)]
pub struct AddReviewActionInput {
    /// The indicator that it is for.
    indicator_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The side whose task it would be.
    owner_side_id: Id,
    /// What is done.
    title: Title,
    /// What is different then.
    expected_result: Text,
    /// Last day.
    due_on: Date,
}

/// Proposes a task.
#[derive(Default)]
pub struct AddReviewAction;

#[Object]
impl AddReviewAction {
    /// Proposes a task for an indicator. The side whose task it would be takes it on or declines it. What was consented so
    /// far is void. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn add_review_action(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task.")] input: AddReviewActionInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ReviewAction>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { add(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn add(tx: &mut Tx, input: AddReviewActionInput) -> Result<Id> {
    let indicator: review_indicator::Model = tx.get(input.indicator_id, "indicatorId").await?;
    let act = begin::act(tx, indicator.review_id, "indicatorId", input.side_id, "addReviewAction").await?;
    if !indicator.live {
        return Err(Error::not_found("indicatorId"));
    }
    if !partnerships::side_ids(tx, act.partnership.id).await?.contains(&input.owner_side_id) {
        return Err(Error::not_found("ownerSideId"));
    }
    if begin::actions(tx, act.review.id).await?.len() >= MOST {
        return Err(Error::invalid("indicatorId", "ACTIONS_AT_MOST", format!("a review has at most {MOST} tasks")));
    }
    consents::void(tx, act.review.id).await?;
    let (id, now) = (tx.id(), tx.now());
    let row = review_action::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        indicator_id: indicator.id,
        side_id: act.side,
        owner_side_id: input.owner_side_id,
        title: input.title,
        expected_result: input.expected_result,
        due_on: input.due_on,
        state: ActionState::Proposed,
        accepted_as: None,
        reason: None,
        progress: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("action.proposed", row).await?.id)
}
