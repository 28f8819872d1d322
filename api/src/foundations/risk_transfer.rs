#![expect(clippy::wrong_self_convention, reason = "`fromSide` is a link, not a conversion")]

use entity::{consent_request, risk_transfer};

use crate::{
    consents::ConsentRequest,
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
    risk::Risk,
};

object! {
    /// A risk that comes from one side to another, meant or not.
    RiskTransfer, risk_transfer::Model {
        /// The partnership.
        partnership: One<Partnership> by risk_transfer::Column::PartnershipId;
        /// The side that named it.
        side: One<PartnershipSide> by risk_transfer::Column::SideId;
        /// The side by whose presence or action it comes.
        from_side: One<PartnershipSide> by risk_transfer::Column::FromSideId;
        /// The side that it falls on.
        to_side: One<PartnershipSide> by risk_transfer::Column::ToSideId;
        /// The risk that it is about.
        risk: One<Risk> by risk_transfer::Column::RiskId;
        /// The requests for the consent of every side.
        consent_requests: Many<ConsentRequest> by consent_request::Column::SubjectId, asc consent_request::Column::CreatedAt;
    }
}
