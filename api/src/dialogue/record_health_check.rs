use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, health_check,
    value::{Date, Text},
};

use super::{HealthCheck, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A health check.
#[derive(InputObject)]
pub struct RecordHealthCheckInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The day on which it was held, today or before.
    held_on: Date,
    /// Who took part on each side, by function.
    participants: Text,
    /// What works and what does not.
    findings: Text,
    /// What is missing, and what is done about it.
    gaps: Option<Text>,
}

/// Writes a health check down.
#[derive(Default)]
pub struct RecordHealthCheck;

#[Object]
impl RecordHealthCheck {
    /// Writes down how the sides looked together at how they manage security risk. It counts when another side confirms it.
    /// Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::DialogueKeep))]
    async fn record_health_check(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The check.")] input: RecordHealthCheckInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<HealthCheck>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { record(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn record(tx: &mut Tx, input: RecordHealthCheckInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    rules::is_past("heldOn", input.held_on, tx.now())?;
    let (id, now) = (tx.id(), tx.now());
    let row = health_check::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        held_on: input.held_on,
        participants: input.participants,
        findings: input.findings,
        gaps: input.gaps,
        confirmed_by_side: None,
        confirmed_at: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("health_check.recorded", row).await?.id)
}
