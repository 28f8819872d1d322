//! Documents that were read lately: apps send the same few, and parsing one costs as much as a small query.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use async_graphql_parser::types::{BaseType, ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql_value::Value;
use entity::{Id, Right};

use super::{
    gate::Incoming,
    whole::{Plan, Wordings},
};

/// Longest text that is kept, bytes.
const LONGEST: usize = 8 << 10;
/// Most text that is kept, of all documents together, bytes. What was read of it, and the statements that ask for it, take some ten
/// times as much.
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
    /// Where it asks for one record by its id, and nothing else about it changes from time to time.
    by_id: Option<ById>,
}

/// A document that asks for one record by the id in its only variable.
struct ById {
    operation: Option<String>,
    variable: String,
    /// `"key":` of its field.
    key: String,
    about: About,
    /// What is asked of the record: known once it was answered whole.
    plan: OnceLock<Arc<Plan>>,
    /// The statements that ask for it.
    wordings: Wordings,
}

/// What the gate found of a document.
#[derive(Clone, Debug)]
pub struct About {
    /// Root fields.
    pub fields: String,
    /// Rights of the root fields.
    pub rights: String,
    /// What it costs by the table of limits.
    pub cost: usize,
}

/// A question that was answered before, for another record perhaps: it passed the gate, it was valid, and what it asks for is
/// known. What is left is whether the caller has the right, and what they see.
pub struct Again {
    known: Arc<Known>,
    /// The record.
    pub id: Id,
    /// The right of its field.
    pub right: Right,
}

impl Again {
    fn by_id(&self) -> Option<&ById> {
        self.known.by_id.as_ref()
    }

    /// `"key":` of its field.
    pub fn key(&self) -> &str {
        self.by_id().map_or("", |by_id| by_id.key.as_str())
    }

    /// What the gate found of it.
    pub fn about(&self) -> Option<&About> {
        self.by_id().map(|by_id| &by_id.about)
    }

    /// What is asked of the record, and the statements that ask for it.
    pub(super) fn plan(&self) -> Option<(&Plan, &Wordings)> {
        let by_id = self.by_id()?;
        by_id.plan.get().map(|plan| (plan.as_ref(), &by_id.wordings))
    }
}

impl Known {
    /// Remembers what is asked of the record.
    pub(super) fn learn(&self, plan: &Arc<Plan>) {
        if let Some(by_id) = &self.by_id {
            by_id.plan.get_or_init(|| plan.clone());
        }
    }

    /// The question of a request, where all of it is known.
    pub(super) fn again(
        self: Arc<Self>,
        incoming: &Incoming,
        right: impl FnOnce(&str) -> Option<Right>,
    ) -> Option<Again> {
        let by_id = self.by_id.as_ref().filter(|by_id| by_id.plan.get().is_some())?;
        if incoming.operation_name.is_some() && incoming.operation_name != by_id.operation {
            return None;
        }
        let variables = incoming.variables.as_object().filter(|variables| variables.len() == 1)?;
        let id = variables.get(&by_id.variable)?.as_str()?.parse().ok()?;
        let right = right(&by_id.about.fields)?;
        Some(Again { known: self, id, right })
    }
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
    pub(super) fn keep(&self, text: &str, document: &Arc<ExecutableDocument>, about: About) -> Option<Arc<Known>> {
        if text.len() > LONGEST {
            return None;
        }
        let asks_itself = asks_itself(document);
        let by_id = if asks_itself { by_id(document, about) } else { None };
        let known = Arc::new(Known { asks_itself, by_id, document: document.clone() });
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = text.len() + LEAST;
        if texts.bytes + bytes > MOST {
            *texts = Texts::default();
        }
        if texts.by_text.insert(text.into(), known.clone()).is_none() {
            texts.bytes += bytes;
        }
        Some(known)
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

/// Looks for the only variable of a document, which must be the id of its field, and for nothing that decides while it runs.
fn by_id(document: &ExecutableDocument, about: About) -> Option<ById> {
    let (name, operation) = document.operations.iter().next()?;
    let operation = &operation.node;
    let [variable] = operation.variable_definitions.as_slice() else { return None };
    let variable = &variable.node;
    let ty = &variable.var_type.node;
    let is_id = !ty.nullable && matches!(&ty.base, BaseType::Named(name) if name == "ID");
    if !is_id || variable.default_value.is_some() || !operation.directives.is_empty() || !variable.directives.is_empty()
    {
        return None;
    }
    let [item] = operation.selection_set.node.items.as_slice() else { return None };
    let Selection::Field(field) = &item.node else { return None };
    let [(argument, value)] = field.node.arguments.as_slice() else { return None };
    let variable = variable.name.node.as_str();
    let named = argument.node == "id" && matches!(&value.node, Value::Variable(name) if name == variable);
    let fragments = document.fragments.values().map(|fragment| &fragment.node);
    let decided = fragments.clone().any(|fragment| !fragment.directives.is_empty())
        || fragments.map(|fragment| &fragment.selection_set.node).any(decides)
        || !field.node.directives.is_empty()
        || decides(&field.node.selection_set.node);
    let key = format!("\"{}\":", field.node.response_key().node);
    let (plan, wordings) = (OnceLock::new(), Wordings::default());
    (named && !decided).then(|| ById {
        operation: name.map(ToString::to_string),
        variable: variable.to_owned(),
        key,
        about,
        plan,
        wordings,
    })
}

/// Whether a directive or a variable decides about something that is selected.
fn decides(set: &SelectionSet) -> bool {
    set.items.iter().any(|item| match &item.node {
        Selection::Field(field) => {
            let field = &field.node;
            !field.directives.is_empty()
                || field.arguments.iter().any(|(_, value)| value.node.clone().into_const().is_none())
                || decides(&field.selection_set.node)
        }
        Selection::FragmentSpread(spread) => !spread.node.directives.is_empty(),
        Selection::InlineFragment(part) => !part.node.directives.is_empty() || decides(&part.node.selection_set.node),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks_by_id(text: &str) -> bool {
        let document = async_graphql_parser::parse_query(text).unwrap();
        by_id(&document, About { fields: String::new(), rights: String::new(), cost: 1 }).is_some()
    }

    #[test]
    fn only_what_nothing_but_an_id_decides_is_asked_again() {
        assert!(asks_by_id("query Q($id: ID!) { partnership(id: $id) { id } }"));
        assert!(asks_by_id(
            "query($p: ID!) { it: risk(id: $p) { ...F } } fragment F on Risk { id partnership { title } }"
        ));
        for other in [
            "query($id: ID) { partnership(id: $id) { id } }",
            "query($id: ID! = \"x\") { partnership(id: $id) { id } }",
            "query($id: ID!, $n: Int) { partnership(id: $id) { risks(first: $n) { totalCount } } }",
            "query($id: ID!) { partnership(id: $id) { risks(after: $id) { edges { cursor } } } }",
            "query($id: ID!) { partnership(id: $id) { id @skip(if: true) } }",
            "query($id: ID!) { partnership(id: $id) @include(if: true) { id } }",
            "query($id: ID!) { partnership(id: $id) { ...F @skip(if: true) } } fragment F on Partnership { id }",
            "query($id: ID!) { partnership(id: $id) { ...F } } fragment F on Partnership { id @skip(if: true) }",
            "query($id: ID!) { partnership(id: \"x\") { id } }",
            "{ partnership(id: \"x\") { id } }",
        ] {
            assert!(!asks_by_id(other), "{other}");
        }
    }
}
