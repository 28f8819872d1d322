use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Kind, Right, partnership,
    value::{ConsentAction, Text},
};
use serde_json::json;

use super::{rules, side::sides};
use crate::{
    consents::{self, ConsentRequest},
    platform::{error::Result, gate::Ask, sdl::requires, whole::Whole},
};

/// A suspended partnership to resume.
#[derive(InputObject)]
pub struct RequestResumptionInput {
    /// The partnership.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What changed, so that it can go on.
    statement: Text,
}

/// Asks every side to resume.
#[derive(Default)]
pub struct RequestResumption;

#[Object]
impl RequestResumption {
    /// Asks every side to consent that a suspended partnership is in force again. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::PartnershipPropose))]
    async fn request_resumption(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to resume, and why now.")] input: RequestResumptionInput,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let row: partnership::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
                    let side = tx.act_for_side(row.id, input.side_id).await?;
                    rules::LIFECYCLE.step(row.state, "requestResumption")?;
                    let mut content = rules::content(&row, &sides(tx, row.id).await?);
                    content.insert("suspendedBecause", json!(row.state_reason));
                    content.insert("statement", json!(input.statement));
                    let subject = consents::Subject {
                        partnership: row.id,
                        kind: Kind::Partnership,
                        id: row.id,
                        action: ConsentAction::ResumePartnership,
                    };
                    Ok(consents::ask(tx, subject, side, content).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
