use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, health_check};

use super::{HealthCheck, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A health check to confirm.
#[derive(InputObject)]
pub struct ConfirmHealthCheckInput {
    /// The check.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Confirms a health check.
#[derive(Default)]
pub struct ConfirmHealthCheck;

#[Object]
impl ConfirmHealthCheck {
    /// Confirms that a health check was held and went as written down: another side than the one that wrote it. Codes:
    /// NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn confirm_health_check(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The check.")] input: ConfirmHealthCheckInput,
    ) -> Result<Whole<HealthCheck>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { confirm(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn confirm(tx: &mut Tx, input: ConfirmHealthCheckInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<health_check::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    rules::another_side_confirms(&before, side)?;
    let after = health_check::Model { confirmed_by_side: Some(side), confirmed_at: Some(tx.now()), ..before.clone() };
    Ok(tx.update("health_check.confirmed", &before, after).await?.id)
}
