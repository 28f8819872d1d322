use std::{borrow::Cow, fmt, str::FromStr};

use async_graphql::{InputType, InputValueError, InputValueResult, OutputType, Value};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Violation;

/// Stable id of a record: a UUID (version 7 when made here), written as text. GraphQL type `ID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
pub struct Id(pub Uuid);

impl Id {
    /// The id that stands for "no record": subject of the network space.
    pub const NIL: Self = Self(Uuid::nil());

    pub(super) fn check(value: &Value) -> Result<(), Violation> {
        parse(value).map(|_| ()).ok_or_else(|| Violation {
            rule: "ID_IS_A_UUID",
            message: "an id is a UUID such as 01920000-0000-7000-8000-000000000001".to_owned(),
        })
    }
}

fn parse(value: &Value) -> Option<Id> {
    match value {
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

impl FromStr for Id {
    type Err = uuid::Error;

    /// Only the hyphenated form counts, so that one record has one spelling.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 36 { Uuid::try_parse(text).map(Self) } else { Uuid::try_parse("").map(Self) }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

// By hand, because GraphQL's own `ID` is the type clients expect, and its Rust type is foreign.
impl InputType for Id {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("ID")
    }

    fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
        <async_graphql::ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        value
            .as_ref()
            .and_then(parse)
            .ok_or_else(|| InputValueError::custom("an id is a UUID such as 01920000-0000-7000-8000-000000000001"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }
}

impl OutputType for Id {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("ID")
    }

    fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
        <async_graphql::ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &async_graphql::ContextSelectionSet<'_>,
        _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
    ) -> async_graphql::ServerResult<Value> {
        Ok(Value::String(self.to_string()))
    }
}

impl sea_orm::TryFromU64 for Id {
    /// Ids are never handed out by the database.
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Id"))
    }
}
