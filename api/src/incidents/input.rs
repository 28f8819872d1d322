use async_graphql::{Context, InputObject};
use entity::value::{
    ActorType, AttackContext, CountryCode, IncidentSite, MeansOfAttack, Motive, PartialDate, Patch, ProgrammeImpact,
    Severity, Text, Title,
};
use serde_json::{Map, Value};

use crate::platform::error::{Error, Result};

/// The facts of an incident. What is left out stays; `null` clears.
#[derive(InputObject)]
pub struct IncidentFactsInput {
    /// What happened, in one line. Needed.
    title: Patch<Title>,
    /// How it happened.
    narrative: Patch<Text>,
    /// When it happened: a year, a month or a day. Needed.
    occurred_on: Patch<PartialDate>,
    /// When the organisation learned of it.
    known_at: Patch<chrono::DateTime<chrono::Utc>>,
    /// When it was written down.
    captured_at: Patch<chrono::DateTime<chrono::Utc>>,
    /// The country, where it has a code.
    country: Patch<CountryCode>,
    /// Name of the country or territory, where it has no code.
    country_name: Patch<Title>,
    /// Province, state or governorate.
    region: Patch<Title>,
    /// District or county.
    district: Patch<Title>,
    /// Town or place.
    place: Patch<Title>,
    /// Degrees north of the equator, -90 to 90.
    latitude: Patch<f64>,
    /// Degrees east of Greenwich, -180 to 180.
    longitude: Patch<f64>,
    /// What kind of place it was.
    location_type: Patch<IncidentSite>,
    /// Means of the attack.
    means: Patch<MeansOfAttack>,
    /// In what situation.
    context: Patch<AttackContext>,
    /// What kind of actor did it.
    actor_type: Patch<ActorType>,
    /// Who did it, as far as known.
    actor_description: Patch<Text>,
    /// Why, as far as known.
    motive: Patch<Motive>,
    /// How grave it was.
    severity: Patch<Severity>,
    /// Locally recruited people killed.
    nationals_killed: Patch<i32>,
    /// Locally recruited people wounded.
    nationals_wounded: Patch<i32>,
    /// Locally recruited people kidnapped.
    nationals_kidnapped: Patch<i32>,
    /// Internationally recruited people killed.
    internationals_killed: Patch<i32>,
    /// Internationally recruited people wounded.
    internationals_wounded: Patch<i32>,
    /// Internationally recruited people kidnapped.
    internationals_kidnapped: Patch<i32>,
    /// Victims who worked for the United Nations.
    affected_un: Patch<i32>,
    /// Victims who worked for an international non-governmental organisation.
    affected_international_ngo: Patch<i32>,
    /// Victims who worked for the International Committee of the Red Cross.
    affected_icrc: Patch<i32>,
    /// Victims who worked for a national Red Cross or Red Crescent society or their federation.
    affected_red_cross: Patch<i32>,
    /// Victims who worked for a national or local non-governmental organisation.
    affected_national_ngo: Patch<i32>,
    /// Victims who worked for another employer.
    affected_other: Patch<i32>,
    /// Victims who are men.
    affected_male: Patch<i32>,
    /// Victims who are women.
    affected_female: Patch<i32>,
    /// Victims whose gender is not known.
    affected_gender_unknown: Patch<i32>,
    /// What it did to the programme.
    programme_impact: Patch<ProgrammeImpact>,
    /// How the programme was affected.
    programme_impact_note: Patch<Text>,
}

/// The facts as they were sent: only what was sent.
pub(super) fn sent(ctx: &Context<'_>) -> Result<Map<String, Value>> {
    let arguments = ctx.field().arguments().map_err(|e| Error::bad_input("ARGUMENTS", e.message))?;
    let input = arguments.into_iter().find(|(name, _)| name == "input").and_then(|(_, value)| value.into_json().ok());
    match input.as_ref().and_then(|input| input.get("facts")) {
        Some(Value::Object(facts)) => Ok(facts.clone()),
        _ => Ok(Map::new()),
    }
}
