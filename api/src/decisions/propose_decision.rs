use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, decision,
    value::{ConsentAction, DecisionState, Text, Title},
};

use super::{Decision, begin};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A decision.
#[derive(InputObject)]
pub struct ProposeDecisionInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What is decided, in short.
    title: Title,
    /// What is decided.
    description: Text,
    /// How it affects each side and its people.
    effects: Text,
    /// What else was thought of, and why not that.
    alternatives: Option<Text>,
}

/// Proposes a decision.
#[derive(Default)]
pub struct ProposeDecision;

#[Object]
impl ProposeDecision {
    /// Proposes a decision that could affect the sides. It takes effect when every side consents. Codes: NOT_FOUND,
    /// FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn propose_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: ProposeDecisionInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Decision>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeDecisionInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;

    let (id, now) = (tx.id(), tx.now());
    let row = decision::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        title: input.title,
        description: input.description,
        effects: input.effects,
        alternatives: input.alternatives,
        state: DecisionState::Proposed,
        emergency_reason: None,
        ratify_by: None,
        effective_at: None,
        outcome: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let row = tx.insert("decision.proposed", row).await?;
    begin::ask(tx, &row, ConsentAction::MakeDecision, side).await?;
    Ok(row.id)
}
