//! Reads one row of a file: facts, and a note for every value that was normalised or refused.

use async_graphql::SimpleObject;
use entity::value::{CountryCode, PartialDate, Title};
use serde_json::{Map, Value};

use super::mapping::{Columns, Mapping};

/// A value of the file that was not taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, serde::Serialize)]
pub struct ImportNote {
    /// Line of the file on which the row begins, from 1; the header is line 1.
    pub line: i32,
    /// The column; empty where it is about the row.
    pub column: Option<String>,
    /// What stands there.
    pub value: Option<String>,
    /// What it became; empty where it was refused.
    pub became: Option<String>,
    /// Rule that changed or refused it.
    pub rule: String,
    /// For humans.
    pub message: String,
}

/// One row, read.
pub(super) struct Read {
    pub(super) reference: String,
    pub(super) line: i32,
    pub(super) facts: Map<String, Value>,
    pub(super) notes: Vec<ImportNote>,
    /// Whether a row can be made of it.
    pub(super) usable: bool,
}

pub(super) fn read(mapping: &Mapping, columns: &Columns, row: &csv::StringRecord) -> Read {
    let line = row.position().map_or(0, csv::Position::line);
    let mut reader = Reader {
        columns,
        row,
        out: Read {
            reference: String::new(),
            line: i32::try_from(line).unwrap_or(i32::MAX),
            facts: Map::new(),
            notes: Vec::new(),
            usable: true,
        },
    };
    reader.reference(mapping);
    reader.date(mapping);
    for (fact, spelled) in &mapping.texts {
        reader.text(fact, spelled);
    }
    for (fact, spelled) in &mapping.codes {
        reader.code(fact, spelled);
    }
    for (fact, names) in &mapping.counts {
        reader.count(fact, names);
    }
    for (fact, names) in &mapping.degrees {
        reader.degrees(fact, names);
    }
    let facts = &mut reader.out.facts;
    // Half a coordinate is none.
    if facts.get("latitude").is_some_and(Value::is_null) != facts.get("longitude").is_some_and(Value::is_null) {
        for half in ["latitude", "longitude"] {
            facts.insert(half.to_owned(), Value::Null);
        }
        reader.note(None, "", None, "COORDINATES_IN_PAIRS", "half a coordinate was left out");
    }
    reader.out.facts.insert("source".to_owned(), mapping.source.clone().into());
    reader.out.facts.insert("sourceReference".to_owned(), reader.out.reference.clone().into());
    reader.out
}

struct Reader<'r> {
    columns: &'r Columns,
    row: &'r csv::StringRecord,
    out: Read,
}

impl<'r> Reader<'r> {
    /// The value of the first of some columns, without blanks at its ends; a note where it had some.
    fn cell<'n>(&mut self, names: &'n [String]) -> Option<(&'n str, &'r str)> {
        let (name, at) = self.columns.first(names)?;
        let raw = self.row.get(at).unwrap_or_default();
        let value = raw.trim();
        if value.len() != raw.len() && !value.is_empty() {
            self.note(Some(name), raw, Some(value), "BLANKS_TRIMMED", "blanks at the ends were taken away");
        }
        Some((name, value)).filter(|(_, value)| !value.is_empty())
    }

    fn note(
        &mut self,
        column: Option<&str>,
        value: &str,
        became: Option<&str>,
        rule: &str,
        message: impl Into<String>,
    ) {
        self.out.notes.push(ImportNote {
            line: self.out.line,
            column: column.map(str::to_owned),
            value: column.map(|_| value.to_owned()),
            became: became.map(str::to_owned),
            rule: rule.to_owned(),
            message: message.into(),
        });
    }

    fn set(&mut self, fact: &str, value: impl Into<Value>) {
        self.out.facts.insert(fact.to_owned(), value.into());
    }

    fn reference(&mut self, mapping: &Mapping) {
        match self.cell(&mapping.reference) {
            Some((_, reference)) if Title::new(reference).is_ok() => reference.clone_into(&mut self.out.reference),
            _ => {
                self.out.usable = false;
                self.note(
                    None,
                    "",
                    None,
                    "REFERENCE_IS_NEEDED",
                    "a row without its key in the source cannot be told from another",
                );
            }
        }
    }

    /// Year, month and day, as far as they are known: never the first of January for want of a day.
    fn date(&mut self, mapping: &Mapping) {
        let (year, month, day) = (self.cell(&mapping.year), self.cell(&mapping.month), self.cell(&mapping.day));
        let number = |cell: Option<(&str, &str)>| cell.and_then(|(_, value)| value.parse::<u32>().ok());
        let text = match (number(year), number(month), number(day)) {
            (Some(y), Some(m), Some(d)) => Some(format!("{y:04}-{m:02}-{d:02}")),
            (Some(y), Some(m), None) => Some(format!("{y:04}-{m:02}")),
            (Some(y), None, _) => Some(format!("{y:04}")),
            (None, _, _) => None,
        };
        let Some(text) = text else {
            self.out.usable = false;
            let (column, value) = year.unwrap_or(("Year", ""));
            self.note(Some(column), value, None, "YEAR_IS_NEEDED", "expected a year");
            return;
        };
        for (part, name) in [(month, "month"), (day, "day")] {
            if let Some((column, value)) = part.filter(|(_, value)| value.parse::<u32>().is_err()) {
                self.note(
                    Some(column),
                    value,
                    Some(""),
                    "DATE_PART",
                    format!("expected the number of a {name}; it counts as not known"),
                );
            }
        }
        if month.is_none() && day.is_some() {
            let (column, value) = day.unwrap_or_default();
            self.note(Some(column), value, Some(""), "DATE_PART", "a day without its month counts as not known");
        }
        match PartialDate::new(&text) {
            Ok(date) => self.set("occurredOn", date.as_str()),
            Err(violation) => {
                // The year stands, whatever the rest is.
                let year = text.chars().take(4).collect::<String>();
                let known = PartialDate::new(&year).is_ok();
                self.out.usable &= known;
                let became = known.then_some(year.as_str());
                self.note(Some("date"), &text, became, violation.rule, violation.message);
                self.set("occurredOn", year.as_str());
            }
        }
    }

    fn text(&mut self, fact: &str, spelled: &super::mapping::Spelled) {
        let Some((column, value)) = self.cell(&spelled.columns) else {
            return self.set(fact, Value::Null);
        };
        let meant = spelled.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(value));
        if let Some((_, meant)) = meant {
            self.note(Some(column), value, Some(meant), "SPELLING", "another spelling of a known value");
            return self.set(fact, meant.as_str());
        }
        // NA is Namibia, and XK is Kosovo: codes are text.
        if fact == "country" && CountryCode::new(value).is_err() {
            self.note(
                Some(column),
                value,
                Some(""),
                "ISO_3166_1_ALPHA_2",
                "not a country code; the name of the country stays",
            );
            return self.set(fact, Value::Null);
        }
        self.set(fact, value);
    }

    fn code(&mut self, fact: &str, spelled: &super::mapping::Spelled) {
        let Some((column, value)) = self.cell(&spelled.columns) else {
            return self.set(fact, Value::Null);
        };
        match spelled.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(value)) {
            Some((known, code)) => {
                if known != value {
                    self.note(Some(column), value, Some(code), "SPELLING", "another spelling of a known value");
                }
                self.set(fact, code.as_str());
            }
            None => {
                self.note(
                    Some(column),
                    value,
                    None,
                    "CODE_IS_KNOWN",
                    "the mapping does not know this value; it is left empty",
                );
                self.set(fact, Value::Null);
            }
        }
    }

    fn count(&mut self, fact: &str, names: &[String]) {
        let Some((column, value)) = self.cell(names) else {
            return self.set(fact, Value::Null);
        };
        match value.parse::<u32>().ok().filter(|n| *n <= 100_000) {
            Some(n) => self.set(fact, n),
            None => {
                self.note(Some(column), value, None, "VICTIMS", "expected a number from 0 to 100000; it is left empty");
                self.set(fact, Value::Null);
            }
        }
    }

    fn degrees(&mut self, fact: &str, names: &[String]) {
        let most = if fact == "latitude" { 90.0 } else { 180.0 };
        let Some((column, value)) = self.cell(names) else {
            return self.set(fact, Value::Null);
        };
        match value.parse::<f64>().ok().filter(|degrees| degrees.abs() <= most) {
            Some(degrees) => self.set(fact, degrees),
            None => {
                self.note(
                    Some(column),
                    value,
                    None,
                    "DEGREES",
                    format!("expected degrees from -{most} to {most}; it is left empty"),
                );
                self.set(fact, Value::Null);
            }
        }
    }
}
