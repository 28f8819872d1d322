use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::Violation;

fn violation(rule: &'static str, message: impl Into<String>) -> Violation {
    Violation { rule, message: message.into() }
}

/// Unicode NFC, trimmed, without control characters (line breaks only where allowed).
fn clean(text: &str, longest: usize, lines: bool) -> Result<String, Violation> {
    let text = text.trim();
    let text: String = if is_nfc(text) { text.to_owned() } else { text.nfc().collect() };
    if text.is_empty() {
        return Err(violation("NOT_EMPTY", "expected some text, found none"));
    }
    let length = text.chars().count();
    if length > longest {
        return Err(violation("TEXT_LENGTH", format!("expected at most {longest} characters, found {length}")));
    }
    // Bidirectional overrides can make a name read as another one: refused with the control characters.
    let forbidden = |c: char| {
        (c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t')))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.chars().any(forbidden) {
        return Err(violation(
            "NO_CONTROL_CHARACTERS",
            "control characters and direction overrides are not allowed here",
        ));
    }
    Ok(text)
}

fn country(text: &str) -> Result<String, Violation> {
    // XK is user-assigned in ISO 3166-1, and in daily use for Kosovo by the UN system and the EU.
    if text == "XK" || rust_iso3166::from_alpha2(text).is_some() {
        Ok(text.to_owned())
    } else {
        Err(violation("ISO_3166_1_ALPHA_2", "expected two capital letters of ISO 3166-1, such as KE"))
    }
}

fn language(text: &str) -> Result<String, Violation> {
    let mut parts = text.split('-');
    let primary = parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_lowercase()));
    let rest = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if primary && rest && text.len() <= 35 {
        Ok(text.to_owned())
    } else {
        Err(violation("BCP_47", "expected a language tag of BCP 47, such as en or fr-CD"))
    }
}

fn languages(text: &str) -> Result<String, Violation> {
    let tags: Vec<&str> = text.split_whitespace().collect();
    if tags.is_empty() || tags.len() > 10 || tags.iter().any(|tag| language(tag).is_err()) {
        return Err(violation(
            "BCP_47",
            "expected 1 to 10 language tags of BCP 47 with spaces between them, such as en fr",
        ));
    }
    Ok(tags.join(" "))
}

/// What may show that something is present, in the order in which it is written (`[001]` Joint SRM review, step 4).
const EVIDENCE: [&str; 3] = ["DOCUMENTED", "MANAGER_CONFIRMS", "STAFF_AGREE"];

fn evidence(text: &str) -> Result<String, Violation> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() || words.iter().any(|word| !EVIDENCE.contains(word)) {
        return Err(violation(
            "EVIDENCE_KINDS",
            "expected some of DOCUMENTED, MANAGER_CONFIRMS and STAFF_AGREE with spaces between them",
        ));
    }
    let named = EVIDENCE.into_iter().filter(|kind| words.contains(kind));
    Ok(named.collect::<Vec<_>>().join(" "))
}

fn hash(text: &str) -> Result<String, Violation> {
    if text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        Ok(text.to_owned())
    } else {
        Err(violation("SHA_256_HEX", "expected 64 lower-case hexadecimal digits"))
    }
}

macro_rules! text_value {
    ($(#[doc = $doc:literal])+ $name:ident, |$text:ident| $clean:expr) => {
        $(#[doc = $doc])+
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType,
        )]
        pub struct $name(String);

        impl $name {
            /// Checks and normalises.
            pub fn new($text: &str) -> Result<Self, Violation> {
                $clean.map(Self)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub(super) fn check(value: &Value) -> Result<(), Violation> {
                match value {
                    Value::String(text) => Self::new(text).map(|_| ()),
                    _ => Err(violation("TEXT", "expected text")),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        $(#[doc = $doc])+
        #[Scalar]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                match &value {
                    Value::String(text) => Self::new(text).map_err(|v| InputValueError::custom(v.message)),
                    _ => Err(InputValueError::expected_type(value)),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    };
}

text_value! {
    /// One line of text, 1 to 200 characters, Unicode NFC, without control characters.
    Title, |text| clean(text, 200, false)
}
text_value! {
    /// Text of 1 to 8000 characters, line breaks allowed, Unicode NFC, without other control characters.
    Text, |text| clean(text, 8000, true)
}
text_value! {
    /// A country: ISO 3166-1 alpha-2 in capitals, such as KE; XK is accepted for Kosovo.
    CountryCode, |text| country(text)
}
text_value! {
    /// A language tag of BCP 47, such as en or fr-CD.
    LanguageTag, |text| language(text)
}
text_value! {
    /// Language tags of BCP 47 with spaces between them, 1 to 10, such as `en fr`.
    LanguageTags, |text| languages(text)
}
text_value! {
    /// Kinds of evidence with spaces between them: `DOCUMENTED` in some way, `MANAGER_CONFIRMS` where whoever is responsible
    /// says so, `STAFF_AGREE` where several of the staff do.
    EvidenceKinds, |text| evidence(text)
}

impl EvidenceKinds {
    /// Whether every one of these kinds is among the shown ones.
    pub fn are_shown_by<'s>(&self, shown: impl Iterator<Item = &'s Self> + Clone) -> bool {
        self.0.split(' ').all(|kind| shown.clone().any(|some| some.0.split(' ').any(|one| one == kind)))
    }
}

text_value! {
    /// SHA-256 of a content, as 64 lower-case hexadecimal digits.
    ContentHash, |text| hash(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_normalised_and_bounded() {
        assert_eq!(Title::new("  Cafe\u{301} ").unwrap().as_str(), "Café");
        assert_eq!(Title::new(" ").unwrap_err().rule, "NOT_EMPTY");
        assert_eq!(Title::new("a\nb").unwrap_err().rule, "NO_CONTROL_CHARACTERS");
        assert_eq!(Title::new("a\u{202e}b").unwrap_err().rule, "NO_CONTROL_CHARACTERS");
        assert_eq!(Title::new(&"x".repeat(201)).unwrap_err().rule, "TEXT_LENGTH");
        assert!(Text::new("a\nb").is_ok());
    }

    #[test]
    fn codes_are_checked() {
        assert!(CountryCode::new("KE").is_ok());
        assert!(CountryCode::new("XK").is_ok());
        assert_eq!(CountryCode::new("ke").unwrap_err().rule, "ISO_3166_1_ALPHA_2");
        assert!(LanguageTag::new("fr-CD").is_ok());
        assert_eq!(LanguageTag::new("FR").unwrap_err().rule, "BCP_47");
        assert_eq!(ContentHash::new("abc").unwrap_err().rule, "SHA_256_HEX");
    }
}
