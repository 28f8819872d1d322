use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Kind, Right, partnership,
    value::{ConsentAction, Text},
};
use serde_json::json;

use super::{effects, end_assessments, rules, side::sides};
use crate::{
    capacity,
    consents::{self, ConsentRequest},
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A partnership to end.
#[derive(InputObject)]
pub struct ProposePartnershipEndInput {
    /// The partnership.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Why no assessment of the end is needed of a side that made none. Every side consents to that, too.
    waiver: Option<Text>,
}

/// Asks for the end.
#[derive(Default)]
pub struct ProposePartnershipEnd;

#[Object]
impl ProposePartnershipEnd {
    /// Asks every side to agree that a partnership is over: on what each of them said the end means, and with every review
    /// closed or given up. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::PartnershipPropose))]
    async fn propose_partnership_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal.")] input: ProposePartnershipEndInput,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposePartnershipEndInput) -> Result<Id> {
    let row: partnership::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
    let side = tx.act_for_side(row.id, input.side_id).await?;
    rules::LIFECYCLE.step(row.state, "end")?;
    effects::may_end(tx, &row, input.waiver.is_some()).await?;
    let assessed = end_assessments(tx, row.id).await?;
    let mut content = rules::content(&row, &sides(tx, row.id).await?);
    content.insert("endsBecause", json!(row.state_reason));
    content.insert("assessments", assessed.iter().map(|one| json!({ "id": one.id, "side": one.side_id })).collect());
    content.insert("capacityActivities", json!(capacity::effects::what_lasts(tx, row.id).await?));
    content.insert("waiver", json!(input.waiver));
    let subject = consents::Subject {
        partnership: row.id,
        kind: Kind::Partnership,
        id: row.id,
        action: ConsentAction::EndPartnership,
    };
    Ok(consents::ask(tx, subject, side, content).await?.id)
}
