use entity::no_risk_transfer;

use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// A side states that it looked for transferred risk and found none.
    NoRiskTransfer, no_risk_transfer::Model {
        /// The partnership.
        partnership: One<Partnership> by no_risk_transfer::Column::PartnershipId;
        /// The side.
        side: One<PartnershipSide> by no_risk_transfer::Column::SideId;
    }
}
