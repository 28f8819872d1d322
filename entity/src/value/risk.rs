use async_graphql::{Enum, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use sea_orm::{DeriveActiveEnum, DeriveValueType, EnumIter};
use serde::{Deserialize, Serialize};

use super::Violation;

macro_rules! five_point_scale {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType,
        )]
        pub struct $name(i16);

        impl $name {
            /// The points of the scale, 1 to 5.
            pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

            /// Checks the range.
            pub fn new(point: i64) -> Result<Self, Violation> {
                match i16::try_from(point) {
                    Ok(point @ 1..=5) => Ok(Self(point)),
                    _ => Err(Violation {
                        rule: "FIVE_POINT_SCALE",
                        message: format!("expected a whole number from 1 to 5, found {point}"),
                    }),
                }
            }

            /// 1 to 5.
            pub const fn get(self) -> i16 {
                self.0
            }

            pub(super) fn check(value: &Value) -> Result<(), Violation> {
                match value {
                    Value::Number(n) if n.is_i64() => Self::new(n.as_i64().unwrap_or_default()).map(|_| ()),
                    _ => Err(Violation {
                        rule: "FIVE_POINT_SCALE",
                        message: "expected a whole number from 1 to 5".to_owned(),
                    }),
                }
            }
        }

        $(#[doc = $doc])+
        #[Scalar]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                match &value {
                    Value::Number(n) if n.is_i64() => Self::new(n.as_i64().unwrap_or_default())
                        .map_err(|v| InputValueError::custom(v.message)),
                    _ => Err(InputValueError::expected_type(value)),
                }
            }

            fn to_value(&self) -> Value {
                Value::from(self.0)
            }
        }
    };
}

five_point_scale! {
    /// How likely the event is, a whole number: 1 very unlikely, 2 unlikely, 3 moderately likely, 4 likely, 5 very likely or imminent ([003] Annex D, table 1).
    Likelihood
}
five_point_scale! {
    /// How much harm the event would do, a whole number: 1 negligible, 2 minor, 3 moderate, 4 severe, 5 critical ([003] Annex D, table 1).
    Impact
}
five_point_scale! {
    /// A whole number from 1 (very low) to 5 (very high).
    Scale
}

/// Band of a risk, computed by the server from likelihood and impact, never sent by a client ([003] Annex D, table 1).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RiskLevel {
    /// Score 1.
    Negligible,
    /// Score 2 to 5.
    Low,
    /// Score 6 to 10.
    Medium,
    /// Score 12 to 16.
    High,
    /// Score 20 to 25; called very high in Saving Lives Together.
    Critical,
}

impl RiskLevel {
    /// Position from 1 (negligible) to 5 (critical), for sorting.
    pub const fn rank(self) -> i16 {
        self as i16 + 1
    }
}

/// What can be done with a risk: accept, control, avoid or transfer ([003] Annex D, step 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strategy {
    /// Live with the risk as it stands, knowingly.
    Accept,
    /// Lower the likelihood by prevention, the impact by mitigation, or both.
    Control,
    /// Keep the target away from the threat for a time.
    Avoid,
    /// Pass the risk to others by insurance or by sub-contract; passing it to a partner needs that partner's consent.
    Transfer,
}

impl Strategy {
    /// The word as it stands in the printed table.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Accept => "Accept",
            Self::Control => "Control",
            Self::Avoid => "Avoid",
            Self::Transfer => "Transfer",
        }
    }
}
