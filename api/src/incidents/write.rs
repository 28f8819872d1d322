//! What every way of reporting shares: whose incident it is, who captured it, and what a report must say.

use chrono::{DateTime, Utc};
use entity::{
    Id, Right, SpaceKind, SpaceRef, incident, membership, person,
    value::{IncidentState, PartialDate, Sharing},
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::{Map, Value};

use super::{facts, rules};
use crate::platform::{
    caller::Sort,
    error::{Error, Result, Rule},
    tx::Tx,
};

/// A colleague may have captured it on another phone, or on paper.
const CAPTURED_BY_A_COLLEAGUE: Rule = Rule {
    key: "CAPTURED_BY_A_COLLEAGUE",
    requirement: "A-31",
    says: "who captured it is a person of the organisation that reports it",
};

/// An incident that says nothing yet.
pub(super) fn blank(id: Id, organisation_id: Id, captured_by_id: Id, now: DateTime<Utc>) -> Result<incident::Model> {
    Ok(incident::Model {
        id,
        organisation_id,
        captured_by_id,
        title: None,
        narrative: None,
        occurred_on: PartialDate::new("1970").map_err(|v| Error::internal(v.message))?,
        known_at: None,
        captured_at: None,
        country: None,
        country_name: None,
        region: None,
        district: None,
        place: None,
        latitude: None,
        longitude: None,
        location_type: None,
        means: None,
        context: None,
        actor_type: None,
        actor_description: None,
        motive: None,
        severity: None,
        nationals_killed: None,
        nationals_wounded: None,
        nationals_kidnapped: None,
        internationals_killed: None,
        internationals_wounded: None,
        internationals_kidnapped: None,
        affected_un: None,
        affected_international_ngo: None,
        affected_icrc: None,
        affected_red_cross: None,
        affected_national_ngo: None,
        affected_other: None,
        affected_male: None,
        affected_female: None,
        affected_gender_unknown: None,
        programme_impact: None,
        programme_impact_note: None,
        state: IncidentState::Reported,
        state_reason: None,
        duplicate_of_id: None,
        reported_late: false,
        source: None,
        source_reference: None,
        source_status: None,
        imported_version: None,
        sharing: Sharing::default(),
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    })
}

/// Who reports, for whom.
pub(super) struct Report {
    /// The record; made by a device, or new.
    pub(super) id: Id,
    /// The organisation, where the reporter works for more than one.
    pub(super) organisation: Option<Id>,
    /// Who captured it, where that was somebody else.
    pub(super) captured_by: Option<Id>,
}

/// Writes a new report.
pub(super) async fn report(tx: &mut Tx, report: Report, given: &Map<String, Value>) -> Result<Id> {
    let organisation = organisation(tx, report.organisation)?;
    tx.authorise(SpaceRef::organisation(organisation)).await?;
    let me = tx.caller.person();
    let captured_by = report.captured_by.unwrap_or(me);
    if captured_by != me {
        let person: person::Model = tx.get(captured_by, "capturedById").await?;
        let works = Condition::all()
            .add(membership::Column::PersonId.eq(captured_by))
            .add(membership::Column::OrganisationId.eq(organisation));
        let works: Vec<membership::Model> = tx.all(works, &Sort::asc(membership::Column::ValidFrom)).await?;
        let now = tx.now();
        let counts = |m: &membership::Model| m.valid_from <= now && m.valid_until.is_none_or(|until| until > now);
        if person.organisation_id != organisation || !works.iter().any(counts) {
            return Err(Error::refused(&CAPTURED_BY_A_COLLEAGUE).field("capturedById"));
        }
    }
    let now = tx.now();
    let mut row = blank(report.id, organisation, captured_by, now)?;
    facts::set_all(&mut row, given, now).map_err(facts::first)?;
    for (missing, field, message) in [
        (row.title.is_none(), "title", "say in one line what happened"),
        (!given.contains_key("occurredOn"), "occurredOn", "say when it happened, be it the year only"),
    ] {
        if missing {
            return Err(Error::invalid(field, "REQUIRED", message));
        }
    }
    row.reported_late = rules::is_late(row.known_at, now, row.severity);
    Ok(tx.insert("incident.reported", row).await?.id)
}

/// Edits a report: only who may, and only while it is open. Answers with the event that follows.
pub(super) async fn edit(tx: &mut Tx, before: &incident::Model, given: &Map<String, Value>) -> Result<()> {
    let space = SpaceRef::organisation(before.organisation_id);
    tx.authorise(space).await?;
    let verifies = tx.caller.grants().within(Right::IncidentVerify, space).is_some();
    rules::may_edit(before, tx.caller.person(), verifies)?;
    let mut after = before.clone();
    facts::set_all(&mut after, given, tx.now()).map_err(facts::first)?;
    if after.title.is_none() && before.title.is_some() {
        return Err(Error::invalid("title", "REQUIRED", "say in one line what happened"));
    }
    after.reported_late = rules::is_late(after.known_at, before.created_at, after.severity);
    let event = if after.severity == before.severity { "incident.updated" } else { "incident.severity_changed" };
    tx.update(event, before, after).await.map(drop)
}

/// The organisation for which the caller reports.
fn organisation(tx: &Tx, named: Option<Id>) -> Result<Id> {
    let grants = tx.caller.grants();
    let mut own: Vec<Id> = grants
        .with(Right::IncidentReport)
        .filter(|grant| grant.space.kind == SpaceKind::Organisation)
        .map(|grant| grant.space.subject)
        .filter(|organisation| named.is_none_or(|named| named == *organisation))
        .collect();
    own.sort_unstable();
    own.dedup();
    match *own.as_slice() {
        [] => Err(Error::forbidden(Right::IncidentReport)),
        [one] => Ok(one),
        _ => Err(Error::invalid(
            "organisationId",
            "ORGANISATION_IS_NAMED",
            "you work for more than one organisation: name the one that reports",
        )),
    }
}
