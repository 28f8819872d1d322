use entity::risk_attitude;

use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// How much risk of one type a side is ready to take.
    RiskAttitude, risk_attitude::Model {
        /// The partnership.
        partnership: One<Partnership> by risk_attitude::Column::PartnershipId;
        /// The side.
        side: One<PartnershipSide> by risk_attitude::Column::SideId;
    }
}
