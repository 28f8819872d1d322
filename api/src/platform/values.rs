//! Checks the arguments of root fields against the value types, before anything runs: each problem with
//! its field, all of them at once.

use std::collections::HashMap;

use async_graphql::{Name, Variables};
use async_graphql_parser::types::{BaseType, Type};
use async_graphql_value::{ConstValue, Value};
use entity::value::CHECKS;

use super::{
    error::Error,
    sdl::{ByName, TypeMap, named},
};

/// Adds a problem for each value that breaks the rule of its type. What the schema itself refuses (missing,
/// unknown or of another shape) is left to validation.
pub(super) fn check<'v>(
    types: &TypeMap,
    arguments: &ByName<Type>,
    given: impl Iterator<Item = (&'v Name, &'v Value)>,
    variables: &Variables,
    problems: &mut Vec<Error>,
) {
    for (name, value) in given {
        let Some(ty) = arguments.get(name.as_str()) else {
            continue;
        };
        // The rows of a push are looked at one by one: one of them must not stop the others.
        if is_push(ty) {
            continue;
        }
        let Some(value) = plain(value, variables) else {
            continue;
        };
        // A single `input` argument carries the fields: clients name them without it.
        let path = if name == "input" { String::new() } else { name.to_string() };
        walk(types, ty, &value, &path, problems);
    }
}

/// The value with its variables put in; none where one was not sent.
fn plain(value: &Value, variables: &Variables) -> Option<ConstValue> {
    value.clone().into_const_with(|name| variables.get(&name).cloned().ok_or(())).ok()
}

fn walk(types: &TypeMap, ty: &Type, value: &ConstValue, path: &str, problems: &mut Vec<Error>) {
    match (&ty.base, value) {
        (_, ConstValue::Null) => {}
        (BaseType::List(inner), ConstValue::List(items)) => {
            for (at, item) in items.iter().enumerate() {
                walk(types, inner, item, &format!("{path}[{at}]"), problems);
            }
        }
        (BaseType::List(inner), single) => walk(types, inner, single, path, problems),
        (BaseType::Named(name), value) => {
            if let Some((_, check)) = CHECKS.iter().find(|(scalar, _)| *scalar == name.as_str()) {
                if let Err(violation) = check(value) {
                    problems.push(Error::invalid(path, violation.rule, violation.message));
                }
            } else if let (Some(fields), ConstValue::Object(given)) = (types.input(name.as_str()), value) {
                for (field, value) in given {
                    let Some(ty) = fields.get(field.as_str()) else {
                        continue;
                    };
                    let path = if path.is_empty() { field.to_string() } else { format!("{path}.{field}") };
                    walk(types, ty, value, &path, problems);
                }
            }
        }
    }
}

/// Whether an argument carries the rows of a push.
fn is_push(ty: &Type) -> bool {
    named(ty).ends_with("InputPushRow")
}

/// Values in the rows of a push that are not of the type of their field, or of a field that is not known.
#[derive(Default)]
pub struct Misfits(HashMap<usize, Misfit>);

/// What does not fit of one row.
#[derive(Clone)]
pub struct Misfit {
    /// Why.
    pub error: Error,
    /// The values, as they were sent.
    pub values: serde_json::Map<String, serde_json::Value>,
}

impl Misfits {
    /// What does not fit of a row.
    pub fn of(&self, row: usize) -> Option<Misfit> {
        self.0.get(&row).cloned()
    }

    /// Takes what does not fit out of the rows, so that the others can be taken, and remembers it.
    pub(super) fn take(&mut self, types: &TypeMap, ty: &Type, rows: &mut ConstValue) {
        let (ConstValue::List(rows), Some(parts)) = (rows, types.input(named(ty))) else { return };
        for (at, row) in rows.iter_mut().enumerate() {
            let ConstValue::Object(row) = row else { continue };
            for (part, state) in row.iter_mut() {
                let fields = parts.get(part.as_str()).and_then(|ty| types.input(named(ty)));
                let (Some(fields), ConstValue::Object(state)) = (fields, state) else { continue };
                let wrong: Vec<Name> = state
                    .iter()
                    .filter(|(name, value)| {
                        let missing = **value == ConstValue::Null && matches!(name.as_str(), "id" | "deleted");
                        missing || !fields.get(name.as_str()).is_some_and(|ty| fits(named(ty), value))
                    })
                    .map(|(name, _)| name.clone())
                    .collect();
                for name in wrong {
                    let value = state.shift_remove(&name).and_then(|value| value.into_json().ok()).unwrap_or_default();
                    if part == "newDocumentState" {
                        let known = fields.get(name.as_str()).map(named);
                        let message = known.map_or("there is no such field".to_owned(), |of| format!("expected {of}"));
                        let rule = if known.is_some() { "FIELD_TYPE" } else { "FIELD_IS_KNOWN" };
                        let misfit = self.0.entry(at).or_insert_with(|| Misfit {
                            error: Error::invalid(&name, rule, message),
                            values: serde_json::Map::new(),
                        });
                        misfit.values.insert(name.to_string(), value);
                    }
                }
                // What must be there for the row to be read at all.
                state.entry(Name::new("id")).or_insert_with(|| ConstValue::String(String::new()));
                state.entry(Name::new("deleted")).or_insert(ConstValue::Boolean(false));
            }
        }
    }
}

/// Whether a value is of a type, or empty.
fn fits(ty: &str, value: &ConstValue) -> bool {
    match (ty, value) {
        ("Int", ConstValue::Number(n)) => n.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
        (_, ConstValue::Null)
        | ("String" | "ID", ConstValue::String(_))
        | ("Boolean", ConstValue::Boolean(_))
        | ("Float", ConstValue::Number(_)) => true,
        _ => false,
    }
}
