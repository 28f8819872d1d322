use async_graphql::{ComplexObject, Context};
use entity::{Id, partnership_side, risk, risk_level_record};

use super::Risk;
use crate::{
    partnerships::PartnershipSide,
    platform::{error::Result, gate::Ask, object::object},
};

object! {
    /// One computed level of a risk. Append-only: it pins the matrix version and what it was computed from.
    RiskLevelRecord, risk_level_record::Model
}

#[ComplexObject]
impl RiskLevelRecord {
    /// The risk.
    async fn risk(&self, ctx: &Context<'_>) -> Result<Option<Risk>> {
        let key = |row: &risk_level_record::Model| Some(row.risk_id);
        Ok(self.at.one::<risk::Model>(ctx.caller()?, "risk", key).await?.map(Into::into))
    }

    /// The side whose view it is; empty for the level in effect.
    async fn side(&self, ctx: &Context<'_>) -> Result<Option<PartnershipSide>> {
        let key = |row: &risk_level_record::Model| row.side_id;
        Ok(self.at.one::<partnership_side::Model>(ctx.caller()?, "side", key).await?.map(Into::into))
    }

    /// The record before it: of the same side, or of the level in effect.
    async fn previous(&self, ctx: &Context<'_>) -> Result<Option<RiskLevelRecord>> {
        let key = |row: &risk_level_record::Model| row.previous_id;
        Ok(self.at.one::<risk_level_record::Model>(ctx.caller()?, "previous", key).await?.map(Into::into))
    }

    /// Ids of the perceptions, or of the consent request, that it was computed from.
    async fn based_on(&self) -> Vec<Id> {
        self.row.based_on.as_str().split(' ').filter_map(|id| id.parse().ok()).collect()
    }
}
