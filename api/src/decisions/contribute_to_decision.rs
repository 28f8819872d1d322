use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, decision, decision_contribution,
    value::{Perspective, Text},
};

use super::{DecisionContribution, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// What your side brings in.
#[derive(InputObject)]
pub struct ContributeToDecisionInput {
    /// The decision.
    decision_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// From where it is seen.
    perspective: Option<Perspective>,
    /// What your side brings in.
    text: Text,
}

/// Brings something into a decision.
#[derive(Default)]
pub struct ContributeToDecision;

#[Object]
impl ContributeToDecision {
    /// Brings into a decision what your side thinks of it. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::DialogueKeep))]
    async fn contribute_to_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What you bring in.")] input: ContributeToDecisionInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<DecisionContribution>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { add(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn add(tx: &mut Tx, input: ContributeToDecisionInput) -> Result<Id> {
    let asked: decision::Model = tx.get(input.decision_id, "decisionId").await?;
    let (partnership, side) = partnerships::begin(tx, asked.partnership_id, input.side_id).await?;
    let decision: decision::Model = tx.lock(asked.id, "decisionId").await?;
    rules::LIFECYCLE.step(decision.state, "contributeToDecision")?;
    let (id, now) = (tx.id(), tx.now());
    let row = decision_contribution::Model {
        id,
        partnership_id: partnership.id,
        decision_id: asked.id,
        side_id: side,
        perspective: input.perspective,
        text: input.text,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("decision.contributed", row).await?.id)
}
