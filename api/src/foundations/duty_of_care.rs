use entity::duty_of_care_statement;

use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// What one side owes another to keep its people from harm.
    DutyOfCareStatement, duty_of_care_statement::Model {
        /// The partnership.
        partnership: One<Partnership> by duty_of_care_statement::Column::PartnershipId;
        /// The side that owes it.
        side: One<PartnershipSide> by duty_of_care_statement::Column::SideId;
        /// The side to which it is owed.
        to_side: One<PartnershipSide> by duty_of_care_statement::Column::ToSideId;
    }
}
