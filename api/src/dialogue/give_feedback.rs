use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, feedback,
    value::{FeedbackState, Text},
};

use super::Feedback;
use crate::{
    foundations, partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// Feedback.
#[derive(InputObject)]
pub struct GiveFeedbackInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The side that it is for.
    to_side_id: Id,
    /// What your side says.
    text: Text,
}

/// Gives feedback.
#[derive(Default)]
pub struct GiveFeedback;

#[Object]
impl GiveFeedback {
    /// Tells another side how you work together, as your side sees it. It is read by every side. Codes: NOT_FOUND, FORBIDDEN,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::DialogueKeep))]
    async fn give_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The feedback.")] input: GiveFeedbackInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Feedback>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { give(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn give(tx: &mut Tx, input: GiveFeedbackInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    let sides = partnerships::side_ids(tx, partnership.id).await?;
    foundations::rules::between_two_sides(&sides, side, input.to_side_id)?;
    let (id, now) = (tx.id(), tx.now());
    let row = feedback::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        to_side_id: input.to_side_id,
        text: input.text,
        state: FeedbackState::Given,
        acknowledgement: None,
        acknowledged_at: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("feedback.given", row).await?.id)
}
