use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, review_submission};

use super::{Review, answer_review_question::submission, begin};
use crate::platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole};

/// A submission to take back.
#[derive(InputObject)]
pub struct WithdrawReviewSubmissionInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Takes a submission back.
#[derive(Default)]
pub struct WithdrawReviewSubmission;

#[Object]
impl WithdrawReviewSubmission {
    /// Takes the submission of your side back, to go on writing, as long as another side has not submitted. Codes:
    /// NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn withdraw_review_submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The review.")] input: WithdrawReviewSubmissionInput,
    ) -> Result<Whole<Review>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { withdraw(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn withdraw(tx: &mut Tx, input: WithdrawReviewSubmissionInput) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "withdrawReviewSubmission").await?;
    if let Some(before) = submission(tx, act.review.id, act.side).await? {
        let after = review_submission::Model { live: false, ..before.clone() };
        tx.update("review.submission_withdrawn", &before, after).await?;
    }
    Ok(act.review.id)
}
