//! What the schema says about itself: the fence, the cost and the field checks all read it from what the executor has
//! registered, which is what introspection and the SDL show: nothing is enforced that clients cannot see.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    ContextDirective, CustomDirective, CustomDirectiveFactory, Name, ServerError, ServerResult, TypeDirective, Value,
    registry::{MetaField, MetaInputValue, MetaType, Registry},
};
use async_graphql_parser::types::{BaseType, Directive, Type};
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

/// Types by name.
#[derive(Default)]
pub struct TypeMap {
    objects: HashMap<Name, ByName<Field>>,
    inputs: HashMap<Name, ByName<Type>>,
}

/// Names that were read: the same few stand in thousands of fields, and each is kept once.
#[derive(Default)]
struct Names(HashSet<Name>);

impl Names {
    fn one(&mut self, name: &str) -> Name {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let name = Name::new(name);
        self.0.insert(name.clone());
        name
    }

    fn of(&mut self, ty: Type) -> Type {
        let base = match ty.base {
            BaseType::Named(name) => BaseType::Named(self.one(&name)),
            BaseType::List(inner) => BaseType::List(Box::new(self.of(*inner))),
        };
        Type { base, ..ty }
    }

    fn read(&mut self, ty: &str) -> Result<Type> {
        let read = Type::new(ty).ok_or_else(|| Error::internal(format!("the schema: {ty} is no type")))?;
        Ok(self.of(read))
    }

    fn value(&mut self, value: &MetaInputValue) -> Result<(Name, Type)> {
        Ok((self.one(&value.name), self.read(&value.ty)?))
    }

    fn field(&mut self, field: &MetaField) -> Result<Field> {
        let needs = field.directive_invocations.iter().find(|directive| directive.name == "requires");
        let needs = needs.and_then(|directive| match directive.args.values().next() {
            Some(Value::Enum(name)) => Right::iter().find(|right| right_name(*right) == name.as_str()),
            _ => None,
        });
        let arguments = field.args.values().map(|argument| self.value(argument)).collect::<Result<_>>()?;
        Ok(Field { ty: self.read(&field.ty)?, arguments, requires: needs })
    }
}

/// Reads what the executor has registered, which it shows to nobody but to directives. This one stands in no schema, and no
/// document that passes validation carries it. Read from the SDL as text, the same took 2 MB and a third of a start.
#[derive(Clone, Default)]
pub struct Reader(Arc<Mutex<Option<Result<TypeMap>>>>);

impl Reader {
    /// What was read.
    pub fn types(self) -> Result<TypeMap> {
        let read = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        read.unwrap_or_else(|| Err(Error::internal("the schema was not read")))
    }
}

impl CustomDirectiveFactory for Reader {
    fn name(&self) -> Cow<'static, str> {
        "read".into()
    }

    fn register(&self, registry: &mut Registry) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(TypeMap::of(registry));
    }

    fn create(&self, _: &ContextDirective<'_>, _: &Directive) -> ServerResult<Box<dyn CustomDirective>> {
        Err(ServerError::new("it stands in no schema", None))
    }
}

impl TypeMap {
    /// What the executor has registered; of what begins with two underscores only the executor itself knows.
    fn of(registry: &Registry) -> Result<Self> {
        let (mut map, mut names) = (Self::default(), Names::default());
        let own = |name: &str| !name.starts_with("__");
        for (name, ty) in registry.types.iter().filter(|(name, _)| own(name)) {
            match ty {
                MetaType::Object { fields, .. } | MetaType::Interface { fields, .. } => {
                    let fields = fields.values().filter(|field| own(&field.name));
                    let fields = fields.map(|field| Ok((names.one(&field.name), names.field(field)?)));
                    let fields = fields.collect::<Result<_>>()?;
                    map.objects.insert(names.one(name), fields);
                }
                MetaType::InputObject { input_fields, .. } => {
                    let fields = input_fields.values().map(|field| names.value(field)).collect::<Result<_>>()?;
                    map.inputs.insert(names.one(name), fields);
                }
                MetaType::Scalar { .. } | MetaType::Enum { .. } | MetaType::Union { .. } => {}
            }
        }
        Ok(map)
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
