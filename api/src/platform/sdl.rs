//! What the schema says about itself: the fence, the cost and the field checks all read it from the SDL,
//! so that nothing is enforced that clients cannot see.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{TypeDirective, Value};
use async_graphql_parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};
use entity::Right;
use sea_orm::{ActiveEnum, Iterable};

use super::error::{Error, Result};

/// Who may call the field: a right that the caller must hold through a standing in the data, in the space
/// that the field touches. Without this directive a root field is refused to everybody.
#[TypeDirective(location = "FieldDefinition")]
pub fn requires(#[graphql(desc = "The right that is needed.")] right: Right) {}

/// A right as the SDL prints it.
pub fn right_name(right: Right) -> String {
    right.to_value()
}

/// One field of a type.
pub struct Field {
    /// Name of the type without its wrappings.
    pub of: Arc<str>,
    /// Its type, wrappings and all.
    pub ty: Arc<Type>,
    /// Whether it answers with a list.
    pub list: bool,
    /// Types of its arguments.
    pub arguments: Inputs,
    /// The right that is needed; on root fields only.
    pub requires: Option<Right>,
}

/// Arguments of a field, or fields of an input object, with their types.
pub type Inputs = HashMap<Arc<str>, Arc<Type>>;

/// Types by name, read from the SDL.
#[derive(Default)]
pub struct TypeMap {
    objects: HashMap<Arc<str>, HashMap<Arc<str>, Field>>,
    inputs: HashMap<Arc<str>, Inputs>,
}

/// Names and types that stood somewhere before: most stand in hundreds of places, and each is kept once.
#[derive(Default)]
struct Shared {
    names: HashSet<Arc<str>>,
    types: HashMap<String, Arc<Type>>,
}

impl Shared {
    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.names.insert(name.clone());
        name
    }

    fn ty(&mut self, ty: &Type) -> Arc<Type> {
        self.types.entry(ty.to_string()).or_insert_with(|| Arc::new(ty.clone())).clone()
    }

    fn inputs<'t>(&mut self, inputs: impl Iterator<Item = (&'t str, &'t Type)>) -> Inputs {
        let mut inputs: Inputs = inputs.map(|(name, ty)| (self.name(name), self.ty(ty))).collect();
        inputs.shrink_to_fit();
        inputs
    }
}

fn base(ty: &Type) -> (&str, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.as_str(), false),
        BaseType::List(inner) => (base(inner).0, true),
    }
}

impl TypeMap {
    /// Reads an SDL, a definition at a time: the reader takes twenty times as much memory as what is kept of it, and an idle
    /// server would hold on to that.
    pub fn read(sdl: &str) -> Result<Self> {
        let (mut map, mut shared) = (Self::default(), Shared::default());
        for piece in sdl.split_inclusive("\n}\n").filter(|piece| !piece.trim().is_empty()) {
            let document =
                async_graphql_parser::parse_schema(piece).map_err(|e| Error::internal(format!("the SDL: {e}")))?;
            document.definitions.into_iter().for_each(|definition| map.take(definition, &mut shared));
        }
        Ok(map)
    }

    fn take(&mut self, definition: TypeSystemDefinition, shared: &mut Shared) {
        let TypeSystemDefinition::Type(definition) = definition else { return };
        let name = shared.name(&definition.node.name.node);
        let fields = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            TypeKind::InputObject(input) => {
                let fields = input.fields.iter().map(|f| (f.node.name.node.as_str(), &f.node.ty.node));
                self.inputs.insert(name, shared.inputs(fields));
                return;
            }
            _ => return,
        };
        let fields = fields.into_iter().map(|field| {
            let field = field.node;
            let (of, list) = base(&field.ty.node);
            let needs = field
                .directives
                .iter()
                .find(|directive| directive.node.name.node == "requires")
                .and_then(|directive| directive.node.arguments.first())
                .and_then(|(_, value)| match &value.node {
                    Value::Enum(name) => Right::iter().find(|right| right_name(*right) == name.as_str()),
                    _ => None,
                });
            let arguments = field.arguments.iter().map(|a| (a.node.name.node.as_str(), &a.node.ty.node));
            let (of, ty, arguments) = (shared.name(of), shared.ty(&field.ty.node), shared.inputs(arguments));
            (shared.name(&field.name.node), Field { of, list, ty, arguments, requires: needs })
        });
        let mut fields: HashMap<_, _> = fields.collect();
        fields.shrink_to_fit();
        self.objects.insert(name, fields);
    }

    /// A field of an object or interface.
    pub fn field(&self, of: &str, name: &str) -> Option<&Field> {
        self.objects.get(of)?.get(name)
    }

    /// Whether a name is that of an object or interface.
    pub fn is_object(&self, name: &str) -> bool {
        self.objects.contains_key(name)
    }

    /// Fields of an input object.
    pub fn input(&self, name: &str) -> Option<&Inputs> {
        self.inputs.get(name)
    }

    /// Root fields of an operation type with the rights they need.
    pub fn root(&self, of: &str) -> impl Iterator<Item = (&str, Option<Right>)> {
        self.objects.get(of).into_iter().flatten().map(|(name, field)| (&**name, field.requires))
    }
}

/// Name of the type of an argument without its wrappings.
pub fn named(ty: &Type) -> &str {
    base(ty).0
}
