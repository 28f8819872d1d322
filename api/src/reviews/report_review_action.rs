use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, review_action, value::Text};

use super::{ReviewAction, begin, rules};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// How far a task is.
#[derive(InputObject)]
pub struct ReportReviewActionInput {
    /// The task.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// How far it is.
    progress: Text,
    /// Whether it is done, as your side sees it.
    #[graphql(default)]
    done: bool,
}

/// Reports on a task.
#[derive(Default)]
pub struct ReportReviewAction;

#[Object]
impl ReportReviewAction {
    /// Says how far a task of your side is. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewContribute))]
    async fn report_review_action(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task.")] input: ReportReviewActionInput,
    ) -> Result<Whole<ReviewAction>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { report(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn report(tx: &mut Tx, input: ReportReviewActionInput) -> Result<Id> {
    let asked: review_action::Model = tx.get(input.id, "id").await?;
    let act = begin::act(tx, asked.review_id, "id", input.side_id, "reportReviewAction").await?;
    let before: review_action::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
    rules::owner_acts(&before, act.side)?;
    let by = if input.done { "reportDone" } else { "reportReviewAction" };
    let step = rules::ACTION_LIFECYCLE.step(before.state, by)?;
    let after = review_action::Model { state: step.to, progress: Some(input.progress), ..before.clone() };
    consents::void(tx, act.review.id).await?;
    Ok(tx.update("action.status_changed", &before, after).await?.id)
}
