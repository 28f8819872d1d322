use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, campaign, value::Text};

use super::{Campaign, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A campaign to end.
#[derive(InputObject)]
pub struct EndCampaignInput {
    /// The campaign.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What came of it.
    outcome: Text,
}

/// Ends a campaign.
#[derive(Default)]
pub struct EndCampaign;

#[Object]
impl EndCampaign {
    /// Ends a campaign, with what came of it. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::AdvocacyKeep))]
    async fn end_campaign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The campaign.")] input: EndCampaignInput,
    ) -> Result<Whole<Campaign>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { end(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn end(tx: &mut Tx, input: EndCampaignInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<campaign::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    partnerships::rules::who_said_it(before.side_id, side)?;
    rules::campaign_goes_on(&before)?;
    let after = campaign::Model { ended_at: Some(tx.now()), outcome: Some(input.outcome), ..before.clone() };
    Ok(tx.update("campaign.ended", &before, after).await?.id)
}
