use entity::campaign;

use super::AdvocacyStrategy;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
 /// What is done in public or behind doors under a strategy: who signed, and what came of it (V-04; `[001]` Advocate).
 Campaign, campaign::Model {
     /// The partnership.
     partnership: One<Partnership> by campaign::Column::PartnershipId;
     /// The side that began it.
     side: One<PartnershipSide> by campaign::Column::SideId;
     /// The strategy.
     strategy: One<AdvocacyStrategy> by campaign::Column::StrategyId;
 }
}
