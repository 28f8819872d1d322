use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, policy_consultation, value::Text};

use super::{PolicyConsultation, begin, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A consultation to close.
#[derive(InputObject)]
pub struct ClosePolicyConsultationInput {
    /// The consultation.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What your side makes of the answers.
    outcome: Text,
}

/// Closes a consultation.
#[derive(Default)]
pub struct ClosePolicyConsultation;

#[Object]
impl ClosePolicyConsultation {
    /// Closes a consultation: the side that asked, when every other side has answered or the time is over. Who did not answer
    /// is written down as such; that is no consent. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn close_policy_consultation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consultation.")] input: ClosePolicyConsultationInput,
    ) -> Result<Whole<PolicyConsultation>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { close(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn close(tx: &mut Tx, input: ClosePolicyConsultationInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<policy_consultation::Model>(tx, input.id, input.side_id, input.expected_version)
            .await?;
    partnerships::rules::who_said_it(before.side_id, side)?;
    let step = rules::CONSULTATION.step(before.state, "closePolicyConsultation")?;
    begin::silence_is_written_down(tx, &before).await?;
    let after = policy_consultation::Model {
        state: step.to,
        outcome: Some(input.outcome),
        closed_at: Some(tx.now()),
        ..before.clone()
    };
    Ok(tx.update("policy_consultation.closed", &before, after).await?.id)
}
