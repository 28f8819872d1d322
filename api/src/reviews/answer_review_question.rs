use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, review_answer, review_question, review_submission,
    value::{Perspective, ReviewMode, ReviewState, Text},
};
use sea_orm::{ColumnTrait, Condition};

use super::{ReviewAnswer, begin, rules};
use crate::{
    consents,
    platform::{
        caller::Sort,
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// What you answer.
#[derive(InputObject)]
pub struct AnswerReviewQuestionInput {
    /// The question.
    question_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// From where you see it.
    perspective: Perspective,
    /// The answer.
    text: Text,
    /// The other assessment from which it is taken, where it is: one that was named in this review.
    reused_from_id: Option<Id>,
}

/// From so many people and perspectives a side answers one question.
const MOST: usize = 12;

/// Answers a question.
#[derive(Default)]
pub struct AnswerReviewQuestion;

#[Object]
impl AnswerReviewQuestion {
    /// Answers a question for your side. Until every side has submitted, only who may answer for your side, and you, read
    /// it. Sent again from the same perspective, it takes the place of what you wrote; after the reveal it stands beside it
    /// as a new revision. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewContribute))]
    async fn answer_review_question(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] input: AnswerReviewQuestionInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ReviewAnswer>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { answer(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn answer(tx: &mut Tx, input: AnswerReviewQuestionInput) -> Result<Id> {
    use review_answer::Column;
    let question: review_question::Model = tx.get(input.question_id, "questionId").await?;
    let asked: entity::review::Model = tx.get(question.review_id, "questionId").await?;
    let open = asked.state == ReviewState::Revealed;
    let by = if open { "reviseReviewAnswer" } else { "answerReviewQuestion" };
    let act = begin::act(tx, asked.id, "questionId", input.side_id, by).await?;
    rules::as_agreed(&act.review, ReviewMode::SeparateThenDiscuss)?;
    if !question.live {
        return Err(Error::not_found("questionId"));
    }
    if !open && submission(tx, act.review.id, act.side).await?.is_some() {
        return Err(Error::refused(&rules::SUBMITTED_IS_SUBMITTED).field("questionId"));
    }
    begin::is_named_here(tx, act.review.id, input.reused_from_id).await?;
    let me = tx.caller.person();
    let mine = Condition::all()
        .add(Column::QuestionId.eq(question.id))
        .add(Column::SideId.eq(act.side))
        .add(Column::PersonId.eq(me))
        .add(Column::Perspective.eq(input.perspective))
        .add(Column::Current.eq(true));
    let before = tx.first::<review_answer::Model>(mine, &Sort::desc(Column::CreatedAt)).await?;
    match &before {
        // Nobody has read it: it is written anew.
        Some(before) if !before.revealed => {
            let after =
                review_answer::Model { text: input.text, reused_from_id: input.reused_from_id, ..before.clone() };
            return Ok(tx.update("review.answer_written", before, after).await?.id);
        }
        Some(before) => {
            let after = review_answer::Model { current: false, ..before.clone() };
            tx.update("review.answer_superseded", before, after).await?;
        }
        None => {}
    }
    if before.is_none() {
        let said = begin::answers(tx, act.review.id, Some(act.side)).await?;
        if said.iter().filter(|answer| answer.question_id == question.id).count() >= MOST {
            let message = format!("a side answers a question at most {MOST} times");
            return Err(Error::invalid("questionId", "ANSWERS_AT_MOST", message));
        }
    }
    if open {
        // Whoever agreed to end the discussion has not read this.
        consents::void(tx, act.review.id).await?;
    }
    let revision = {
        let mine = Condition::all()
            .add(Column::QuestionId.eq(question.id))
            .add(Column::SideId.eq(act.side))
            .add(Column::PersonId.eq(me))
            .add(Column::Perspective.eq(input.perspective));
        begin::revision::<review_answer::Model>(tx, mine, Column::Revision, |row| row.revision).await?
    };
    let (id, now) = (tx.id(), tx.now());
    let row = review_answer::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        question_id: question.id,
        side_id: Some(act.side),
        person_id: me,
        perspective: Some(input.perspective),
        text: input.text,
        reused_from_id: input.reused_from_id,
        attendance: None,
        revision,
        current: true,
        revealed: open,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("review.answer_written", row).await?.id)
}

/// The submission of a side, as long as it counts.
pub(super) async fn submission(tx: &Tx, review: Id, side: Id) -> Result<Option<review_submission::Model>> {
    use review_submission::Column;
    let live =
        Condition::all().add(Column::ReviewId.eq(review)).add(Column::SideId.eq(side)).add(Column::Live.eq(true));
    tx.first(live, &Sort::desc(Column::CreatedAt)).await
}
