use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, review_action, side_role};
use sea_orm::{ColumnTrait, Condition};

use super::{ReviewAction, begin, rules};
use crate::{
    consents,
    platform::{caller::Sort, error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A task to take on.
#[derive(InputObject)]
pub struct AcceptReviewActionInput {
    /// The task.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Takes a task on.
#[derive(Default)]
pub struct AcceptReviewAction;

#[Object]
impl AcceptReviewAction {
    /// Takes a task on, in your name, for your side. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn accept_review_action(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task.")] input: AcceptReviewActionInput,
    ) -> Result<Whole<ReviewAction>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { accept(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn accept(tx: &mut Tx, input: AcceptReviewActionInput) -> Result<Id> {
    let asked: review_action::Model = tx.get(input.id, "id").await?;
    let act = begin::act(tx, asked.review_id, "id", input.side_id, "acceptReviewAction").await?;
    let before: review_action::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
    begin::indicator_counts(tx, &before).await?;
    rules::owner_acts(&before, act.side)?;
    let step = rules::ACTION_LIFECYCLE.step(before.state, "acceptReviewAction")?;
    let mine = Condition::all()
        .add(side_role::Column::SideId.eq(act.side))
        .add(side_role::Column::PersonId.eq(tx.caller.person()));
    let role: Option<side_role::Model> = tx.first(mine, &Sort::desc(side_role::Column::CreatedAt)).await?;
    let accepted_as = role.map(|role| role.shown_as);
    let after = review_action::Model { state: step.to, accepted_as, reason: None, ..before.clone() };
    consents::void(tx, act.review.id).await?;
    Ok(tx.update("action.status_changed", &before, after).await?.id)
}
