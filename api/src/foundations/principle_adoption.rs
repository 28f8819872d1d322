use entity::principle_adoption;

use crate::{
    organisations::Person,
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
    /// One side stands by one of the six partnership principles, as they were worded then.
    PrincipleAdoption, principle_adoption::Model {
        /// The partnership.
        partnership: One<Partnership> by principle_adoption::Column::PartnershipId;
        /// The side.
        side: One<PartnershipSide> by principle_adoption::Column::SideId;
        /// The signatory, as far as you see them.
        person: One<Person> by principle_adoption::Column::PersonId;
    }
}
