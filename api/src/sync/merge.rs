//! Three-way merge of one write, field by field. Pure.

use serde_json::{Map, Value};

/// What became of a write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merged {
    /// Fields that the device changed and nobody else did.
    pub changes: Map<String, Value>,
    /// Fields that the device changed and somebody else too: theirs stand, these lose.
    pub losing: Map<String, Value>,
    /// Whether some of the losing fields are held back from the person: they stay as they are, unseen.
    pub held_back: bool,
    /// Whether the device must be told what the document is now, although everything was taken.
    pub tell: bool,
}

/// Compares the state on the device with the state it built on and with the state here, over the fields that belong to
/// the client. A field that the device did not send, or did not change while it is held back from it, stays (S13).
pub fn three_way(
    writes: &[&str],
    current: &Map<String, Value>,
    assumed: Option<&Map<String, Value>>,
    new: &Map<String, Value>,
) -> Merged {
    let redacted = current.get("redactions").and_then(Value::as_str).unwrap_or_default();
    let mut merged = Merged::default();
    for (field, value) in new {
        if !writes.contains(&field.as_str()) {
            continue;
        }
        if redacted.split(',').any(|held_back| held_back == field) {
            // Written over what is not shown: not taken, and not lost either.
            let before = assumed.and_then(|assumed| assumed.get(field)).unwrap_or(&Value::Null);
            if !same(before, value) && !value.is_null() {
                merged.held_back = true;
                merged.losing.insert(field.clone(), value.clone());
            }
            continue;
        }
        let here = current.get(field).unwrap_or(&Value::Null);
        if same(here, value) {
            continue;
        }
        // What the device knew of and did not hold was empty there.
        match assumed.map(|assumed| assumed.get(field).unwrap_or(&Value::Null)) {
            // The device left it alone: what somebody else wrote stands.
            Some(before) if same(before, value) => {}
            Some(before) if same(before, here) => drop(merged.changes.insert(field.clone(), value.clone())),
            // Built on something else, or on nothing that we know.
            _ => drop(merged.losing.insert(field.clone(), value.clone())),
        }
    }
    merged
}

/// Equal, or two spellings of one moment or one number.
fn same(a: &Value, b: &Value) -> bool {
    let moment = |value: &Value| {
        value.as_str().filter(|text| text.len() >= 20).and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok())
    };
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::String(a), Value::String(b)) if a.trim() == b.trim() => true,
        (Value::String(_), Value::String(_)) => moment(a).is_some_and(|at| moment(b) == Some(at)),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(current: Value, assumed: Value, new: Value) -> (Value, Value) {
        let map = |value: &Value| value.as_object().cloned();
        let merged = three_way(&["a", "b"], &map(&current).unwrap(), map(&assumed).as_ref(), &map(&new).unwrap());
        (Value::Object(merged.changes), Value::Object(merged.losing))
    }

    #[test]
    fn a_field_that_one_side_changed_is_merged_and_one_that_both_changed_is_lost_to_the_device() {
        let base = json!({ "a": 1, "b": 1 });
        let none = json!({});
        assert_eq!(
            merged(json!({ "a": 1, "b": 2 }), base.clone(), json!({ "a": 3, "b": 1 })),
            (json!({ "a": 3 }), none.clone())
        );
        assert_eq!(
            merged(json!({ "a": 2, "b": 1 }), base.clone(), json!({ "a": 3, "b": 1 })),
            (none.clone(), json!({ "a": 3 }))
        );
        assert_eq!(
            merged(json!({ "a": 3, "b": 1 }), base.clone(), json!({ "a": 3, "b": 1 })),
            (none.clone(), none.clone())
        );
        assert_eq!(merged(base.clone(), base.clone(), json!({ "a": null })), (json!({ "a": null }), none.clone()));
        // A field that was empty on both sides is set; one that somebody else has set meanwhile is not.
        assert_eq!(merged(json!({ "a": null }), none.clone(), json!({ "a": 3 })), (json!({ "a": 3 }), none.clone()));
        assert_eq!(merged(json!({ "a": 4 }), none.clone(), json!({ "a": 3 })), (none.clone(), json!({ "a": 3 })));
        // Built on nothing: whatever differs loses.
        assert_eq!(merged(base, Value::Null, json!({ "a": 3, "b": 1 })), (none, json!({ "a": 3 })));
    }

    #[test]
    fn what_is_held_back_or_belongs_to_the_server_stays() {
        let current = json!({ "a": null, "b": 1, "c": 1, "redactions": "a,x" });
        assert_eq!(
            merged(current.clone(), json!({ "a": 1, "c": 1 }), json!({ "a": 1, "c": 2 })),
            (json!({}), json!({}))
        );
        assert_eq!(merged(current.clone(), json!({ "a": 1 }), json!({ "a": null })), (json!({}), json!({})));
        // Written over what is not shown: kept for its author.
        assert_eq!(merged(current, json!({}), json!({ "a": 2 })), (json!({}), json!({ "a": 2 })));
    }

    #[test]
    fn spellings_of_one_moment_are_one_value() {
        assert!(same(&json!("2026-05-01T08:00:00Z"), &json!("2026-05-01T10:00:00.000+02:00")));
        assert!(same(&json!(1), &json!(1.0)));
        assert!(!same(&json!("1"), &json!(1)));
    }
}
