//! What the schema says about itself: the fence, the cost and the field checks all read it from the SDL,
//! so that nothing is enforced that clients cannot see.

use std::collections::{HashMap, HashSet};

use async_graphql::{Name, TypeDirective, Value};
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
    /// Its type, wrappings and all.
    pub ty: Type,
    /// Types of its arguments.
    pub arguments: ByName<Type>,
    /// The right that is needed; on root fields only.
    pub requires: Option<Right>,
}

impl Field {
    /// Name of its type without its wrappings.
    pub fn of(&self) -> &str {
        named(&self.ty)
    }

    /// Whether it answers with a list.
    pub const fn is_list(&self) -> bool {
        matches!(self.ty.base, BaseType::List(_))
    }
}

/// What a type has, by name. Thousands of these lie in an idle server, of a few names each: in order, without room to grow.
pub struct ByName<T>(Box<[(Name, T)]>);

impl<T> FromIterator<(Name, T)> for ByName<T> {
    fn from_iter<I: IntoIterator<Item = (Name, T)>>(them: I) -> Self {
        let mut them: Vec<_> = them.into_iter().collect();
        them.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self(them.into_boxed_slice())
    }
}

impl<T> ByName<T> {
    /// All of it, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &T)> {
        self.0.iter().map(|(name, it)| (name, it))
    }

    /// What has this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        let at = self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.0.get(at).map(|(_, it)| it)
    }
}

/// Types by name, read from the SDL.
#[derive(Default)]
pub struct TypeMap {
    objects: HashMap<Name, ByName<Field>>,
    inputs: HashMap<Name, ByName<Type>>,
}

/// Names that were read: the same few stand in thousands of fields, and each is kept once.
#[derive(Default)]
struct Names(HashSet<Name>);

impl Names {
    fn one(&mut self, name: Name) -> Name {
        if let Some(known) = self.0.get(&name) {
            return known.clone();
        }
        self.0.insert(name.clone());
        name
    }

    fn of(&mut self, ty: Type) -> Type {
        let base = match ty.base {
            BaseType::Named(name) => BaseType::Named(self.one(name)),
            BaseType::List(inner) => BaseType::List(Box::new(self.of(*inner))),
        };
        Type { base, ..ty }
    }
}

impl TypeMap {
    /// Reads an SDL, a definition at a time: the reader takes twenty times as much memory as what is kept of it, and an idle
    /// server would hold on to that.
    pub fn read(sdl: &str) -> Result<Self> {
        let (mut map, mut names) = (Self::default(), Names::default());
        for piece in sdl.split_inclusive("\n}\n").filter(|piece| !piece.trim().is_empty()) {
            let document =
                async_graphql_parser::parse_schema(piece).map_err(|e| Error::internal(format!("the SDL: {e}")))?;
            document.definitions.into_iter().for_each(|definition| map.take(definition, &mut names));
        }
        Ok(map)
    }

    fn take(&mut self, definition: TypeSystemDefinition, names: &mut Names) {
        let TypeSystemDefinition::Type(definition) = definition else { return };
        let name = names.one(definition.node.name.node);
        let fields = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            TypeKind::InputObject(input) => {
                let fields = input.fields.into_iter().map(|f| (names.one(f.node.name.node), names.of(f.node.ty.node)));
                self.inputs.insert(name, fields.collect());
                return;
            }
            _ => return,
        };
        let fields = fields.into_iter().map(|field| {
            let field = field.node;
            let needs = field
                .directives
                .iter()
                .find(|directive| directive.node.name.node == "requires")
                .and_then(|directive| directive.node.arguments.first())
                .and_then(|(_, value)| match &value.node {
                    Value::Enum(name) => Right::iter().find(|right| right_name(*right) == name.as_str()),
                    _ => None,
                });
            let arguments =
                field.arguments.into_iter().map(|a| (names.one(a.node.name.node), names.of(a.node.ty.node)));
            let arguments = arguments.collect();
            (names.one(field.name.node), Field { ty: names.of(field.ty.node), arguments, requires: needs })
        });
        self.objects.insert(name, fields.collect());
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
    pub fn input(&self, name: &str) -> Option<&ByName<Type>> {
        self.inputs.get(name)
    }

    /// Root fields of an operation type with the rights they need.
    pub fn root(&self, of: &str) -> impl Iterator<Item = (&str, Option<Right>)> {
        let fields = self.objects.get(of).into_iter().flat_map(ByName::iter);
        fields.map(|(name, field)| (name.as_str(), field.requires))
    }
}

/// Name of the type of an argument without its wrappings.
pub fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}
