//! Rules of incidents, in the words of the guideline. Pure functions.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Id, incident, incident_release, sharing_protocol,
    value::{
        IncidentState::{self as State, Closed, DuplicateOf, Reported, Retracted, UnderFollowUp, Verified},
        PartnershipState, ProtocolState, Severity, ShareLevel, SharingScope,
    },
};

use crate::platform::{
    error::{Error, Result, Rule},
    lifecycle::{Lifecycle, Transition},
};

/// Whoever wrote it edits a report; once it is verified, who verifies does.
pub const EDITED_BY_ITS_KEEPER: Rule = Rule {
    key: "EDITED_BY_ITS_KEEPER",
    requirement: "A-31",
    says: "a verified incident is edited by the security focal point of its organisation",
};
/// What was taken back or is over stays as it is.
pub const INCIDENT_IS_RETRACTED: Rule = Rule {
    key: "INCIDENT_IS_RETRACTED",
    requirement: "4.2.4",
    says: "this incident was taken back: report it anew if it did happen",
};
/// A closed incident is a record of the past.
pub const INCIDENT_IS_OPEN: Rule =
    Rule { key: "INCIDENT_IS_OPEN", requirement: "4.2.4", says: "this incident is closed" };
/// A duplicate points to the incident that counts (pitfall 44).
pub const CANONICAL_INCIDENT: Rule = Rule {
    key: "CANONICAL_INCIDENT",
    requirement: "S-24",
    says: "link it to the incident that counts: of your organisation, another one, and not a duplicate or retracted itself",
};
/// Nothing is shared without a protocol that every side agreed to (J-10).
pub const PROTOCOL_IN_EFFECT: Rule = Rule {
    key: "PROTOCOL_IN_EFFECT",
    requirement: "J-10",
    says: "the sides have not agreed to share incidents: propose a sharing protocol first",
};
/// What is agreed between the sides counts while their partnership is in force.
pub const PARTNERSHIP_IN_FORCE: Rule = Rule {
    key: "PARTNERSHIP_IN_FORCE",
    requirement: "J-10",
    says: "incidents are shared in a partnership that is in force: not before, and not while it is suspended",
};
/// The organisation that reported an incident decides whether it is released (S-19).
pub const ORIGINATOR_RELEASES: Rule = Rule {
    key: "ORIGINATOR_RELEASES",
    requirement: "S-19",
    says: "only the organisation that reported an incident releases it, through its own side",
};
/// A release keeps within the protocol.
pub const WITHIN_THE_PROTOCOL: Rule = Rule {
    key: "WITHIN_THE_PROTOCOL",
    requirement: "J-10",
    says: "the protocol does not cover this incident, this level or this moment",
};
/// What is no fact is not shared.
pub const RELEASED_WHILE_IT_COUNTS: Rule = Rule {
    key: "RELEASED_WHILE_IT_COUNTS",
    requirement: "4.2.4",
    says: "a duplicate or a retracted incident is not released",
};

/// The life of an incident.
pub const LIFECYCLE: Lifecycle<State> = Lifecycle {
    of: "incident",
    start: Reported,
    transitions: &[
        Transition { by: "verifyIncident", from: &[Reported], to: Verified, guards: &[] },
        Transition { by: "followUpIncident", from: &[Verified, Closed], to: UnderFollowUp, guards: &[] },
        Transition { by: "closeIncident", from: &[Verified, UnderFollowUp], to: Closed, guards: &[] },
        Transition {
            by: "linkDuplicateIncident",
            from: &[Reported, Verified, UnderFollowUp],
            to: DuplicateOf,
            guards: &[&CANONICAL_INCIDENT],
        },
        Transition { by: "retractIncident", from: &[Reported, Verified, UnderFollowUp], to: Retracted, guards: &[] },
    ],
};

/// Incidents reach the organisation at once where they are severe (1 hour), else in time (24 hours), from when they
/// were known (domain 1.9).
pub fn is_late(known_at: Option<DateTime<Utc>>, received_at: DateTime<Utc>, severity: Option<Severity>) -> bool {
    let due = if severity >= Some(Severity::Severe) { TimeDelta::hours(1) } else { TimeDelta::hours(24) };
    known_at.is_some_and(|known_at| received_at - known_at > due)
}

/// [`EDITED_BY_ITS_KEEPER`], and only while it is open.
pub fn may_edit(row: &incident::Model, person: Id, verifies: bool) -> Result<()> {
    match row.state {
        Retracted | DuplicateOf => Err(Error::refused(&INCIDENT_IS_RETRACTED).field("id")),
        Closed => Err(Error::refused(&INCIDENT_IS_OPEN).field("id")),
        _ if verifies => Ok(()),
        Reported if row.captured_by_id == person || row.created_by == person => Ok(()),
        _ => Err(Error::refused(&EDITED_BY_ITS_KEEPER).field("id")),
    }
}

/// [`PARTNERSHIP_IN_FORCE`].
pub fn partnership_in_force(state: PartnershipState) -> Result<()> {
    if state == PartnershipState::Active {
        Ok(())
    } else {
        Err(Error::refused(&PARTNERSHIP_IN_FORCE).field("partnershipId"))
    }
}

/// Whether somebody was killed, wounded or kidnapped.
pub fn has_victims(row: &incident::Model) -> bool {
    let counts = [
        row.nationals_killed,
        row.nationals_wounded,
        row.nationals_kidnapped,
        row.internationals_killed,
        row.internationals_wounded,
        row.internationals_kidnapped,
    ];
    counts.into_iter().flatten().any(|n| n > 0)
}

/// [`WITHIN_THE_PROTOCOL`] and [`RELEASED_WHILE_IT_COUNTS`].
pub fn may_release(
    row: &incident::Model,
    protocol: &sharing_protocol::Model,
    level: ShareLevel,
    now: DateTime<Utc>,
) -> Result<()> {
    let outside = |field: &str| Err(Error::refused(&WITHIN_THE_PROTOCOL).field(field));
    if protocol.state != ProtocolState::InEffect {
        return Err(Error::refused(&PROTOCOL_IN_EFFECT).field("partnershipId"));
    }
    if matches!(row.state, Retracted | DuplicateOf) {
        return Err(Error::refused(&RELEASED_WHILE_IT_COUNTS).field("incidentId"));
    }
    if level > protocol.max_level {
        return outside("level");
    }
    if protocol.scope == SharingScope::WithVictims && !has_victims(row) {
        return outside("incidentId");
    }
    if now < row.created_at + TimeDelta::hours(protocol.delay_hours.into()) {
        return outside("incidentId");
    }
    Ok(())
}

/// The release of an incident to a partnership that counts now.
pub fn live_release(releases: &[incident_release::Model]) -> Option<&incident_release::Model> {
    releases.iter().find(|release| release.live)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severe_incidents_are_due_within_an_hour_and_others_within_a_day() {
        let known: DateTime<Utc> = "2026-05-01T08:00:00Z".parse().unwrap();
        let after = |hours: i64| known + TimeDelta::minutes(hours * 60 + 1);
        assert!(is_late(Some(known), after(1), Some(Severity::Critical)));
        assert!(!is_late(Some(known), after(1), Some(Severity::Moderate)));
        assert!(!is_late(Some(known), after(1), None));
        assert!(is_late(Some(known), after(24), None));
        assert!(!is_late(None, after(24), None));
    }
}
