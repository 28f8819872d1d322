use entity::consent;

use super::ConsentRequest;
use crate::{organisations::Person, partnerships::PartnershipSide, platform::object::object};

object! {
    /// What one side said to one request. The last word of a side is its live one.
    Consent, consent::Model {
        /// The request.
        request: One<ConsentRequest> by consent::Column::RequestId;
        /// The side.
        side: One<PartnershipSide> by consent::Column::SideId;
        /// The signatory, as far as you see them.
        person: One<Person> by consent::Column::PersonId;
    }
}
