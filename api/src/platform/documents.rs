//! Documents that were read lately: apps send the same few, and parsing one costs as much as a small query.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql_parser::types::{ExecutableDocument, OperationType, Selection};

/// Longest text that is kept, bytes.
const LONGEST: usize = 8 << 10;
/// Most text that is kept, of all documents together, bytes. What was read of it takes some ten times as much.
const MOST: usize = 512 << 10;
/// What the smallest document counts for.
const LEAST: usize = 2 << 10;

/// Root fields that ask with their own statement whether the standings that are kept still count (`whole/`), besides those of
/// sync, which read them in their own moment of the database. Any other field sees nothing until somebody asked.
const ASKS_ITSELF: [&str; 9] = [
    "consentRequests",
    "organisation",
    "organisations",
    "partnership",
    "partnerships",
    "person",
    "risk",
    "risks",
    "threats",
];

/// A document that passed the gate before.
pub(super) struct Known {
    pub(super) document: Arc<ExecutableDocument>,
    /// Whether it is one query of one field that asks itself whether standings count.
    pub(super) asks_itself: bool,
}

#[derive(Default)]
struct Texts {
    by_text: HashMap<Box<str>, Arc<Known>>,
    bytes: usize,
}

/// What was read lately.
#[derive(Default)]
pub struct Documents(Mutex<Texts>);

impl Documents {
    pub(super) fn get(&self, text: &str) -> Option<Arc<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_text.get(text).cloned()
    }

    /// Keeps a document of a signed-in caller that passed the gate.
    pub(super) fn keep(&self, text: &str, document: &Arc<ExecutableDocument>) {
        if text.len() > LONGEST {
            return;
        }
        let known = Known { asks_itself: asks_itself(document), document: document.clone() };
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = text.len() + LEAST;
        if texts.bytes + bytes > MOST {
            *texts = Texts::default();
        }
        if texts.by_text.insert(text.into(), Arc::new(known)).is_none() {
            texts.bytes += bytes;
        }
    }
}

fn asks_itself(document: &ExecutableDocument) -> bool {
    let mut operations = document.operations.iter();
    let (Some((_, operation)), None) = (operations.next(), operations.next()) else { return false };
    let [item] = operation.node.selection_set.node.items.as_slice() else { return false };
    let Selection::Field(field) = &item.node else { return false };
    let name = field.node.name.node.as_str();
    operation.node.ty == OperationType::Query
        && (ASKS_ITSELF.contains(&name) || name == "changes" || name.starts_with("pull"))
}
