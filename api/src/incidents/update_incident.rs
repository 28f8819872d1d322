use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, incident};

use super::{
    Incident,
    input::{self, IncidentFactsInput},
    write,
};
use crate::platform::{error::Result, gate::Ask, sdl::requires, whole::Whole};

/// What changes of an incident.
#[derive(InputObject)]
pub struct UpdateIncidentInput {
    /// The incident.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The facts that change.
    facts: IncidentFactsInput,
}

/// Edits a report.
#[derive(Default)]
pub struct UpdateIncident;

#[Object]
impl UpdateIncident {
    /// Edits the facts of an incident: its author while it is reported, the security focal point of its organisation until
    /// it is closed. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentReport))]
    async fn update_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateIncidentInput,
    ) -> Result<Whole<Incident>> {
        let caller = ctx.caller()?;
        let facts = input::sent(ctx)?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: incident::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
                    write::edit(tx, &before, &facts).await?;
                    Ok(before.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
