use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, policy_consultation,
    value::{ConsultationState, Date, Text, Title},
};

use super::{PolicyConsultation, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A consultation.
#[derive(InputObject)]
pub struct OpenPolicyConsultationInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The policy.
    policy: Title,
    /// What is asked, with what the others must know to answer.
    question: Text,
    /// Last day on which an answer is in time: tomorrow or later.
    respond_by: Date,
}

/// Asks the others about a policy.
#[derive(Default)]
pub struct OpenPolicyConsultation;

#[Object]
impl OpenPolicyConsultation {
    /// Asks the other sides about a policy before it is made or changed. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn open_policy_consultation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consultation.")] input: OpenPolicyConsultationInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<PolicyConsultation>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { open(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn open(tx: &mut Tx, input: OpenPolicyConsultationInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    rules::respond_by_is_ahead(input.respond_by, tx.now())?;
    let (id, now) = (tx.id(), tx.now());
    let row = policy_consultation::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        policy: input.policy,
        question: input.question,
        respond_by: input.respond_by,
        state: ConsultationState::Open,
        outcome: None,
        closed_at: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("policy_consultation.opened", row).await?.id)
}
