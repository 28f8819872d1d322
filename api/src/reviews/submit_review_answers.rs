use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, review, review_answer, review_submission, value::ReviewMode};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};

use super::{Review, answer_review_question::submission, begin, rules};
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

/// Answers to submit.
#[derive(InputObject)]
pub struct SubmitReviewAnswersInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Submits the answers of a side.
#[derive(Default)]
pub struct SubmitReviewAnswers;

#[Object]
impl SubmitReviewAnswers {
    /// Your side stands by its answers. With the submission of the last side the answers of all are opened to all, in one
    /// moment. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn submit_review_answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The review.")] input: SubmitReviewAnswersInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Review>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { submit(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn submit(tx: &mut Tx, input: SubmitReviewAnswersInput) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "submitReviewAnswers").await?;
    rules::as_agreed(&act.review, ReviewMode::SeparateThenDiscuss)?;
    if submission(tx, act.review.id, act.side).await?.is_some() {
        return Ok(act.review.id);
    }
    let questions = begin::questions(tx, act.review.id).await?;
    let open = rules::unanswered(&questions, &begin::answers(tx, act.review.id, Some(act.side)).await?, Some(act.side));
    if !open.is_empty() {
        return Err(Error::refused(&rules::EVERY_QUESTION_IS_ANSWERED).field("reviewId").ids("questions", &open));
    }
    let (id, now) = (tx.id(), tx.now());
    let row = review_submission::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        side_id: act.side,
        live: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    tx.insert("review.answers_submitted", row).await?;
    // The partnership is locked: of two sides that submit in the same instant the second one sees the first.
    for side in partnerships::side_ids(tx, act.partnership.id).await? {
        if side != act.side && submission(tx, act.review.id, side).await?.is_none() {
            return Ok(act.review.id);
        }
    }
    reveal(tx, &act.review).await?;
    Ok(act.review.id)
}

/// Opens the answers of every side to every side.
async fn reveal(tx: &mut Tx, review: &review::Model) -> Result<()> {
    use review_answer::Column;
    let step = rules::LIFECYCLE.step(review.state, "reveal")?;
    // What was set aside when the review went back stays sealed.
    let sealed = Condition::all()
        .add(Column::ReviewId.eq(review.id))
        .add(Column::Revealed.eq(false))
        .add(Column::Current.eq(true));
    let sealed = tx.consequences::<review_answer::Model>(sealed, Column::CreatedAt).await?;
    tx.set_all("review.answer_revealed", sealed, "revealed", Expr::val(true), |answer| answer.revealed = true).await?;
    // What was asked before the answers were open is asked anew.
    consents::void(tx, review.id).await?;
    let after = review::Model { state: step.to, ..review.clone() };
    tx.update("review.answers_revealed", review, after).await.map(drop)
}
