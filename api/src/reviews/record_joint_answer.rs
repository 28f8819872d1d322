use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, review_answer, review_question,
    value::{ReviewMode, Text},
};
use sea_orm::{ColumnTrait, Condition};

use super::{ReviewAnswer, begin, rules};
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

/// What was answered in a meeting.
#[derive(InputObject)]
pub struct RecordJointAnswerInput {
    /// The question.
    question_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What was answered together.
    text: Text,
    /// Who took part in the meeting, side by side.
    attendance: Text,
    /// The other assessment from which it is taken, where it is: one that was named in this review.
    reused_from_id: Option<Id>,
}

/// Writes a joint answer down.
#[derive(Default)]
pub struct RecordJointAnswer;

#[Object]
impl RecordJointAnswer {
    /// Writes down what the sides answered together in a meeting. Every side reads it, and confirms all of them with the
    /// next step. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewContribute))]
    async fn record_joint_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] input: RecordJointAnswerInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ReviewAnswer>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { record(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn record(tx: &mut Tx, input: RecordJointAnswerInput) -> Result<Id> {
    let question: review_question::Model = tx.get(input.question_id, "questionId").await?;
    let act = begin::act(tx, question.review_id, "questionId", input.side_id, "recordJointAnswer").await?;
    rules::as_agreed(&act.review, ReviewMode::JointMeeting)?;
    if !question.live {
        return Err(Error::not_found("questionId"));
    }
    begin::is_named_here(tx, act.review.id, input.reused_from_id).await?;
    consents::void(tx, act.review.id).await?;
    let known = begin::answers(tx, act.review.id, None).await?;
    let before = known.into_iter().find(|answer| answer.question_id == question.id);
    if let Some(before) = &before {
        let after = review_answer::Model { current: false, ..before.clone() };
        tx.update("review.answer_superseded", before, after).await?;
    }
    let revision = {
        use review_answer::Column;
        let mine = Condition::all().add(Column::QuestionId.eq(question.id)).add(Column::SideId.is_null());
        begin::revision::<review_answer::Model>(tx, mine, Column::Revision, |row| row.revision).await?
    };
    let (id, now) = (tx.id(), tx.now());
    let row = review_answer::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        question_id: question.id,
        side_id: None,
        person_id: tx.caller.person(),
        perspective: None,
        text: input.text,
        reused_from_id: input.reused_from_id,
        attendance: Some(input.attendance),
        revision,
        current: true,
        revealed: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("review.answer_written", row).await?.id)
}
