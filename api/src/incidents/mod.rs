//! Incidents: what happened to aid workers, captured by anybody of an organisation, private to it, and useful there without
//! any sharing.
//!
//! REPORTED, VERIFIED, UNDER_FOLLOW_UP, CLOSED; a duplicate points to the incident that counts, a retracted one counts no
//! more. Sharing is apart from that: the sides of a partnership agree on a protocol (until then nothing is shared), and the
//! organisation that reported an incident releases it, one by one, at BASIC or FULL, having seen what the others will see,
//! and takes that back when it wants. The restricted part is never released.

mod advance;
mod close_incident;
pub mod effects;
mod end_sharing_protocol;
mod facts;
mod feed;
mod follow_up_incident;
pub mod import;
mod incident;
mod input;
mod link_duplicate_incident;
mod propose_sharing_protocol;
pub mod protocol;
pub mod push;
mod release;
mod release_incident;
mod release_preview;
mod report_incident;
mod restricted;
mod retract_incident;
mod revoke_incident_release;
pub mod rules;
mod summary;
mod update_incident;
mod verify_incident;
mod write;

pub use feed::IncidentSubscriptions;
pub use incident::{Incident, IncidentConnection};
pub use protocol::SharingProtocol;
pub use release::IncidentRelease;
pub use restricted::IncidentRestricted;

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct IncidentsQueries(incident::IncidentQueries, release_preview::ReleaseQueries, summary::SummaryQueries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct IncidentsMutations(
    report_incident::ReportIncident,
    update_incident::UpdateIncident,
    verify_incident::VerifyIncident,
    follow_up_incident::FollowUpIncident,
    close_incident::CloseIncident,
    link_duplicate_incident::LinkDuplicateIncident,
    retract_incident::RetractIncident,
    restricted::RecordRestricted,
    propose_sharing_protocol::ProposeSharingProtocol,
    end_sharing_protocol::EndSharingProtocol,
    release_incident::ReleaseIncident,
    revoke_incident_release::RevokeIncidentRelease,
    import::ImportIncidents,
);
