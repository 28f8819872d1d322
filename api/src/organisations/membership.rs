use entity::membership;

use super::{Organisation, Person};
use crate::platform::object::object;

object! {
    /// A person's standing in an organisation, with its period.
    Membership, membership::Model {
        /// The organisation.
        organisation: One<Organisation> by membership::Column::OrganisationId;
        /// The person.
        person: One<Person> by membership::Column::PersonId;
    }
}
