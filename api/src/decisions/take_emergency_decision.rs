use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, decision,
    value::{ConsentAction, Date, DecisionState, Text, Title},
};

use super::{Decision, begin, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// What your side did.
#[derive(InputObject)]
pub struct TakeEmergencyDecisionInput {
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
    /// Why your side could not wait.
    emergency_reason: Text,
    /// Last day on which the sides say whether it stands, at most 90 days ahead.
    ratify_by: Date,
}

/// Acts at once.
#[derive(Default)]
pub struct TakeEmergencyDecision;

#[Object]
impl TakeEmergencyDecision {
    /// Acts at once where your side cannot wait for the others: a signatory, with the reason. Every other side is told at
    /// once, and all say until a day whether it stands. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ConsentDecide))]
    async fn take_emergency_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: TakeEmergencyDecisionInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Decision>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { take(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn take(tx: &mut Tx, input: TakeEmergencyDecisionInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    rules::ratify_by_is_near(input.ratify_by, tx.now())?;
    let (id, now) = (tx.id(), tx.now());
    let row = decision::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        title: input.title,
        description: input.description,
        effects: input.effects,
        alternatives: input.alternatives,
        state: DecisionState::Emergency,
        emergency_reason: Some(input.emergency_reason),
        ratify_by: Some(input.ratify_by),
        effective_at: Some(now),
        outcome: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let row = tx.insert("decision.emergency", row).await?;
    begin::ask(tx, &row, ConsentAction::RatifyDecision, side).await?;
    Ok(row.id)
}
