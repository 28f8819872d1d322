use std::borrow::Cow;

use async_graphql::{InputType, InputValueError, InputValueResult, Value};

/// A field of an update: absent keeps, `null` clears, a value sets.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The field was not sent: leave the stored value.
    #[default]
    Keep,
    /// `null` was sent: remove the stored value.
    Clear,
    /// A value was sent: store it.
    Set(T),
}

impl<T> Patch<T> {
    /// Applies to a column that may be empty.
    pub fn apply(self, to: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *to = None,
            Self::Set(value) => *to = Some(value),
        }
    }

    /// Applies to a column that always has a value; answers false where the caller tried to clear it.
    #[must_use]
    pub fn apply_required(self, to: &mut T) -> bool {
        match self {
            Self::Keep => true,
            Self::Clear => false,
            Self::Set(value) => {
                *to = value;
                true
            }
        }
    }
}

impl<T: InputType> InputType for Patch<T> {
    type RawValueType = T::RawValueType;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::type_name().to_string()
    }

    fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
        T::create_type_info(registry);
        T::type_name().to_string()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            None => Ok(Self::Keep),
            Some(Value::Null) => Ok(Self::Clear),
            Some(value) => T::parse(Some(value)).map(Self::Set).map_err(InputValueError::propagate),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Set(value) => value.to_value(),
            Self::Keep | Self::Clear => Value::Null,
        }
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        match self {
            Self::Set(value) => value.as_raw_value(),
            Self::Keep | Self::Clear => None,
        }
    }
}
