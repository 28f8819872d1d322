use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};

use super::Violation;

/// A calendar date without a time, such as 2026-05-01 (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
pub struct Date(NaiveDate);

impl Date {
    /// Reads year, month and day, all of them with their zeros.
    pub fn new(text: &str) -> Result<Self, Violation> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| date.to_string() == text);
        date.map(Self).ok_or_else(|| Violation {
            rule: "ISO_8601_DATE",
            message: "expected a calendar date such as 2026-05-01".to_owned(),
        })
    }

    /// The day of a moment, in UTC.
    pub fn of(at: DateTime<Utc>) -> Self {
        Self(at.date_naive())
    }

    /// So many days later.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0 + TimeDelta::days(i64::from(days)))
    }

    /// The last moment of the day, in UTC.
    pub fn end(self) -> DateTime<Utc> {
        self.0.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1) - TimeDelta::seconds(1)
    }

    pub(super) fn check(value: &Value) -> Result<(), Violation> {
        match value {
            Value::String(text) => Self::new(text).map(|_| ()),
            _ => Self::new("").map(|_| ()),
        }
    }
}

// Part of a key that is never generated.
impl TryFromU64 for Date {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("Date"))
    }
}

/// A calendar date without a time, such as 2026-05-01 (ISO 8601).
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Self::new(text).map_err(|v| InputValueError::custom(v.message)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
