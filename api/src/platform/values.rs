//! Checks the arguments of root fields against the value types, before anything runs: each problem with
//! its field, all of them at once.

use std::collections::HashMap;

use async_graphql::{Name, Variables};
use async_graphql_parser::types::{BaseType, Type};
use async_graphql_value::{ConstValue, Value};
use entity::value::CHECKS;

use super::{error::Error, sdl::TypeMap};

/// Adds a problem for each value that breaks the rule of its type. What the schema itself refuses (missing,
/// unknown or of another shape) is left to validation.
pub(super) fn check<'v>(
    types: &TypeMap,
    arguments: &HashMap<String, Type>,
    given: impl Iterator<Item = (&'v Name, &'v Value)>,
    variables: &Variables,
    problems: &mut Vec<Error>,
) {
    for (name, value) in given {
        let Some(ty) = arguments.get(name.as_str()) else {
            continue;
        };
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
