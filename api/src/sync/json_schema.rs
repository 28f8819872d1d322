//! The JSON schema of a collection, as clients with a document store want it (S21).

use serde_json::{Map, Value, json};

use super::collection::Collection;

/// The schema. Every field but the key may be `null`: a document that was taken back keeps nothing else.
pub fn of(collection: &Collection) -> Value {
    let mut properties = Map::new();
    properties.insert("id".to_owned(), json!({ "type": "string", "maxLength": 36, "description": "Stable id." }));
    for field in &collection.fields {
        let property = json!({ "type": [field.holds.json(), "null"], "description": field.about });
        properties.insert(field.name.clone(), property);
    }
    let redactions = json!({ "type": ["string", "null"], "description": "Fields that are held back from you." });
    properties.insert("redactions".to_owned(), redactions);
    json!({
        "title": collection.name,
        "description": collection.about,
        "version": 0,
        "primaryKey": "id",
        "type": "object",
        "properties": properties,
        "required": ["id"],
    })
}
