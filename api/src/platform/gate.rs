//! The gate: what every document passes before anything runs, whatever the transport.
//!
//! Read once, measured against the limits, fenced by `@requires`, its values checked, and cleared of
//! variables that were not sent. Only the gate makes an [`Admitted`] request.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{Context, Name, Request, Variables};
use async_graphql_parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql_value::Value;
use entity::Right;

use super::{
    caller::Caller,
    documents::{About, Again, Documents, Known},
    error::{Error, Result},
    limits::{self, Limits},
    roots,
    sdl::TypeMap,
    shape::Shape,
    values::{self, Misfits},
};

/// A GraphQL request as it arrives.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// The document.
    pub query: String,
    /// Which operation of the document.
    pub operation_name: Option<String>,
    /// Values of the variables, an object.
    pub variables: serde_json::Value,
}

/// A document that may run.
pub struct Admitted {
    /// For the executor.
    pub request: Request,
    /// Query, mutation or subscription.
    pub operation: OperationType,
    /// For the log.
    pub about: About,
    /// Whether the position of this request is asked for.
    pub takes_position: bool,
    /// Whether it is a push of a device or an import, and nothing else: its body may be larger.
    pub pushes: bool,
    /// What the answer looks like.
    pub shape: Shape,
}

/// Proof in the request's data that the document passed the gate, and what is kept of it.
struct Passed(Arc<TypeMap>, Option<Arc<Known>>);

/// The right that a root field needs, for a field that runs.
pub fn right(ctx: &Context<'_>, root: &str, field: &str) -> Result<Right> {
    #[expect(clippy::disallowed_methods, reason = "the proof of the gate")]
    let passed = ctx.data::<Passed>().map_err(|e| Error::internal(e.message))?;
    passed
        .0
        .field(root, field)
        .and_then(|field| field.requires)
        .ok_or_else(|| Error::internal(format!("{field} has no right")))
}

/// What is kept of the document of a field that runs.
pub(super) fn known<'c>(ctx: &'c Context<'_>) -> Option<&'c Known> {
    #[expect(clippy::disallowed_methods, reason = "the proof of the gate")]
    let passed = ctx.data_opt::<Passed>();
    passed.and_then(|passed| passed.1.as_deref())
}

/// What a resolver may ask of its request.
pub trait Ask {
    /// Who calls.
    fn caller(&self) -> Result<&Caller>;
}

impl Ask for Context<'_> {
    fn caller(&self) -> Result<&Caller> {
        #[expect(clippy::disallowed_methods, reason = "the one place where the caller is read")]
        self.data_opt::<Caller>().ok_or_else(|| Error::unauthenticated("NO_TOKEN"))
    }
}

/// Where a subscription goes on: behind what an SSE client had last, else behind its argument.
pub fn resume(ctx: &Context<'_>, after: Option<String>) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "where an SSE client left off")]
    let resume = ctx.data_opt::<super::hub::ResumeAfter>();
    resume.map(|resume| resume.0.clone()).or(after)
}

/// The gate of one server.
pub struct Gate {
    /// Types and rights.
    pub types: Arc<TypeMap>,
    /// Limits.
    pub limits: Limits,
    /// Whether the schema may be asked for.
    pub introspection: bool,
    /// Documents that passed lately.
    documents: Documents,
}

impl Gate {
    /// A gate that has read no document yet.
    pub fn new(types: Arc<TypeMap>, limits: Limits, introspection: bool) -> Self {
        Self { types, limits, introspection, documents: Documents::default() }
    }

    /// Whether a document is known as one that asks by itself whether standings still count.
    pub fn asks_itself(&self, document: &str) -> bool {
        self.documents.get(document).is_some_and(|known| known.asks_itself)
    }

    /// The question of a request, where it was answered before and nothing but the record may be another.
    pub fn again(&self, incoming: &Incoming) -> Option<Again> {
        let right = |field: &str| self.types.field("Query", field)?.requires;
        self.documents.get(&incoming.query)?.again(incoming, right)
    }

    /// Reads a document.
    fn read(&self, text: &str) -> Result<ExecutableDocument> {
        limits::before_parsing(text, &self.limits)?;
        async_graphql_parser::parse_query(text).map_err(|e| {
            let mut error = Error::bad_input("DOCUMENT_SYNTAX", format!("the document cannot be read: {e}"));
            error.at = e.positions().next();
            error
        })
    }

    /// Lets a request pass, or says why not.
    pub fn admit(&self, incoming: Incoming, caller: Option<&Caller>) -> Result<Admitted, Vec<Error>> {
        let known = self.documents.get(&incoming.query);
        let as_sent = match &known {
            Some(known) => known.document.clone(),
            None => Arc::new(self.read(&incoming.query).map_err(one)?),
        };
        let mut document = ExecutableDocument::clone(&as_sent);
        let mut variables = match incoming.variables {
            serde_json::Value::Null => Variables::default(),
            value => Variables::from_json(value),
        };
        let name = incoming.operation_name.as_deref();
        roots::merge(&mut document, name).map_err(one)?;
        let operation = operation(&mut document.operations, name).map_err(one)?;
        let misfits = misfits(operation, &self.types, &mut variables);
        without_omitted(operation, &mut document.fragments, &variables);
        let effective = with_defaults(operation, &variables);
        let (ty, asked_for) = (operation.ty, std::ptr::from_ref::<OperationDefinition>(operation));
        let fragments = &document.fragments;
        let operations = document.operations.iter().map(|(_, operation)| &operation.node);
        let operations = operations.map(|operation| (operation, std::ptr::eq(operation, asked_for)));
        let measured = limits::measure(operations, fragments, &effective, &self.types, &self.limits).map_err(one)?;
        if measured.introspects && !self.introspection {
            return Err(one(Error::bad_input("INTROSPECTION_IS_OFF", "the schema is not given away here")));
        }
        let root = match ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let mut rights = Vec::new();
        let mut errors = Vec::new();
        for field in &measured.root_fields {
            // Unknown names fall through to validation, which names them.
            let Some(known) = self.types.field(root, field.name.node.as_str()) else {
                continue;
            };
            match fence(known.requires, caller) {
                Ok(right) => rights.push(super::sdl::right_name(right)),
                Err(error) => errors.push(error.at(field.name.pos)),
            }
            let given = field.arguments.iter().map(|(name, value)| (&name.node, &value.node));
            values::check(&self.types, &known.arguments, given, &effective, &mut errors);
        }
        if let Some(refusal) = errors.iter().find(|e| e.rule.is_none()).cloned() {
            // Who may not call the field learns nothing about their values.
            return Err(one(refusal));
        }
        if ty == OperationType::Subscription && measured.root_fields.len() != 1 {
            errors.push(Error::bad_input("ONE_SUBSCRIPTION", "a subscription has exactly one root field"));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let fields = measured.root_fields.iter().map(|field| field.name.node.as_str()).collect::<Vec<_>>().join(",");
        let about = About { fields, rights: rights.join(","), cost: measured.cost };
        let known = match known {
            None if caller.is_some() => self.documents.keep(&incoming.query, &as_sent, about.clone()),
            known => known,
        };
        let mut request = Request::new(incoming.query.as_str()).data(Passed(self.types.clone(), known));
        if let Some(name) = incoming.operation_name {
            request = request.operation_name(name);
        }
        if let Some(caller) = caller {
            request = request.data(caller.clone());
        }
        let pushes = ty == OperationType::Mutation
            && measured.root_fields.iter().all(|field| {
                let name = field.name.node.as_str();
                name.starts_with("push") || name.starts_with("import")
            });
        let takes_position = measured.root_fields.iter().any(|field| field.name.node == "streamPosition");
        request = request.variables(variables).data(misfits);
        let name = request.operation_name.clone();
        let shape = Shape::new(as_sent, name, self.types.clone());
        request.set_parsed_query(document);
        Ok(Admitted { request, operation: ty, about, takes_position, pushes, shape })
    }
}

/// Takes out of the rows of a push what does not fit, where they come as a variable.
fn misfits(operation: &OperationDefinition, types: &TypeMap, variables: &mut Variables) -> Misfits {
    let mut misfits = Misfits::default();
    let fields = operation.selection_set.node.items.iter().filter_map(|item| match &item.node {
        Selection::Field(field) if field.node.name.node.as_str().starts_with("push") => Some(&field.node),
        _ => None,
    });
    let fields: Vec<_> = fields.collect();
    // With two pushes in a document a row could be taken for another's: then the whole is validated as usual.
    if let ([field], OperationType::Mutation) = (fields.as_slice(), operation.ty)
        && let Some(known) = types.field("Mutation", field.name.node.as_str())
    {
        for (name, value) in &field.arguments {
            if let Value::Variable(variable) = &value.node
                && let (Some(ty), Some(rows)) = (known.arguments.get(name.node.as_str()), variables.get_mut(variable))
            {
                misfits.take(types, ty, rows);
            }
        }
    }
    misfits
}

fn one(error: Error) -> Vec<Error> {
    vec![error]
}

/// Default deny: a root field without a right is nobody's.
fn fence(requires: Option<Right>, caller: Option<&Caller>) -> Result<Right> {
    let caller = caller.ok_or_else(|| Error::unauthenticated("NO_TOKEN"))?;
    match requires {
        Some(right) if caller.may(right) => Ok(right),
        Some(right) => Err(Error::forbidden(right)),
        None => Err(Error::new(super::error::ErrorCode::Forbidden, "this field is nobody's to call")),
    }
}

/// The operation that is asked for.
pub(super) fn operation<'d>(
    operations: &'d mut DocumentOperations,
    name: Option<&str>,
) -> Result<&'d mut OperationDefinition> {
    let unknown = || Error::bad_input("OPERATION_NAME", "the document has no operation of this name");
    match (operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(&mut operation.node),
        (DocumentOperations::Single(_), Some(_)) => Err(unknown()),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get_mut(name).map(|operation| &mut operation.node).ok_or_else(unknown)
        }
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values_mut().next().map(|operation| &mut operation.node).ok_or_else(unknown)
        }
        _ => Err(Error::bad_input("OPERATION_NAME", "the document has several operations: name one")),
    }
}

/// The variables as the executor will see them: what was not sent has its default.
fn with_defaults(operation: &OperationDefinition, variables: &Variables) -> Variables {
    let mut effective = variables.clone();
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        if let Some(default) = &definition.node.default_value
            && !variables.contains_key(name)
        {
            effective.insert(name.clone(), default.node.clone());
        }
    }
    effective
}

type Fragments =
    std::collections::HashMap<Name, async_graphql::Positioned<async_graphql_parser::types::FragmentDefinition>>;

/// A variable that was not sent counts as if its argument or field were not given (GraphQL 6.1.2). The
/// executor reads it as null, which would erase what an update leaves out.
fn without_omitted(operation: &mut OperationDefinition, fragments: &mut Fragments, variables: &Variables) {
    let gone: HashSet<Name> = operation
        .variable_definitions
        .iter()
        .map(|definition| &definition.node)
        .filter(|d| d.default_value.is_none() && d.var_type.node.nullable && !variables.contains_key(&d.name.node))
        .map(|definition| definition.name.node.clone())
        .collect();
    if gone.is_empty() {
        return;
    }
    operation.variable_definitions.retain(|definition| !gone.contains(&definition.node.name.node));
    prune_selection(&mut operation.selection_set.node, &gone);
    for fragment in fragments.values_mut() {
        prune_selection(&mut fragment.node.selection_set.node, &gone);
    }
}

fn is_gone(value: &Value, gone: &HashSet<Name>) -> bool {
    matches!(value, Value::Variable(name) if gone.contains(name))
}

fn prune_value(value: &mut Value, gone: &HashSet<Name>) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !is_gone(value, gone));
            fields.values_mut().for_each(|value| prune_value(value, gone));
        }
        Value::List(items) => {
            for item in items.iter_mut() {
                if is_gone(item, gone) {
                    *item = Value::Null;
                }
                prune_value(item, gone);
            }
        }
        _ => {}
    }
}

fn prune_selection(set: &mut SelectionSet, gone: &HashSet<Name>) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => {
                let field = &mut field.node;
                field.arguments.retain(|(_, value)| !is_gone(&value.node, gone));
                field.arguments.iter_mut().for_each(|(_, value)| prune_value(&mut value.node, gone));
                prune_selection(&mut field.selection_set.node, gone);
            }
            Selection::InlineFragment(fragment) => prune_selection(&mut fragment.node.selection_set.node, gone),
            Selection::FragmentSpread(_) => {}
        }
    }
}
