use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, review_answer, review_question};
use sea_orm::{ColumnTrait, Condition};

use super::{Review, begin, go_back};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A question to take out.
#[derive(InputObject)]
pub struct RemoveReviewQuestionInput {
    /// The question.
    id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Takes a question out.
#[derive(Default)]
pub struct RemoveReviewQuestion;

#[Object]
impl RemoveReviewQuestion {
    /// Takes a question out, whichever side proposed it. What was consented so far is void. Codes: NOT_FOUND, FORBIDDEN,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn remove_review_question(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question.")] input: RemoveReviewQuestionInput,
    ) -> Result<Whole<Review>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { remove(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn remove(tx: &mut Tx, input: RemoveReviewQuestionInput) -> Result<Id> {
    let asked: review_question::Model = tx.get(input.id, "id").await?;
    let act = begin::act(tx, asked.review_id, "id", input.side_id, "removeReviewQuestion").await?;
    let before: review_question::Model = tx.lock(input.id, "id").await?;
    let after = review_question::Model { live: false, ..before.clone() };
    consents::void(tx, act.review.id).await?;
    // Where the review came back here, sides may have answered it already.
    go_back::set_answers_aside(tx, Condition::all().add(review_answer::Column::QuestionId.eq(before.id))).await?;
    tx.update("review.question_removed", &before, after).await?;
    Ok(act.review.id)
}
