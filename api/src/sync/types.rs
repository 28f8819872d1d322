//! The GraphQL types of every collection, with the names and the nullability that the common client's own builders
//! expect. Everything but the id may be empty: a document that was taken back keeps nothing else (S21).

use async_graphql::{
    CacheControl,
    indexmap::IndexMap,
    registry::{Deprecation, MetaDirectiveInvocation, MetaEnumValue, MetaField, MetaInputValue, MetaType, Registry},
};
use entity::Right;

use super::{collection::Collection, collections};
use crate::platform::sdl::requires;

/// A field with its arguments.
pub fn field(
    name: &str,
    ty: &str,
    about: &str,
    args: Vec<MetaInputValue>,
    needs: Option<Right>,
) -> (String, MetaField) {
    let directives: Vec<MetaDirectiveInvocation> = needs.map(requires::apply).into_iter().collect();
    let field = MetaField {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        args: args.into_iter().map(|arg| (arg.name.clone(), arg)).collect(),
        ty: ty.to_owned(),
        deprecation: Deprecation::default(),
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: directives,
        requires_scopes: Vec::new(),
    };
    (name.to_owned(), field)
}

/// An argument or a field of an input.
pub fn input(name: &str, ty: &str, about: &str) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        ty: ty.to_owned(),
        deprecation: Deprecation::default(),
        default_value: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

/// An object type.
pub fn object(name: &str, about: &str, fields: impl IntoIterator<Item = (String, MetaField)>) -> MetaType {
    object_type(name, about, fields, false)
}

/// The type of root fields that are followed.
pub fn subscriptions(name: &str, fields: impl IntoIterator<Item = (String, MetaField)>) -> MetaType {
    object_type(name, "", fields, true)
}

fn object_type(
    name: &str,
    about: &str,
    fields: impl IntoIterator<Item = (String, MetaField)>,
    is_subscription: bool,
) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        fields: fields.into_iter().collect(),
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn input_object(name: &str, about: &str, fields: Vec<MetaInputValue>) -> MetaType {
    MetaType::InputObject {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        input_fields: fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        oneof: false,
        directive_invocations: Vec::new(),
    }
}

fn enumeration(name: &str, about: &str, values: impl Iterator<Item = (String, String)>) -> MetaType {
    let value = |(name, about): (String, String)| {
        let value = MetaEnumValue {
            name: name.clone(),
            description: Some(about),
            deprecation: Deprecation::default(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        (name, value)
    };
    MetaType::Enum {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        enum_values: values.map(value).collect::<IndexMap<_, _>>(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// Enters the types of every collection.
pub fn enter(registry: &mut Registry) {
    for collection in collections::all() {
        enter_collection(registry, collection);
    }
    let names = collections::all().iter().map(|c| (c.name.to_owned(), c.about.clone()));
    let about = "A collection that can be read and kept offline. Spelled as in the names of its operations.";
    insert(registry, enumeration("SyncCollection", about, names));
    let kinds = [
        ("CHANGED".to_owned(), "It is new or changed: the document is there.".to_owned()),
        ("ACCESS_LOST".to_owned(), "You do not see it, or not any more: remove it from the device.".to_owned()),
    ];
    insert(registry, enumeration("ChangeKind", "What happened to a document, for you.", kinds.into_iter()));
    let about = "The document, where it is of this collection and you see it.";
    let fixed = [
        field("collection", "SyncCollection!", "The collection.", Vec::new(), None),
        field("id", "ID!", "The document.", Vec::new(), None),
        field("kind", "ChangeKind!", "What happened to it, for you.", Vec::new(), None),
    ];
    let documents =
        collections::all().iter().map(|c| field(c.name, &format!("{}Document", c.prefix), about, Vec::new(), None));
    insert(
        registry,
        object("Change", "A document that is new, changed, or yours no more.", fixed.into_iter().chain(documents)),
    );
    let page = [
        field("changes", "[Change!]!", "The changes; parents before what points to them.", Vec::new(), None),
        field("checkpoint", "String!", "Store it with the documents and send it back. Opaque.", Vec::new(), None),
        field("hasMore", "Boolean!", "Whether more changes wait: ask again at once.", Vec::new(), None),
    ];
    insert(registry, object("ChangePage", "Changes of several collections, with the checkpoint behind them.", page));
}

fn insert(registry: &mut Registry, ty: MetaType) {
    registry.types.insert(ty.name().to_owned(), ty);
}

fn enter_collection(registry: &mut Registry, collection: &Collection) {
    let prefix = &collection.prefix;
    let cursor = "Position of this device. Opaque: store it and send it back unchanged.";
    let plain = |name: &str, ty: &str, about: &str| field(name, ty, about, Vec::new(), None);
    let mut fields = vec![
        plain("id", "ID!", "Stable id."),
        plain("deleted", "Boolean!", "True where you do not see it, or not any more: remove it from the device."),
        plain("redactions", "String", "Names of fields that are held back from you, separated by commas."),
    ];
    fields.extend(collection.fields.iter().map(|f| plain(&f.name, f.holds.graphql(), &f.about)));
    insert(registry, object(&format!("{prefix}Document"), &collection.about, fields));
    let checkpoint = [plain("cursor", "String!", cursor)];
    insert(registry, object(&format!("{prefix}Checkpoint"), "Where a device stands in a collection.", checkpoint));
    let bulk = [
        plain(
            "documents",
            &format!("[{prefix}Document!]!"),
            "The documents; fewer than asked for mean that there is nothing more now.",
        ),
        plain("checkpoint", &format!("{prefix}Checkpoint"), "The position behind them."),
    ];
    insert(registry, object(&format!("{prefix}PullBulk"), "Documents, and the position behind them.", bulk));
    let checkpoint = vec![input("cursor", "String!", cursor)];
    let about = "Where the device stands, as it was told.";
    insert(registry, input_object(&format!("{prefix}InputCheckpoint"), about, checkpoint));
    let headers = vec![input("Authorization", "String", "Not read: the connection says who you are.")];
    let about = "Taken for clients that send it.";
    insert(registry, input_object(&format!("{prefix}InputHeaders"), about, headers));
    let mut fields = vec![
        input("id", "ID!", "A UUID, version 7 where the device makes it."),
        input("deleted", "Boolean!", "True to take it back."),
        input("redactions", "String", "Not read."),
    ];
    fields.extend(collection.fields.iter().map(|f| {
        let owner = if collection.writes.contains(&f.name.as_str()) { "" } else { " Set by the server: not read." };
        input(&f.name, f.holds.graphql(), &format!("{}{owner}", f.about))
    }));
    let about = format!("{} A field that is left out stays as it is; `null` clears.", collection.about);
    insert(registry, input_object(&format!("{prefix}Input"), &about, fields));
    let row = vec![
        input(
            "assumedMasterState",
            &format!("{prefix}Input"),
            "The state on which the device built; none for a new document.",
        ),
        input("newDocumentState", &format!("{prefix}Input!"), "The state on the device."),
    ];
    insert(registry, input_object(&format!("{prefix}InputPushRow"), "One write of a device.", row));
}
