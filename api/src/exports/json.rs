use serde_json::{Map, Value, json};

use super::Export;
use crate::platform::error::{Error, Result};

/// The tables for programs: each row an array in the order of the columns.
pub(super) fn write(export: &Export) -> Result<Vec<u8>> {
    let tables: Map<String, Value> = export
        .tables
        .iter()
        .map(|table| {
            let value = json!({ "title": table.title, "columns": table.columns, "rows": table.rows });
            (table.name.to_owned(), value)
        })
        .collect();
    let facts: Vec<Value> = export.facts.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let out = json!({ "title": export.title, "language": export.language.tag(), "facts": facts, "tables": tables });
    serde_json::to_vec(&out).map_err(|e| Error::internal(e.to_string()))
}
