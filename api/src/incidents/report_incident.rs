use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right};

use super::{
    Incident,
    input::{self, IncidentFactsInput},
    write,
};
use crate::platform::{error::Result, gate::Ask, sdl::requires, whole::Whole};

/// A report.
#[derive(InputObject)]
pub struct ReportIncidentInput {
    /// The organisation that reports, where you work for more than one.
    organisation_id: Option<Id>,
    /// Who captured it, where that was a colleague.
    captured_by_id: Option<Id>,
    /// The facts.
    facts: IncidentFactsInput,
}

/// Reports an incident.
#[derive(Default)]
pub struct ReportIncident;

#[Object]
impl ReportIncident {
    /// Reports an incident of your organisation. It is private to the organisation; nothing is shared by reporting.
    /// Codes: FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentReport))]
    async fn report_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What happened.")] input: ReportIncidentInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Incident>> {
        let caller = ctx.caller()?;
        let facts = input::sent(ctx)?;
        let id = caller
            .command_once(ctx, idempotency_key, |tx| {
                Box::pin(async move {
                    let report = write::Report {
                        id: tx.id(),
                        organisation: input.organisation_id,
                        captured_by: input.captured_by_id,
                    };
                    write::report(tx, report, &facts).await
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
