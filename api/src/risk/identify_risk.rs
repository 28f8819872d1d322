use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, partnership, risk, threat,
    value::{RiskOrigin, RiskState, Text, Title},
};

use super::Risk;
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, whole::Whole},
};

/// A risk to look at together.
#[derive(InputObject)]
pub struct IdentifyRiskInput {
    /// The threat behind it; its partnership is the risk's.
    threat_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Short name.
    title: Title,
    /// What could happen, to whom.
    description: Option<Text>,
    /// Where it comes from, seen from the partnership.
    origin: RiskOrigin,
}

/// Names a risk.
#[derive(Default)]
pub struct IdentifyRisk;

#[Object]
impl IdentifyRisk {
    /// Names a risk that the sides look at together. It has no level until every side has spoken. Codes: NOT_FOUND,
    /// FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::RiskEdit))]
    async fn identify_risk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The risk.")] input: IdentifyRiskInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Risk>> {
        let caller = ctx.caller()?;
        let id = caller
            .command_once(ctx, idempotency_key, |tx| {
                Box::pin(async move {
                    let threat: threat::Model = tx.get(input.threat_id, "threatId").await?;
                    let partnership: partnership::Model = tx.lock(threat.partnership_id, "threatId").await?;
                    tx.act_for_side(partnership.id, input.side_id).await?;
                    partnerships::rules::partnership_is_living(partnership.state)?;
                    let (id, now) = (tx.id(), tx.now());
                    let row = risk::Model {
                        id,
                        partnership_id: partnership.id,
                        threat_id: threat.id,
                        title: input.title,
                        description: input.description,
                        origin: input.origin,
                        state: RiskState::Identified,
                        level: None,
                        score: None,
                        provisional: false,
                        watchlist: false,
                        urgency: 0,
                        level_record_id: None,
                        created_by: id,
                        created_at: now,
                        updated_at: now,
                        version: 1,
                    };
                    Ok(tx.insert("risk.identified", row).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
