//! Answers without a field tree: what was selected is cut out of JSON that is there already.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{Context, Name, SelectionField, Value, indexmap::IndexMap};
use serde_json::Value as Json;

use super::{
    collection::{Collection, Document},
    text::{list, object},
};

/// What is selected, by response key.
#[derive(PartialEq, Eq, Hash)]
pub struct Selected {
    pub(super) key: Name,
    pub(super) name: String,
    pub(super) fields: Vec<Selected>,
}

impl Selected {
    /// The selection of the field that runs.
    pub fn of(ctx: &Context<'_>) -> Vec<Self> {
        Self::among(ctx.field().selection_set())
    }

    /// What is selected below a field, under each of its aliases.
    pub fn below<'s>(selected: &'s [Self], name: &str) -> Vec<&'s [Self]> {
        selected.iter().filter(|field| field.name == name).map(|field| field.fields.as_slice()).collect()
    }

    fn among<'f>(fields: impl Iterator<Item = SelectionField<'f>>) -> Vec<Self> {
        let mut asked: IndexMap<&'f str, Vec<SelectionField<'f>>> = IndexMap::new();
        for field in fields {
            asked.entry(field.alias().unwrap_or(field.name())).or_default().push(field);
        }
        let selected = asked.into_iter().map(|(key, fields)| Self {
            key: Name::new(key),
            name: fields.first().map_or_else(String::new, |field| field.name().to_owned()),
            fields: Self::among(fields.iter().flat_map(SelectionField::selection_set)),
        });
        selected.collect()
    }
}

/// What a stream selects of its items.
#[derive(PartialEq, Eq, Hash)]
pub struct Selection(Vec<Selected>);

impl Selection {
    /// What is selected of an item.
    pub fn fields(&self) -> &[Selected] {
        &self.0
    }

    /// What is selected of its documents, under each alias.
    pub fn documents(&self) -> Vec<&[Selected]> {
        Selected::below(&self.0, "documents")
    }
}

/// Selections of streams that are open: devices of one app ask for the same, thousands of times.
#[derive(Default)]
pub struct Selections(Mutex<HashSet<Arc<Selection>>>);

/// With more selections than this, those that nobody uses any more are let go.
const SELECTIONS: usize = 64;

impl Selections {
    /// The selection, shared with who asked for the same before.
    pub fn shared(&self, selected: Vec<Selected>) -> Arc<Selection> {
        let selected = Selection(selected);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = known.get(&selected) {
            return same.clone();
        }
        if known.len() >= SELECTIONS {
            known.retain(|selected| Arc::strong_count(selected) > 1);
        }
        let selected = Arc::new(selected);
        known.insert(selected.clone());
        selected
    }
}

/// Cuts what is selected out of a value.
pub fn cut(selected: &[Selected], value: Json) -> Value {
    match value {
        Json::Object(mut map) => {
            let mut out = IndexMap::with_capacity(selected.len());
            for (at, field) in selected.iter().enumerate() {
                // Under two aliases it is needed twice.
                let again = selected.iter().skip(at + 1).any(|later| later.name == field.name);
                let value = if again { map.get(&field.name).cloned() } else { map.remove(&field.name) };
                out.insert(field.key.clone(), cut(&field.fields, value.unwrap_or_default()));
            }
            Value::Object(out)
        }
        Json::Array(items) => Value::List(items.into_iter().map(|item| cut(selected, item)).collect()),
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(value),
        Json::Number(value) => Value::Number(value),
        Json::String(value) => Value::String(value),
    }
}

/// The same as JSON text.
pub fn cut_text(selected: &[Selected], value: Json) -> String {
    serde_json::to_string(&cut(selected, value)).unwrap_or_else(|_| "null".to_owned())
}

/// A document as it is sent: of one that the reader does not see only the id.
pub fn sent(collection: &Collection, document: Document) -> Json {
    let deleted = document.fields.is_none();
    let mut out = document.fields.unwrap_or_default();
    out.insert("id".to_owned(), document.id.into());
    out.insert("deleted".to_owned(), deleted.into());
    out.insert("__typename".to_owned(), format!("{}Document", collection.prefix).into());
    Json::Object(out)
}

/// Documents with the checkpoint behind them, as text: for each document its texts, one for each selection of documents.
pub fn bulk(collection: &Collection, selected: &[Selected], documents: &[&[String]], cursor: &str) -> String {
    let prefix = &collection.prefix;
    let mut aliases = 0;
    object(selected, |field, json| match field.name.as_str() {
        "documents" => {
            list(json, documents.iter().filter_map(|texts| texts.get(aliases)).map(String::as_str));
            aliases += 1;
        }
        "checkpoint" => {
            let checkpoint = object(&field.fields, |field, json| match field.name.as_str() {
                // A device gets back what it sent, whatever that was.
                "cursor" => json.push_str(&Json::from(cursor).to_string()),
                _ => json.push_str(&format!("\"{prefix}Checkpoint\"")),
            });
            json.push_str(&checkpoint);
        }
        _ => json.push_str(&format!("\"{prefix}PullBulk\"")),
    })
}
