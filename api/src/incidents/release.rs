use entity::incident_release;

use super::{Incident, SharingProtocol};
use crate::{partnerships::Partnership, platform::object::object};

object! {
    /// One incident released to one partnership by the organisation that reported it.
    IncidentRelease, incident_release::Model {
        /// The incident, as you see it.
        incident: One<Incident> by incident_release::Column::IncidentId;
        /// The partnership it is released to.
        partnership: One<Partnership> by incident_release::Column::PartnershipId;
        /// The protocol under which it was released.
        protocol: One<SharingProtocol> by incident_release::Column::ProtocolId;
    }
}
