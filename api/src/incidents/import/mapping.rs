//! Which column of a file becomes which fact. Data with a version: public exports drift from year to year.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A mapping of columns to facts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Its name.
    pub name: String,
    /// Its version: the edition of the file that it was written for.
    pub version: String,
    /// What the imported incidents name as their source.
    pub source: String,
    /// What it is for.
    pub about: String,
    /// Columns with the key of an incident in the source; the first that the file has counts, here and below.
    pub reference: Vec<String>,
    /// Columns with the year.
    pub year: Vec<String>,
    /// Columns with the month.
    pub month: Vec<String>,
    /// Columns with the day.
    pub day: Vec<String>,
    /// Facts that are text.
    pub texts: BTreeMap<String, Spelled>,
    /// Facts that are numbers of people.
    pub counts: BTreeMap<String, Vec<String>>,
    /// Facts that are degrees.
    pub degrees: BTreeMap<String, Vec<String>>,
    /// Facts that are codes; their values are compared without regard to case and to blanks at the ends.
    pub codes: BTreeMap<String, Spelled>,
    /// Columns that are left alone, because they follow from others.
    #[serde(default)]
    pub ignored: Vec<String>,
}

/// Columns, and what their values mean here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spelled {
    /// The columns.
    pub columns: Vec<String>,
    /// Values and what they become; of texts, what is not listed stays as it is.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// The mappings that come with the program.
const KNOWN: &[&str] = &[include_str!("mappings/aid-worker-incidents.json")];

/// Every mapping that comes with the program.
pub fn known() -> anyhow::Result<Vec<Mapping>> {
    KNOWN.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
}

/// A mapping by its name.
pub fn named(name: &str) -> Option<Mapping> {
    known().ok()?.into_iter().find(|mapping| mapping.name == name)
}

/// Where the columns of a file stand.
pub(super) struct Columns(BTreeMap<String, usize>);

impl Columns {
    pub(super) fn of(header: &csv::StringRecord) -> Self {
        Self(
            header
                .iter()
                .enumerate()
                .map(|(at, name)| (name.trim_start_matches('\u{feff}').trim().to_owned(), at))
                .collect(),
        )
    }

    /// The first of some columns that the file has.
    pub(super) fn first<'n>(&self, names: &'n [String]) -> Option<(&'n str, usize)> {
        names.iter().find_map(|name| Some((name.as_str(), *self.0.get(name)?)))
    }

    /// Columns that the mapping does not speak of.
    pub(super) fn unknown(&self, mapping: &Mapping) -> Vec<String> {
        let texts = mapping.texts.values().chain(mapping.codes.values()).flat_map(|spelled| &spelled.columns);
        let numbers = mapping.counts.values().chain(mapping.degrees.values()).flatten();
        let plain = [&mapping.reference, &mapping.year, &mapping.month, &mapping.day, &mapping.ignored];
        let spoken: Vec<&String> = texts.chain(numbers).chain(plain.into_iter().flatten()).collect();
        self.0.keys().filter(|name| !spoken.contains(name)).cloned().collect()
    }
}
