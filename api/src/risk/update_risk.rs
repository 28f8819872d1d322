use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, risk,
    value::{Patch, RiskOrigin, Text, Title},
};

use super::Risk;
use crate::{
    consents,
    organisations::cleared,
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::is_at, whole::Whole},
};

/// What changes of a risk. What is left out stays; `null` clears. Levels are not edited: they are computed.
#[derive(InputObject)]
pub struct UpdateRiskInput {
    /// The risk.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Short name.
    title: Patch<Title>,
    /// What could happen, to whom.
    description: Patch<Text>,
    /// Where it comes from, seen from the partnership.
    origin: Patch<RiskOrigin>,
}

/// Edits a risk.
#[derive(Default)]
pub struct UpdateRisk;

#[Object]
impl UpdateRisk {
    /// Edits what a risk says. A proposed joint level is void then: it was about another text. Codes: NOT_FOUND,
    /// FORBIDDEN, CONFLICT, REFUSED, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::RiskEdit))]
    async fn update_risk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateRiskInput,
    ) -> Result<Whole<Risk>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let (partnership, before): (_, risk::Model) =
                        tx.lock_within(input.id, "id", risk::Column::PartnershipId).await?;
                    is_at(&before, input.expected_version)?;
                    tx.act_for_side(before.partnership_id, input.side_id).await?;
                    partnerships::rules::partnership_is_living(partnership.state)?;
                    let mut after = before.clone();
                    cleared("title", input.title.apply_required(&mut after.title))?;
                    input.description.apply(&mut after.description);
                    cleared("origin", input.origin.apply_required(&mut after.origin))?;
                    if after != before {
                        consents::void(tx, before.id).await?;
                    }
                    Ok(tx.update("risk.updated", &before, after).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
