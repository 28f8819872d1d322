//! Gives an answer the shape that GraphQL promises: keys in the order of the document, `null` where a nullable
//! field failed, and the parent `null` where a field that must not be null failed.
//!
//! The executor (async-graphql 7) answers in the order in which fields complete, and leaves failed fields out.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Name, Positioned, Value, indexmap::IndexMap};
use async_graphql_parser::types::{
    BaseType, ExecutableDocument, FragmentDefinition, OperationType, Selection, SelectionSet, Type,
};

use super::sdl::TypeMap;

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// What an answer to one document looks like.
pub struct Shape {
    document: Arc<ExecutableDocument>,
    operation: Option<String>,
    types: Arc<TypeMap>,
}

impl Shape {
    /// The shape of an operation.
    pub(super) const fn new(document: Arc<ExecutableDocument>, operation: Option<String>, types: Arc<TypeMap>) -> Self {
        Self { document, operation, types }
    }

    /// Orders the answer, and fills in what failed.
    pub fn fit(&self, response: &mut async_graphql::Response) {
        // Data is empty where nothing ran; where every field of the root failed, an error has a path.
        let ran = response.errors.iter().any(|error| !error.path.is_empty());
        if response.data == Value::Null && !ran {
            return;
        }
        let operation =
            self.document.operations.iter().find(|(name, _)| {
                self.operation.as_deref().is_none_or(|wanted| name.is_some_and(|name| name == wanted))
            });
        let Some((_, operation)) = operation else { return };
        let root = match operation.node.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let fitting = Fitting { types: &self.types, fragments: &self.document.fragments };
        let data = std::mem::take(&mut response.data);
        let data = match data {
            Value::Object(data) => data,
            _ => IndexMap::new(),
        };
        response.data =
            fitting.object(&[&operation.node.selection_set.node], root, data).map_or(Value::Null, Value::Object);
    }
}

struct Fitting<'d> {
    types: &'d TypeMap,
    fragments: &'d Fragments,
}

/// The places in a document that ask for one response key.
struct Asked<'d> {
    field: &'d str,
    /// Whether it is asked for whatever the concrete type is, and whatever the variables.
    always: bool,
    sets: Vec<&'d SelectionSet>,
}

impl<'d> Fitting<'d> {
    /// The object in order; none where a field that must not be null is missing.
    fn object(
        &self,
        sets: &[&'d SelectionSet],
        of: &str,
        mut data: IndexMap<Name, Value>,
    ) -> Option<IndexMap<Name, Value>> {
        let mut asked: IndexMap<&'d str, Asked<'d>> = IndexMap::new();
        for set in sets {
            self.collect(set, of, true, &mut asked, 0);
        }
        let mut out = IndexMap::with_capacity(asked.len());
        for (key, asked) in asked {
            let known = self.types.field(of, asked.field).map(|field| &field.ty);
            match (data.swap_remove(key), known) {
                (Some(value), Some(ty)) => {
                    out.insert(Name::new(key), self.value(&asked.sets, ty, value)?);
                }
                // `__typename`, `__schema` and what only a concrete type of an interface has.
                (Some(value), None) => {
                    out.insert(Name::new(key), value);
                }
                (None, Some(ty)) if asked.always => {
                    if !ty.nullable {
                        return None;
                    }
                    out.insert(Name::new(key), Value::Null);
                }
                (None, _) => {}
            }
        }
        out.extend(data);
        Some(out)
    }

    fn value(&self, sets: &[&'d SelectionSet], ty: &Type, value: Value) -> Option<Value> {
        let fitted = match (&ty.base, value) {
            (BaseType::List(inner), Value::List(items)) => {
                items.into_iter().map(|item| self.value(sets, inner, item)).collect::<Option<Vec<_>>>().map(Value::List)
            }
            (BaseType::Named(name), Value::Object(data)) => self.object(sets, name, data).map(Value::Object),
            // An object of which every field failed comes as null.
            (BaseType::Named(name), Value::Null) if !ty.nullable && self.types.is_object(name) => {
                self.object(sets, name, IndexMap::new()).map(Value::Object)
            }
            (_, value) => Some(value),
        };
        match fitted {
            Some(value) => Some(value),
            None if ty.nullable => Some(Value::Null),
            None => None,
        }
    }

    fn collect(
        &self,
        set: &'d SelectionSet,
        of: &str,
        always: bool,
        asked: &mut IndexMap<&'d str, Asked<'d>>,
        depth: usize,
    ) {
        // A fragment within itself was refused by validation before anything ran.
        if depth > 64 {
            return;
        }
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let entry = asked.entry(field.response_key().node.as_str()).or_insert_with(|| Asked {
                        field: field.name.node.as_str(),
                        always: false,
                        sets: Vec::new(),
                    });
                    entry.always |= always && field.directives.is_empty();
                    if !field.selection_set.node.items.is_empty() {
                        entry.sets.push(&field.selection_set.node);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    let same = fragment.type_condition.as_ref().is_none_or(|on| on.node.on.node == of);
                    let always = always && same && fragment.directives.is_empty();
                    self.collect(&fragment.selection_set.node, of, always, asked, depth + 1);
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) else { continue };
                    let same = fragment.node.type_condition.node.on.node == of;
                    let always = always && same && spread.node.directives.is_empty();
                    self.collect(&fragment.node.selection_set.node, of, always, asked, depth + 1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, ID, Interface, Object, Response, Schema, ServerError};

    use super::*;
    use crate::platform::sdl::Reader;

    // Their shape is all that counts: none of them is asked.
    struct A;

    #[Object]
    impl A {
        async fn id(&self) -> ID {
            ID::default()
        }

        async fn x(&self) -> Option<i32> {
            None
        }

        async fn y(&self) -> Option<Self> {
            None
        }
    }

    #[derive(Interface)]
    #[graphql(field(name = "id", ty = "ID"))]
    enum Node {
        A(A),
    }

    struct Query;

    #[Object]
    impl Query {
        async fn a(&self) -> A {
            A
        }

        async fn b(&self) -> Option<A> {
            None
        }

        async fn c(&self) -> Vec<A> {
            Vec::new()
        }

        async fn n(&self) -> Option<Node> {
            None
        }
    }

    fn fitted(query: &str, data: serde_json::Value) -> String {
        let reader = Reader::default();
        drop(Schema::build(Query, EmptyMutation, EmptySubscription).directive(reader.clone()).finish());
        let types = Arc::new(reader.types().unwrap());
        let shape = Shape::new(Arc::new(async_graphql_parser::parse_query(query).unwrap()), None, types);
        let mut error = ServerError::new("failed", None);
        error.path = vec![async_graphql::PathSegment::Field("a".to_owned())];
        let mut response = Response::new(Value::from_json(data).unwrap());
        response.errors.push(error);
        shape.fit(&mut response);
        serde_json::to_string(&response.data).unwrap()
    }

    #[test]
    fn keys_come_in_the_order_of_the_document() {
        let data = serde_json::json!({ "c": [], "a": { "x": 1, "id": "1" } });
        assert_eq!(
            fitted("{ a { id ...F } c { id } } fragment F on A { x }", data),
            r#"{"a":{"id":"1","x":1},"c":[]}"#
        );
    }

    #[test]
    fn a_failed_field_is_null_and_takes_its_parent_where_it_must_not_be() {
        assert_eq!(fitted("{ a { id x } }", serde_json::json!({ "a": { "id": "1" } })), r#"{"a":{"id":"1","x":null}}"#);
        assert_eq!(fitted("{ b { id x } }", serde_json::json!({ "b": { "x": 1 } })), r#"{"b":null}"#);
        assert_eq!(fitted("{ b { id } a { id } }", serde_json::json!({ "b": { "id": "1" }, "a": {} })), "null");
        assert_eq!(fitted("{ c { id } }", serde_json::json!({ "c": [{}] })), "null");
    }

    #[test]
    fn what_may_not_have_been_asked_for_is_not_filled_in() {
        let data = serde_json::json!({ "n": { "id": "1" } });
        assert_eq!(
            fitted("query($v: Boolean!) { n { id ... on A { x } } b @skip(if: $v) { id } }", data),
            r#"{"n":{"id":"1"}}"#
        );
    }
}
