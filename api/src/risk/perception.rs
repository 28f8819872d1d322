use async_graphql::{ComplexObject, Context};
use entity::{
    partnership_side, risk, risk_perception,
    value::{RiskLevel, Strategy},
};

use super::{
    Risk,
    matrix::{Matrix, RiskCell},
};
use crate::{
    partnerships::PartnershipSide,
    platform::{error::Result, gate::Ask, object::object},
};

object! {
    /// How one side sees a risk. Kept beside the views of the other sides, never averaged with them.
    RiskPerception, risk_perception::Model
}

impl RiskPerception {
    fn cell(&self) -> RiskCell {
        Matrix::current().cell(self.row.likelihood, self.row.impact)
    }
}

#[ComplexObject]
impl RiskPerception {
    /// The risk.
    async fn risk(&self, ctx: &Context<'_>) -> Result<Option<Risk>> {
        let key = |row: &risk_perception::Model| Some(row.risk_id);
        Ok(self.at.one::<risk::Model>(ctx.caller()?, "risk", key).await?.map(Into::into))
    }

    /// The side.
    async fn side(&self, ctx: &Context<'_>) -> Result<Option<PartnershipSide>> {
        let key = |row: &risk_perception::Model| Some(row.side_id);
        Ok(self.at.one::<partnership_side::Model>(ctx.caller()?, "side", key).await?.map(Into::into))
    }

    /// Likelihood times impact, 1 to 25.
    async fn score(&self) -> i32 {
        self.cell().score
    }

    /// Level by the matrix in use. The level at the time stands in the level records.
    async fn level(&self) -> RiskLevel {
        self.cell().level
    }

    /// Suggested strategies, the first one first.
    async fn strategies(&self) -> Vec<Strategy> {
        self.cell().strategies
    }

    /// The same in words: "Control & Avoid".
    async fn suggestion(&self) -> String {
        self.cell().suggestion
    }
}
