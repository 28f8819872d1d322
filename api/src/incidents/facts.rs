//! The facts of an incident, set one by one: by a command, a device or an import, all through here.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use entity::{
    incident::Model,
    value::{CountryCode, PartialDate, Text, Title, Violation},
};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::{Map, Value};

use crate::platform::error::{Error, Result};

/// Nobody counts more victims of one incident than this.
const MOST_VICTIMS: i64 = 100_000;
/// Clocks of devices may be ahead by this much.
const AHEAD: TimeDelta = TimeDelta::hours(24);

/// Sets every fact that is given; `null` clears. Answers with every problem, not only the first.
pub fn set_all(row: &mut Model, facts: &Map<String, Value>, now: DateTime<Utc>) -> Result<(), Vec<Error>> {
    let mut problems: Vec<Error> = facts.iter().filter_map(|(name, value)| set(row, name, value, now).err()).collect();
    if row.latitude.is_some() != row.longitude.is_some() {
        let message = "give latitude and longitude together";
        problems.push(Error::invalid("longitude", "COORDINATES_IN_PAIRS", message));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The first of some problems.
pub fn first(problems: Vec<Error>) -> Error {
    problems.into_iter().next().unwrap_or_else(|| Error::internal("a refusal without an error"))
}

/// Sets one fact, by its name in the API.
pub fn set(row: &mut Model, name: &str, value: &Value, now: DateTime<Utc>) -> Result<()> {
    let fact = Fact { name, value, now };
    match name {
        "title" => row.title = fact.parsed(Title::new)?,
        "narrative" => row.narrative = fact.parsed(Text::new)?,
        "occurredOn" => row.occurred_on = fact.date()?,
        "knownAt" => row.known_at = fact.moment()?,
        "capturedAt" => row.captured_at = fact.moment()?,
        "country" => row.country = fact.parsed(CountryCode::new)?,
        "countryName" => row.country_name = fact.parsed(Title::new)?,
        "region" => row.region = fact.parsed(Title::new)?,
        "district" => row.district = fact.parsed(Title::new)?,
        "place" => row.place = fact.parsed(Title::new)?,
        "latitude" => row.latitude = fact.degrees(90.0)?,
        "longitude" => row.longitude = fact.degrees(180.0)?,
        "locationType" => row.location_type = fact.code()?,
        "means" => row.means = fact.code()?,
        "context" => row.context = fact.code()?,
        "actorType" => row.actor_type = fact.code()?,
        "actorDescription" => row.actor_description = fact.parsed(Text::new)?,
        "motive" => row.motive = fact.code()?,
        "severity" => row.severity = fact.code()?,
        "nationalsKilled" => row.nationals_killed = fact.victims()?,
        "nationalsWounded" => row.nationals_wounded = fact.victims()?,
        "nationalsKidnapped" => row.nationals_kidnapped = fact.victims()?,
        "internationalsKilled" => row.internationals_killed = fact.victims()?,
        "internationalsWounded" => row.internationals_wounded = fact.victims()?,
        "internationalsKidnapped" => row.internationals_kidnapped = fact.victims()?,
        "affectedUn" => row.affected_un = fact.victims()?,
        "affectedInternationalNgo" => row.affected_international_ngo = fact.victims()?,
        "affectedIcrc" => row.affected_icrc = fact.victims()?,
        "affectedRedCross" => row.affected_red_cross = fact.victims()?,
        "affectedNationalNgo" => row.affected_national_ngo = fact.victims()?,
        "affectedOther" => row.affected_other = fact.victims()?,
        "affectedMale" => row.affected_male = fact.victims()?,
        "affectedFemale" => row.affected_female = fact.victims()?,
        "affectedGenderUnknown" => row.affected_gender_unknown = fact.victims()?,
        "programmeImpact" => row.programme_impact = fact.code()?,
        "programmeImpactNote" => row.programme_impact_note = fact.parsed(Text::new)?,
        "source" => row.source = fact.parsed(Title::new)?,
        "sourceReference" => row.source_reference = fact.parsed(Title::new)?,
        "sourceStatus" => row.source_status = fact.parsed(Title::new)?,
        _ => return Err(Error::invalid(name, "FIELD_IS_KNOWN", "there is no such field")),
    }
    Ok(())
}

struct Fact<'f> {
    name: &'f str,
    value: &'f Value,
    now: DateTime<Utc>,
}

impl Fact<'_> {
    fn wrong<T>(&self, rule: &'static str, message: impl Into<String>) -> Result<T> {
        Err(Error::invalid(self.name, rule, message))
    }

    fn text(&self) -> Result<Option<&str>> {
        match self.value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => self.wrong("FIELD_TYPE", "expected text"),
        }
    }

    fn parsed<T>(&self, parse: impl Fn(&str) -> Result<T, Violation>) -> Result<Option<T>> {
        let parse = |text| parse(text).map_err(|v| Error::invalid(self.name, v.rule, v.message));
        self.text()?.map(parse).transpose()
    }

    /// When it happened must be known, be it the year.
    fn date(&self) -> Result<PartialDate> {
        let Some(date) = self.parsed(PartialDate::new)? else {
            return self.wrong("REQUIRED", "say when it happened, be it the year only");
        };
        // A day ahead of the server can be today elsewhere.
        let latest = (self.now + AHEAD).format("%Y-%m-%d").to_string();
        if date.as_str() > latest.as_str() || date.year() < "1945" {
            return self.wrong("DATE_IN_THE_PAST", "expected a date from 1945 until today");
        }
        Ok(date)
    }

    fn moment(&self) -> Result<Option<DateTime<Utc>>> {
        let Some(text) = self.text()? else { return Ok(None) };
        match DateTime::parse_from_rfc3339(text) {
            Ok(at) if at.to_utc() > self.now + AHEAD => self.wrong("TIME_IN_THE_PAST", "expected a time until now"),
            Ok(at) if at.year() < 1945 => self.wrong("TIME_IN_THE_PAST", "expected a time from 1945 until now"),
            Ok(at) => Ok(DateTime::from_timestamp_micros(at.timestamp_micros())),
            Err(_) => self.wrong("ISO_8601_TIME", "expected a time such as 2026-05-01T08:00:00Z"),
        }
    }

    fn code<T: ActiveEnum<Value = String> + Iterable>(&self) -> Result<Option<T>> {
        let Some(text) = self.text()? else { return Ok(None) };
        match T::iter().find(|code| code.to_value() == text) {
            Some(code) => Ok(Some(code)),
            None => {
                let known: Vec<String> = T::iter().map(|code| code.to_value()).collect();
                self.wrong("CODE_IS_KNOWN", format!("expected one of {}", known.join(", ")))
            }
        }
    }

    fn victims(&self) -> Result<Option<i32>> {
        match (self.value, self.value.as_i64()) {
            (Value::Null, _) => Ok(None),
            (_, Some(n)) if (0..=MOST_VICTIMS).contains(&n) => Ok(i32::try_from(n).ok()),
            _ => self.wrong("VICTIMS", format!("expected a number from 0 to {MOST_VICTIMS}")),
        }
    }

    fn degrees(&self, most: f64) -> Result<Option<f64>> {
        match (self.value, self.value.as_f64()) {
            (Value::Null, _) => Ok(None),
            (_, Some(degrees)) if degrees.abs() <= most => Ok(Some(degrees)),
            _ => self.wrong("DEGREES", format!("expected degrees from -{most} to {most}")),
        }
    }
}
