use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, campaign, value::Text};

use super::{Campaign, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A change of a campaign.
#[derive(InputObject)]
pub struct UpdateCampaignInput {
    /// The campaign.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Who signed.
    signatories: Text,
}

/// Edits a campaign.
#[derive(Default)]
pub struct UpdateCampaign;

#[Object]
impl UpdateCampaign {
    /// Says who signed a campaign that goes on. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::AdvocacyKeep))]
    async fn update_campaign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The campaign.")] input: UpdateCampaignInput,
    ) -> Result<Whole<Campaign>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { update(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn update(tx: &mut Tx, input: UpdateCampaignInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<campaign::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    partnerships::rules::who_said_it(before.side_id, side)?;
    rules::campaign_goes_on(&before)?;
    let after = campaign::Model { signatories: input.signatories, ..before.clone() };
    Ok(tx.update("campaign.updated", &before, after).await?.id)
}
