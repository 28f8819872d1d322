use entity::{
    risk_perception,
    value::{RiskLevel, Strategy},
};

use super::{
    Risk,
    matrix::{Matrix, RiskCell},
};
use crate::{partnerships::PartnershipSide, platform::object::object};

object! {
    /// How one side sees a risk. Kept beside the views of the other sides, never averaged with them.
    RiskPerception, risk_perception::Model {
        /// The risk.
        risk: One<Risk> by risk_perception::Column::RiskId;
        /// The side.
        side: One<PartnershipSide> by risk_perception::Column::SideId;
    }
    fields {
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
}

impl RiskPerception {
    fn cell(&self) -> RiskCell {
        Matrix::current().cell(self.row.likelihood, self.row.impact)
    }
}
