//! Languages: in which one somebody reads, and what is said in it.
//!
//! English is the language of the program. Every other one is a folder of data: what rules say, and the texts of the
//! catalogues. What is not there yet stays English, and says so.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::{Response, Value};
use entity::value::LanguageTag;
use serde::Deserialize;

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Language(&'static str);

impl Language {
    /// The language of the program.
    pub const ENGLISH: Self = Self("en");

    /// Its tag of BCP 47.
    pub const fn tag(self) -> &'static str {
        self.0
    }

    /// The language of a tag such as `fr-CD`, where the program speaks it.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case(Self::ENGLISH.0) {
            return Some(Self::ENGLISH);
        }
        OTHERS.iter().find(|other| primary.eq_ignore_ascii_case(other.tag)).map(|other| Self(other.tag))
    }

    /// Every language besides English.
    pub(crate) fn others() -> impl Iterator<Item = Self> {
        OTHERS.iter().map(|other| Self(other.tag))
    }

    /// What a rule, a code or a heading says in it.
    pub(crate) fn says(self, key: &str) -> Option<&'static str> {
        RULES.get(&self)?.get(key).map(String::as_str)
    }

    /// The texts of the catalogues in it, file by file.
    pub(crate) fn catalogues(self) -> &'static [&'static str] {
        OTHERS.iter().find(|other| other.tag == self.0).map_or(&[], |other| other.catalogues)
    }
}

/// A language besides English: what rules and codes say, and the catalogues.
struct Other {
    tag: &'static str,
    rules: &'static str,
    catalogues: &'static [&'static str],
}

macro_rules! other {
    ($tag:literal, $($catalogue:literal),*) => {
        Other {
            tag: $tag,
            rules: include_str!(concat!($tag, ".json")),
            catalogues: &[$(include_str!(concat!("../catalogue/data/", $tag, "/", $catalogue, ".json"))),*],
        }
    };
}

static OTHERS: &[Other] = &[other!(
    "fr",
    "principles",
    "framework_elements",
    "questions",
    "indicators",
    "acat",
    "budget_categories",
    "responsibilities",
    "slt_items",
    "information_types",
    "trust_habits",
    "tools"
)];

static RULES: LazyLock<HashMap<Language, HashMap<String, String>>> = LazyLock::new(|| {
    let read = |other: &Other| (Language(other.tag), serde_json::from_str(other.rules).unwrap_or_default());
    OTHERS.iter().map(read).collect()
});

/// In which language somebody wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Nothing was said.
    None,
    /// One that the program speaks.
    Spoken(Language),
    /// One that it does not.
    Unknown,
}

impl Wish {
    /// What the person chose, else what the client asks for (`Accept-Language`).
    pub fn of(chosen: Option<&str>, header: Option<&str>) -> Self {
        if let Some(tag) = chosen {
            return Language::of(tag).map_or(Self::Unknown, Self::Spoken);
        }
        let mut asked: Vec<(&str, f32)> =
            header.into_iter().flat_map(|text| text.split(',')).filter_map(weighed).collect();
        asked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let spoken = |tag: &str| if tag == "*" { Some(Language::ENGLISH) } else { Language::of(tag) };
        match asked.iter().find_map(|(tag, _)| spoken(tag)) {
            Some(language) => Self::Spoken(language),
            None if asked.is_empty() => Self::None,
            None => Self::Unknown,
        }
    }

    /// The language in which is answered.
    pub const fn language(self) -> Language {
        match self {
            Self::Spoken(language) => language,
            Self::None | Self::Unknown => Language::ENGLISH,
        }
    }

    /// Says errors in the language; what is not there in it says in which one it is.
    pub fn translate(self, response: &mut Response) {
        if matches!(self, Self::None | Self::Spoken(Language::ENGLISH)) {
            return;
        }
        for error in &mut response.errors {
            let values = error.extensions.get_or_insert_default();
            let key = |name: &str| match values.get(name) {
                Some(Value::String(key)) => self.language().says(key),
                _ => None,
            };
            // What breaks a rule that is not said here is not said by its code alone: that would tell less.
            let known = if values.get("rule").is_some() { key("rule") } else { key("code") };
            match known {
                Some(text) => text.clone_into(&mut error.message),
                None => values.set("language", Language::ENGLISH.tag()),
            }
        }
    }
}

/// One part of `Accept-Language`: a tag and how much it is wanted.
fn weighed(part: &str) -> Option<(&str, f32)> {
    let (tag, weight) = part.split_once(';').map_or((part, "q=1"), |(tag, weight)| (tag, weight.trim()));
    let weight: f32 = weight.strip_prefix("q=")?.trim().parse().ok()?;
    let tag = tag.trim();
    (weight > 0.0 && (tag == "*" || LanguageTag::new(&tag.to_ascii_lowercase()).is_ok())).then_some((tag, weight))
}

/// The texts of one catalogue in another language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    /// Which list.
    pub(crate) key: crate::catalogue::CatalogueKey,
    /// Its language.
    pub(crate) language: String,
    /// The version that is said in it.
    pub(crate) version: String,
    /// Title of the list.
    pub(crate) title: String,
    /// Titles of its groups, by code.
    pub(crate) groups: HashMap<String, String>,
    /// Its items, by code.
    pub(crate) items: HashMap<String, ItemTexts>,
}

/// One item in another language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemTexts {
    /// Title.
    pub(crate) title: String,
    /// What it says.
    pub(crate) text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_wanted_most_and_spoken_is_chosen() {
        let french = Wish::Spoken(Language("fr"));
        let english = Wish::Spoken(Language::ENGLISH);
        assert_eq!(Wish::of(None, None), Wish::None);
        assert_eq!(Wish::of(None, Some("fr-CD,fr;q=0.9,en;q=0.8")), french);
        assert_eq!(Wish::of(None, Some("ar, en;q=0.3, fr;q=0.7")), french);
        assert_eq!(Wish::of(None, Some("fr;q=0, *")), english);
        assert_eq!(Wish::of(None, Some("ar")), Wish::Unknown);
        assert_eq!(Wish::of(None, Some(" ;;q=x, ,")), Wish::None);
        assert_eq!(Wish::of(Some("fr"), Some("en")), french);
        assert_eq!(Wish::of(Some("din"), Some("fr")), Wish::Unknown);
    }
}
