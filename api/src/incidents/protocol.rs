use entity::{consent_request, sharing_protocol};

use crate::{consents::ConsentRequest, partnerships::Partnership, platform::object::object};

object! {
    /// What the sides of a partnership agreed to share of their incidents. Without one in effect nothing is shared.
    SharingProtocol, sharing_protocol::Model {
        /// The partnership.
        partnership: One<Partnership> by sharing_protocol::Column::PartnershipId;
        /// The requests for the consent of every side.
        consent_requests: Many<ConsentRequest> by consent_request::Column::SubjectId, asc consent_request::Column::CreatedAt;
    }
}
