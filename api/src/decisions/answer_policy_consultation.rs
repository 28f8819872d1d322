use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, policy_consultation, policy_response,
    value::{PolicyPosition, Text},
};
use sea_orm::{ColumnTrait, Condition};

use super::{PolicyResponse, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, restate::supersede, sdl::requires, tx::Tx, whole::Whole},
};

/// An answer of your side.
#[derive(InputObject)]
pub struct AnswerPolicyConsultationInput {
    /// The consultation.
    consultation_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Where your side stands.
    position: PolicyPosition,
    /// What it says; where it is not simply for it, why.
    text: Option<Text>,
}

/// Answers a consultation.
#[derive(Default)]
pub struct AnswerPolicyConsultation;

#[Object]
impl AnswerPolicyConsultation {
    /// Answers a consultation for your side: another side than the one that asks. What it answered before is kept as history.
    /// Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn answer_policy_consultation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] input: AnswerPolicyConsultationInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<PolicyResponse>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { answer(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn answer(tx: &mut Tx, input: AnswerPolicyConsultationInput) -> Result<Id> {
    use policy_response::Column;
    let asked: policy_consultation::Model = tx.get(input.consultation_id, "consultationId").await?;
    let (partnership, side) = partnerships::begin(tx, asked.partnership_id, input.side_id).await?;
    let consultation: policy_consultation::Model = tx.lock(asked.id, "consultationId").await?;
    rules::CONSULTATION.step(consultation.state, "answerPolicyConsultation")?;
    rules::a_consulted_side_answers(&consultation, side)?;
    rules::a_position_is_said(input.position, input.text.is_some())?;
    let known = Condition::all()
        .add(Column::ConsultationId.eq(asked.id))
        .add(Column::SideId.eq(side))
        .add(Column::Current.eq(true));
    let revision = supersede::<policy_response::Model>(tx, known, "policy_consultation.answer_superseded").await?;
    let (id, now) = (tx.id(), tx.now());
    let row = policy_response::Model {
        id,
        partnership_id: partnership.id,
        consultation_id: asked.id,
        side_id: side,
        position: input.position,
        text: input.text,
        revision,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("policy_consultation.answered", row).await?.id)
}
