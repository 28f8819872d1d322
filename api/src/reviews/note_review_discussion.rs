use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, review_note, review_question, value::Text};

use super::{ReviewNote, begin};
use crate::{
    consents,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// What was said.
#[derive(InputObject)]
pub struct NoteReviewDiscussionInput {
    /// The question.
    question_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What was said.
    text: Text,
    /// Whether the sides see it differently.
    #[graphql(default)]
    differs: bool,
}

/// Writes a note down.
#[derive(Default)]
pub struct NoteReviewDiscussion;

#[Object]
impl NoteReviewDiscussion {
    /// Writes down what was said about the answers to a question. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewContribute))]
    async fn note_review_discussion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note.")] input: NoteReviewDiscussionInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ReviewNote>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { note(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn note(tx: &mut Tx, input: NoteReviewDiscussionInput) -> Result<Id> {
    let question: review_question::Model = tx.get(input.question_id, "questionId").await?;
    let act = begin::act(tx, question.review_id, "questionId", input.side_id, "noteReviewDiscussion").await?;
    if !question.live {
        return Err(Error::not_found("questionId"));
    }
    consents::void(tx, act.review.id).await?;
    let (id, now) = (tx.id(), tx.now());
    let row = review_note::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        question_id: question.id,
        side_id: act.side,
        text: input.text,
        differs: input.differs,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("review.discussion_noted", row).await?.id)
}
