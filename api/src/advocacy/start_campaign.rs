use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, advocacy_strategy, campaign,
    value::{Date, Text, Title},
};

use super::{Campaign, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A campaign.
#[derive(InputObject)]
pub struct StartCampaignInput {
    /// The strategy.
    strategy_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Short name.
    title: Title,
    /// First day.
    starts_on: Date,
    /// Who signs.
    signatories: Text,
}

/// Begins a campaign.
#[derive(Default)]
pub struct StartCampaign;

#[Object]
impl StartCampaign {
    /// Begins a campaign under an adopted strategy. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::AdvocacyKeep))]
    async fn start_campaign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The campaign.")] input: StartCampaignInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Campaign>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { start(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn start(tx: &mut Tx, input: StartCampaignInput) -> Result<Id> {
    let asked: advocacy_strategy::Model = tx.get(input.strategy_id, "strategyId").await?;
    let (partnership, side) = partnerships::begin(tx, asked.partnership_id, input.side_id).await?;
    let strategy: advocacy_strategy::Model = tx.lock(asked.id, "strategyId").await?;
    rules::strategy_is_adopted(&strategy)?;
    let (id, now) = (tx.id(), tx.now());
    let row = campaign::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        strategy_id: strategy.id,
        title: input.title,
        starts_on: input.starts_on,
        signatories: input.signatories,
        ended_at: None,
        outcome: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("campaign.started", row).await?.id)
}
