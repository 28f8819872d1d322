//! Root fields that stand in a document more than once under one key, as where parts of an app bring fragments of their own. They
//! are one field, which asks for all of it (GraphQL 6.3.2). The executor would run it once for each, a command too, and of
//! answers that are read whole (`whole/`) keep the first only.

use std::collections::{HashMap, HashSet};

use async_graphql::{Name, Positioned};
use async_graphql_parser::types::{
    ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection, SelectionSet,
};

use super::{
    error::{Error, Result},
    gate::operation,
    limits::VISITS,
};

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// A field of the root, and whether nothing decides about it but the document.
struct Root<'d> {
    field: &'d Positioned<Field>,
    plain: bool,
}

/// Looking for them.
struct Roots<'d> {
    of: &'static str,
    fragments: &'d Fragments,
    stack: Vec<&'d Name>,
    found: Vec<Root<'d>>,
    visits: usize,
}

/// Makes one field of those that stand under one key.
pub(super) fn merge(document: &mut ExecutableDocument, name: Option<&str>) -> Result<()> {
    let ExecutableDocument { operations, fragments } = document;
    let operation = operation(operations, name)?;
    let items = &operation.selection_set.node.items;
    if items.len() == 1 && matches!(items.first().map(|item| &item.node), Some(Selection::Field(_))) {
        return Ok(());
    }
    let mut roots = Roots { of: root_of(operation), fragments, stack: Vec::new(), found: Vec::new(), visits: 0 };
    roots.collect(&operation.selection_set.node, true);
    if roots.visits > VISITS {
        // The limits, which look at no fewer, refuse it.
        return Ok(());
    }
    let mut first: HashMap<&Name, &Root<'_>> = HashMap::new();
    let mut twice = false;
    for root in &roots.found {
        let key = &root.field.node.response_key().node;
        let Some(earlier) = first.insert(key, root) else { continue };
        twice = true;
        if !same(&earlier.field.node, &root.field.node) {
            // Validation says that they differ.
            return Ok(());
        }
        if !earlier.plain || !root.plain {
            let message =
                format!("{key} stands here more than once, and a directive decides about one of them: ask for it once");
            return Err(Error::bad_input("ROOT_FIELD_ONCE", message).at(root.field.pos));
        }
    }
    if !twice {
        return Ok(());
    }
    let mut merged: Vec<Positioned<Selection>> = Vec::new();
    let mut within = HashSet::new();
    flatten(&operation.selection_set.node, root_of(operation), fragments, &mut within, &mut merged);
    operation.selection_set.node.items = merged;
    // A fragment of which only its fields are left would count as one that nobody uses.
    let mut used = HashSet::new();
    operations.iter().for_each(|(_, operation)| spread(&operation.node.selection_set.node, &mut used));
    let mut known = 0;
    while known < used.len() {
        known = used.len();
        let within: Vec<_> = fragments.iter().filter(|(name, _)| used.contains(*name)).collect();
        for (_, fragment) in within {
            spread(&fragment.node.selection_set.node, &mut used);
        }
    }
    fragments.retain(|name, _| !within.contains(name) || used.contains(name));
    Ok(())
}

const fn root_of(operation: &OperationDefinition) -> &'static str {
    match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// What a selection spreads at the root: fields, the type on which they count, and whether a directive decides about them.
fn part<'d>(item: &'d Selection, root: &str, fragments: &'d Fragments) -> Option<(&'d SelectionSet, bool)> {
    let (set, on, directives) = match item {
        Selection::Field(_) => return None,
        Selection::InlineFragment(part) => {
            let part = &part.node;
            (&part.selection_set.node, part.type_condition.as_ref().map(|on| &on.node.on.node), part.directives.len())
        }
        Selection::FragmentSpread(spread) => {
            let part = &fragments.get(&spread.node.fragment_name.node)?.node;
            let directives = spread.node.directives.len() + part.directives.len();
            (&part.selection_set.node, Some(&part.type_condition.node.on.node), directives)
        }
    };
    Some((set, directives == 0 && on.is_none_or(|on| on.as_str() == root)))
}

const fn name_of(item: &Selection) -> Option<&Name> {
    match item {
        Selection::FragmentSpread(spread) => Some(&spread.node.fragment_name.node),
        Selection::Field(_) | Selection::InlineFragment(_) => None,
    }
}

impl<'d> Roots<'d> {
    fn collect(&mut self, set: &'d SelectionSet, plain: bool) {
        for item in &set.items {
            self.visits += 1;
            if self.visits > VISITS {
                return;
            }
            let name = name_of(&item.node);
            match (&item.node, part(&item.node, self.of, self.fragments)) {
                // The same for everybody, however often it is asked.
                (Selection::Field(field), _) if field.node.name.node == "__typename" => {}
                (Selection::Field(field), _) => {
                    self.found.push(Root { field, plain: plain && field.node.directives.is_empty() });
                }
                // A fragment within itself is refused by validation.
                (_, Some((set, here))) if name.is_none_or(|name| !self.stack.contains(&name)) => {
                    self.stack.extend(name);
                    self.collect(set, plain && here);
                    name.and_then(|_| self.stack.pop());
                }
                _ => {}
            }
        }
    }
}

/// Whether two fields under one key ask the same.
fn same(one: &Field, other: &Field) -> bool {
    one.name == other.name
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|argument| other.arguments.contains(argument))
}

fn flatten(
    set: &SelectionSet,
    root: &str,
    fragments: &Fragments,
    within: &mut HashSet<Name>,
    merged: &mut Vec<Positioned<Selection>>,
) {
    for item in &set.items {
        match (&item.node, part(&item.node, root, fragments)) {
            (Selection::Field(field), _) => {
                let key = field.node.response_key();
                let earlier = merged.iter_mut().find_map(|item| match &mut item.node {
                    Selection::Field(earlier) if earlier.node.response_key() == key => Some(earlier),
                    _ => None,
                });
                match earlier {
                    Some(earlier) => {
                        earlier.node.selection_set.node.items.extend_from_slice(&field.node.selection_set.node.items);
                    }
                    None => merged.push(item.clone()),
                }
            }
            (_, Some((set, true))) => {
                // Spread a second time it brings nothing new.
                if name_of(&item.node).is_none_or(|name| within.insert(name.clone())) {
                    flatten(set, root, fragments, within, merged);
                }
            }
            _ => merged.push(item.clone()),
        }
    }
}

fn spread(set: &SelectionSet, used: &mut HashSet<Name>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => spread(&field.node.selection_set.node, used),
            Selection::InlineFragment(part) => spread(&part.node.selection_set.node, used),
            Selection::FragmentSpread(part) => {
                used.insert(part.node.fragment_name.node.clone());
            }
        }
    }
}
