use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, concern, value::Text};

use super::{Concern, begin, rules};
use crate::platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole};

/// A concern to close.
#[derive(InputObject)]
pub struct CloseConcernInput {
    /// The concern.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Whether and how the answer helped.
    closing: Text,
}

/// Closes a concern.
#[derive(Default)]
pub struct CloseConcern;

#[Object]
impl CloseConcern {
    /// Closes a concern: the side that raised it, and no other. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::ConcernRaise))]
    async fn close_concern(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The concern.")] input: CloseConcernInput,
    ) -> Result<Whole<Concern>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { close(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn close(tx: &mut Tx, input: CloseConcernInput) -> Result<Id> {
    let (side, before) = begin(tx, input.id, input.side_id, input.expected_version).await?;
    rules::who_raised_it(&before, side)?;
    if before.anonymous {
        tx.stays_unnamed();
    }
    let step = rules::LIFECYCLE.step(before.state, "closeConcern")?;
    let after =
        concern::Model { state: step.to, closed_at: Some(tx.now()), closing: Some(input.closing), ..before.clone() };
    Ok(tx.update("concern.closed", &before, after).await?.id)
}
