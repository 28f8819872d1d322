use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDate;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use super::Violation;

/// A date as precisely as it is known: 2024, 2024-03 or 2024-03-07 (ISO 8601 with reduced precision). Sorts as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
pub struct PartialDate(String);

impl PartialDate {
    /// Reads a year, a month or a day, each with its zeros.
    pub fn new(text: &str) -> Result<Self, Violation> {
        let whole = match text.len() {
            4 => format!("{text}-01-01"),
            7 => format!("{text}-01"),
            _ => text.to_owned(),
        };
        let read = NaiveDate::parse_from_str(&whole, "%Y-%m-%d").ok().filter(|date| date.to_string() == whole);
        match read {
            Some(_) if matches!(text.len(), 4 | 7 | 10) => Ok(Self(text.to_owned())),
            _ => Err(Violation {
                rule: "ISO_8601_PARTIAL_DATE",
                message: "expected a year, a month or a day, such as 2024, 2024-03 or 2024-03-07".to_owned(),
            }),
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same without its day.
    #[must_use]
    pub fn to_month(&self) -> Self {
        Self(self.0.chars().take(7).collect())
    }

    /// The year.
    pub fn year(&self) -> &str {
        self.0.get(..4).unwrap_or_default()
    }

    pub(super) fn check(value: &Value) -> Result<(), Violation> {
        match value {
            Value::String(text) => Self::new(text).map(|_| ()),
            _ => Self::new("").map(|_| ()),
        }
    }
}

/// A date as precisely as it is known: 2024, 2024-03 or 2024-03-07 (ISO 8601 with reduced precision). Sorts as text.
#[Scalar]
impl ScalarType for PartialDate {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_as_precise_as_it_is_known() {
        for good in ["1997", "1997-02", "2024-02-29"] {
            assert_eq!(PartialDate::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "97", "1997-2", "1997-13", "2023-02-29", "1997-01-01T00", "1997-01-1", "+1997"] {
            assert_eq!(PartialDate::new(bad).unwrap_err().rule, "ISO_8601_PARTIAL_DATE", "{bad}");
        }
        assert_eq!(PartialDate::new("2024-03-07").unwrap().to_month().as_str(), "2024-03");
        assert_eq!(PartialDate::new("2024").unwrap().to_month().as_str(), "2024");
    }
}
