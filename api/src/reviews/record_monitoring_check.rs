use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, monitoring_check,
    value::{Date, Text},
};

use super::{MonitoringCheck, begin};
use crate::platform::{
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
    tx::Tx,
    whole::Whole,
};

/// A look at the action plan.
#[derive(InputObject)]
pub struct RecordMonitoringCheckInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// When the sides looked.
    held_on: Date,
    /// Who took part, side by side.
    participants: Text,
    /// What was found.
    notes: Text,
}

/// Writes a check down.
#[derive(Default)]
pub struct RecordMonitoringCheck;

#[Object]
impl RecordMonitoringCheck {
    /// Writes down that the sides looked together at how far the action plan is. Codes: NOT_FOUND, FORBIDDEN,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewContribute))]
    async fn record_monitoring_check(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The check.")] input: RecordMonitoringCheckInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<MonitoringCheck>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { check(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn check(tx: &mut Tx, input: RecordMonitoringCheckInput) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "recordMonitoringCheck").await?;
    if input.held_on > Date::of(tx.now()) {
        return Err(Error::invalid("heldOn", "HELD_ALREADY", "the day is today or earlier"));
    }
    let (id, now) = (tx.id(), tx.now());
    let row = monitoring_check::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        side_id: act.side,
        held_on: input.held_on,
        participants: input.participants,
        notes: input.notes,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("review.monitoring_done", row).await?.id)
}
