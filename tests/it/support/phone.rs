use std::collections::BTreeMap;

use safepact::sync::collections;
use serde_json::{Map, Value, json};

use super::{Answer, World};

/// A device that keeps one collection as the common client does: documents, and an opaque checkpoint.
#[derive(Clone)]
pub struct Phone {
    pub who: &'static str,
    collection: &'static str,
    /// What it holds, by id.
    pub documents: BTreeMap<String, Map<String, Value>>,
    /// What it assumes that the server has, by id.
    pub assumed: BTreeMap<String, Map<String, Value>>,
    pub cursor: Value,
}

fn prefix(collection: &str) -> String {
    collections::named(collection).unwrap().prefix.clone()
}

/// Every field of a document.
pub fn fields(collection: &str) -> String {
    let fields = &collections::named(collection).unwrap().fields;
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    format!("id deleted redactions {}", names.join(" "))
}

impl Phone {
    pub fn new(who: &'static str, collection: &'static str) -> Self {
        Self { who, collection, documents: BTreeMap::new(), assumed: BTreeMap::new(), cursor: Value::Null }
    }

    /// One page, as it was answered.
    pub async fn page(&self, w: &World, limit: usize) -> Answer {
        let (x, fields) = (prefix(self.collection), fields(self.collection));
        let query = format!(
            "query($checkpoint: {x}InputCheckpoint, $limit: Int!) {{ page: pull{x}(checkpoint: $checkpoint, limit: $limit) \
             {{ documents {{ {fields} }} checkpoint {{ cursor }} }} }}"
        );
        let checkpoint = if self.cursor.is_null() { Value::Null } else { json!({ "cursor": self.cursor }) };
        w.ask(self.who, &query, json!({ "checkpoint": checkpoint, "limit": limit })).await
    }

    /// Takes documents as they came; answers with their ids.
    pub fn take(&mut self, documents: &Value) -> Vec<(String, bool)> {
        let mut ids = Vec::new();
        for document in documents.as_array().unwrap() {
            let document = document.as_object().unwrap();
            let id = document["id"].as_str().unwrap().to_owned();
            let gone = document["deleted"] == true;
            if gone {
                let content: Vec<_> = document
                    .iter()
                    .filter(|(name, value)| !matches!(name.as_str(), "id" | "deleted") && !value.is_null())
                    .collect();
                assert!(content.is_empty(), "a tombstone says nothing: {content:?}");
                self.documents.remove(&id);
                self.assumed.remove(&id);
            } else {
                self.documents.insert(id.clone(), document.clone());
                self.assumed.insert(id.clone(), document.clone());
            }
            ids.push((id, gone));
        }
        ids
    }

    /// Pulls until nothing more comes; answers with what came.
    pub async fn sync(&mut self, w: &World) -> Vec<(String, bool)> {
        self.sync_by(w, 100).await
    }

    /// The same in pages of so many.
    pub async fn sync_by(&mut self, w: &World, limit: usize) -> Vec<(String, bool)> {
        let mut all = Vec::new();
        loop {
            let page = self.page(w, limit).await;
            let came = self.take(&page.at("/page/documents"));
            assert!(came.len() <= limit, "a page of {limit} has {}", came.len());
            self.cursor = page.at("/page/checkpoint/cursor");
            let short = came.len() < limit;
            all.extend(came);
            if short {
                return all;
            }
        }
    }

    /// Sends rows as they are.
    pub async fn push_rows(&self, w: &World, rows: Value) -> Answer {
        let (x, fields, c) = (prefix(self.collection), fields(self.collection), self.collection);
        let query =
            format!("mutation($rows: [{x}InputPushRow!]) {{ push: push{x}({c}PushRow: $rows) {{ {fields} }} }}");
        w.ask(self.who, &query, json!({ "rows": rows })).await
    }

    /// A row for a document as it is on the device.
    pub fn row(&self, id: &str) -> Value {
        let mut row = json!({ "newDocumentState": self.documents[id] });
        if let Some(assumed) = self.assumed.get(id) {
            row["assumedMasterState"] = json!(assumed);
        }
        row
    }

    /// Writes a new document on the device.
    pub fn write(&mut self, id: &str, fields: Value) {
        let mut document = fields.as_object().unwrap().clone();
        document.insert("id".to_owned(), id.into());
        document.insert("deleted".to_owned(), false.into());
        self.documents.insert(id.to_owned(), document);
    }

    /// Changes a field on the device.
    pub fn edit(&mut self, id: &str, field: &str, value: impl Into<Value>) {
        self.documents.get_mut(id).unwrap().insert(field.to_owned(), value.into());
    }

    /// Pushes documents, and takes what comes back.
    pub async fn push(&mut self, w: &World, ids: &[&str]) -> Vec<(String, bool)> {
        let rows: Vec<Value> = ids.iter().map(|id| self.row(id)).collect();
        let answer = self.push_rows(w, json!(rows)).await;
        for id in ids {
            self.assumed.insert((*id).to_owned(), self.documents[*id].clone());
        }
        self.take(&answer.at("/push"))
    }
}
