use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, review_action,
    value::{Date, Patch, Text, Title},
};

use super::{ReviewAction, begin, rules};
use crate::{
    consents,
    organisations::cleared,
    partnerships,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// What changes of a task. What is left out stays.
#[derive(InputObject)]
pub struct ChangeReviewActionInput {
    /// The task.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What is done.
    title: Patch<Title>,
    /// What is different then.
    expected_result: Patch<Text>,
    /// Last day.
    due_on: Patch<Date>,
    /// The side whose task it would be.
    owner_side_id: Patch<Id>,
}

/// Changes a task.
#[derive(Default)]
pub struct ChangeReviewAction;

#[Object]
impl ChangeReviewAction {
    /// Changes a task of a plan that is being made, whichever side proposed it. The side whose task it is takes it on anew, or
    /// declines it. What was consented so far is void. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn change_review_action(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: ChangeReviewActionInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ReviewAction>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { change(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn change(tx: &mut Tx, input: ChangeReviewActionInput) -> Result<Id> {
    let asked: review_action::Model = tx.get(input.id, "id").await?;
    let act = begin::act(tx, asked.review_id, "id", input.side_id, "changeReviewAction").await?;
    let before: review_action::Model = tx.lock_at(asked.id, "id", input.expected_version).await?;
    begin::indicator_counts(tx, &before).await?;
    let step = rules::ACTION_LIFECYCLE.step(before.state, "changeReviewAction")?;
    let mut after = before.clone();
    cleared("title", input.title.apply_required(&mut after.title))?;
    cleared("expectedResult", input.expected_result.apply_required(&mut after.expected_result))?;
    cleared("dueOn", input.due_on.apply_required(&mut after.due_on))?;
    cleared("ownerSideId", input.owner_side_id.apply_required(&mut after.owner_side_id))?;
    if !partnerships::side_ids(tx, act.partnership.id).await?.contains(&after.owner_side_id) {
        return Err(Error::not_found("ownerSideId"));
    }
    if after == before {
        return Ok(before.id);
    }
    after.state = step.to;
    after.accepted_as = None;
    after.reason = None;
    if after.owner_side_id != before.owner_side_id {
        // What one side reported is not the report of another.
        after.progress = None;
    }
    consents::void(tx, act.review.id).await?;
    Ok(tx.update("action.changed", &before, after).await?.id)
}
