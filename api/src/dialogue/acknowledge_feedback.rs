use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, feedback, value::Text};

use super::{Feedback, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// Feedback to acknowledge.
#[derive(InputObject)]
pub struct AcknowledgeFeedbackInput {
    /// The feedback.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What your side answers.
    acknowledgement: Text,
}

/// Acknowledges feedback.
#[derive(Default)]
pub struct AcknowledgeFeedback;

#[Object]
impl AcknowledgeFeedback {
    /// Acknowledges feedback: the side that it is for, and no other. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn acknowledge_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The feedback.")] input: AcknowledgeFeedbackInput,
    ) -> Result<Whole<Feedback>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { acknowledge(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn acknowledge(tx: &mut Tx, input: AcknowledgeFeedbackInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<feedback::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    rules::who_it_is_for(&before, side)?;
    let step = rules::FEEDBACK.step(before.state, "acknowledgeFeedback")?;
    let after = feedback::Model {
        state: step.to,
        acknowledgement: Some(input.acknowledgement),
        acknowledged_at: Some(tx.now()),
        ..before.clone()
    };
    Ok(tx.update("feedback.acknowledged", &before, after).await?.id)
}
