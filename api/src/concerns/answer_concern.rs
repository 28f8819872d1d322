use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, concern, value::Text};

use super::{Concern, begin, rules};
use crate::platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole};

/// An answer.
#[derive(InputObject)]
pub struct AnswerConcernInput {
    /// The concern.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What your side answers.
    answer: Text,
}

/// Answers a concern.
#[derive(Default)]
pub struct AnswerConcern;

#[Object]
impl AnswerConcern {
    /// Answers a concern. It stays open until the side that raised it closes it. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ConcernRaise))]
    async fn answer_concern(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The concern.")] input: AnswerConcernInput,
    ) -> Result<Whole<Concern>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { answer(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn answer(tx: &mut Tx, input: AnswerConcernInput) -> Result<Id> {
    let (side, before) = begin(tx, input.id, input.side_id, input.expected_version).await?;
    rules::another_side_answers(&before, side)?;
    let step = rules::LIFECYCLE.step(before.state, "answerConcern")?;
    let after = concern::Model {
        state: step.to,
        answer: Some(input.answer),
        answered_by_side: Some(side),
        answered_at: Some(tx.now()),
        ..before.clone()
    };
    Ok(tx.update("concern.answered", &before, after).await?.id)
}
