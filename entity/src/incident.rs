use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Level, SpaceRef, record, synced},
    value::{
        ActorType, AttackContext, CountryCode, Id, IncidentSite, IncidentState, MeansOfAttack, Motive, PartialDate,
        ProgrammeImpact, Severity, Sharing, Text, Title,
    },
};

/// What happened to aid workers: who, what, where, when, why and how. Private to the organisation that
/// reported it until that organisation releases it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "incident")]
#[graphql(name = "IncidentRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The organisation that reported it.
    #[graphql(skip)]
    pub organisation_id: Id,
    /// The person who captured it, who need not be the one who sent it.
    #[graphql(skip)]
    pub captured_by_id: Id,
    /// What happened, in one line; held back at BASIC.
    pub title: Option<Title>,
    /// How it happened; held back at BASIC.
    pub narrative: Option<Text>,
    /// When it happened, as precisely as is known: a year, a month or a day. At BASIC the month at most.
    pub occurred_on: PartialDate,
    /// When the organisation learned of it; held back at BASIC.
    pub known_at: Option<DateTime<Utc>>,
    /// When it was written down, by the clock of the device: data, never an order. Held back at BASIC.
    pub captured_at: Option<DateTime<Utc>>,
    /// The country, where it has a code.
    pub country: Option<CountryCode>,
    /// Name of the country or territory as the source gives it.
    pub country_name: Option<Title>,
    /// Province, state or governorate.
    pub region: Option<Title>,
    /// District or county; held back at BASIC.
    pub district: Option<Title>,
    /// Town or place; held back at BASIC.
    pub place: Option<Title>,
    /// Degrees north of the equator, -90 to 90; held back at BASIC.
    pub latitude: Option<f64>,
    /// Degrees east of Greenwich, -180 to 180; held back at BASIC.
    pub longitude: Option<f64>,
    /// What kind of place it was.
    pub location_type: Option<IncidentSite>,
    /// Means of the attack.
    pub means: Option<MeansOfAttack>,
    /// In what situation.
    pub context: Option<AttackContext>,
    /// What kind of actor did it.
    pub actor_type: Option<ActorType>,
    /// Who did it, as far as known; held back at BASIC.
    pub actor_description: Option<Text>,
    /// Why, as far as known.
    pub motive: Option<Motive>,
    /// How grave it was.
    pub severity: Option<Severity>,
    /// Locally recruited people killed.
    pub nationals_killed: Option<i32>,
    /// Locally recruited people wounded.
    pub nationals_wounded: Option<i32>,
    /// Locally recruited people kidnapped.
    pub nationals_kidnapped: Option<i32>,
    /// Internationally recruited people killed.
    pub internationals_killed: Option<i32>,
    /// Internationally recruited people wounded.
    pub internationals_wounded: Option<i32>,
    /// Internationally recruited people kidnapped.
    pub internationals_kidnapped: Option<i32>,
    /// Victims who worked for the United Nations.
    pub affected_un: Option<i32>,
    /// Victims who worked for an international non-governmental organisation.
    pub affected_international_ngo: Option<i32>,
    /// Victims who worked for the International Committee of the Red Cross.
    pub affected_icrc: Option<i32>,
    /// Victims who worked for a national Red Cross or Red Crescent society or their federation.
    pub affected_red_cross: Option<i32>,
    /// Victims who worked for a national or local non-governmental organisation.
    pub affected_national_ngo: Option<i32>,
    /// Victims who worked for another employer.
    pub affected_other: Option<i32>,
    /// Victims who are men.
    pub affected_male: Option<i32>,
    /// Victims who are women.
    pub affected_female: Option<i32>,
    /// Victims whose gender is not known.
    pub affected_gender_unknown: Option<i32>,
    /// What it did to the programme ([003] §26c).
    pub programme_impact: Option<ProgrammeImpact>,
    /// How the programme was affected; held back at BASIC.
    pub programme_impact_note: Option<Text>,
    /// Where it stands.
    pub state: IncidentState,
    /// Why it was retracted; held back at BASIC.
    pub state_reason: Option<Text>,
    /// The incident of which this is another report; counts go by that one.
    #[graphql(skip)]
    pub duplicate_of_id: Option<Id>,
    /// Whether it reached the organisation later than due: 1 hour after it was known where it is severe, else 24.
    pub reported_late: bool,
    /// The database or file it was taken from; held back at BASIC.
    pub source: Option<Title>,
    /// Its key there; held back at BASIC.
    pub source_reference: Option<Title>,
    /// What the source says of its reliability; held back at BASIC.
    pub source_status: Option<Title>,
    /// Version at which the last import left it.
    #[graphql(skip)]
    pub imported_version: Option<i32>,
    /// Partnerships it is released to, and at what level.
    #[graphql(skip)]
    pub sharing: Sharing,
    /// Who wrote it first.
    #[graphql(skip)]
    pub created_by: Id,
    /// When the server received it.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes, from 1. Send it back as `expectedVersion` when editing.
    pub version: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

record! { Incident, IncidentRead, |row| {
    let mut own = Audience::of(SpaceRef::organisation(row.organisation_id));
    // What was captured by hand is its author's too, and of whose login sent it; what came from a file is nobody's own.
    if row.imported_version.is_none() {
        own = own.and(SpaceRef::person(row.captured_by_id), Level::Full);
        if row.created_by != row.captured_by_id {
            own = own.and(SpaceRef::person(row.created_by), Level::Full);
        }
    }
    row.sharing.0.iter().fold(own, |audience, share| {
        audience.and(SpaceRef::partnership(share.partnership_id), share.level.into())
    })
}, redact |row| {
    row.occurred_on = row.occurred_on.to_month();
    row.title = None;
    row.narrative = None;
    row.known_at = None;
    row.captured_at = None;
    row.captured_by_id = Id::NIL;
    row.district = None;
    row.place = None;
    row.latitude = None;
    row.longitude = None;
    row.actor_description = None;
    row.programme_impact_note = None;
    row.state_reason = None;
    row.duplicate_of_id = None;
    row.source = None;
    row.source_reference = None;
    row.source_status = None;
    &[
        "occurredOn", "title", "narrative", "knownAt", "capturedAt", "capturedById", "district", "place", "latitude",
        "longitude", "actorDescription", "programmeImpactNote", "stateReason", "duplicateOfId", "source",
        "sourceReference", "sourceStatus",
    ]
} }
synced! { "incident", links: [organisation_id, captured_by_id, duplicate_of_id], writes: [
    "title", "narrative", "occurredOn", "knownAt", "capturedAt", "capturedById", "country", "countryName", "region",
    "district", "place", "latitude", "longitude", "locationType", "means", "context", "actorType",
    "actorDescription", "motive", "severity", "nationalsKilled", "nationalsWounded", "nationalsKidnapped",
    "internationalsKilled", "internationalsWounded", "internationalsKidnapped", "affectedUn",
    "affectedInternationalNgo", "affectedIcrc", "affectedRedCross", "affectedNationalNgo", "affectedOther",
    "affectedMale", "affectedFemale", "affectedGenderUnknown", "programmeImpact", "programmeImpactNote",
    "organisationId",
] }
