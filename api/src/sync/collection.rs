//! A collection, declared by its record: everything that clients see of it is derived from that.

use std::sync::Arc;

use async_graphql::{OutputType, registry::MetaType, registry::Registry};
use entity::{Id, Kind, Level, Right, Synced};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityName, EntityTrait, IdenStatic, Iterable};
use serde_json::{Map, Value};

use super::{
    answer::{Selected, Selection, cut_text, sent},
    push::Pushed,
    text::{Asked, Text},
};
use crate::platform::{
    batch::Row,
    caller::Caller,
    cells::Cell,
    changes::{Change, Snapshot, Told},
    codec::Checkpoint,
    error::{Error, Result},
    links::camel,
    seen::Heard,
    written::Texts,
};

/// What a field holds, in GraphQL and in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Text, codes, times.
    Text,
    /// The id of a record.
    Id,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Yes or no.
    Boolean,
}

impl Holds {
    /// Its GraphQL type.
    pub const fn graphql(self) -> &'static str {
        match self {
            Self::Text => "String",
            Self::Id => "ID",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::Boolean => "Boolean",
        }
    }

    /// Its type in a JSON schema.
    pub const fn json(self) -> &'static str {
        match self {
            Self::Text | Self::Id => "string",
            Self::Int => "integer",
            Self::Float => "number",
            Self::Boolean => "boolean",
        }
    }

    /// Whether a value from a device is of this type.
    pub fn fits(self, value: &Value) -> bool {
        match self {
            _ if value.is_null() => true,
            Self::Text | Self::Id => value.is_string(),
            Self::Int => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            Self::Float => value.is_number(),
            Self::Boolean => value.is_boolean(),
        }
    }
}

/// One field of the documents of a collection.
#[derive(Clone, Debug)]
pub struct Field {
    /// As clients write it.
    pub name: String,
    /// The column behind it.
    pub(super) column: String,
    /// What the column holds.
    pub(super) cell: Cell,
    /// What it holds.
    pub holds: Holds,
    /// What it means: the doc comment of the column.
    pub about: String,
}

/// A document, for one reader.
#[derive(Clone, Debug)]
pub struct Document {
    /// The record.
    pub id: String,
    /// Its fields; none where the reader does not see it.
    pub fields: Option<Map<String, Value>>,
}

impl Document {
    /// What the reader does not see, or not any more.
    pub fn gone(id: impl ToString) -> Self {
        Self { id: id.to_string(), fields: None }
    }
}

/// A collection of offline sync.
pub struct Collection {
    /// Its number in checkpoints: never given to another collection.
    pub no: u16,
    /// As clients write it, such as `riskPerception`.
    pub name: &'static str,
    /// The same with a capital letter, as types begin.
    pub prefix: String,
    /// Kind of its records.
    pub kind: Kind,
    /// The right that reads it.
    pub read: Right,
    /// The same, for feeds.
    pub rights: &'static [Right],
    /// What it holds.
    pub about: String,
    /// Fields of its documents without `id`, `deleted` and `redactions`.
    pub fields: Vec<Field>,
    /// Fields that a client may set; nothing where nothing is pushed.
    pub writes: &'static [&'static str],
    /// What takes a write; nothing where nothing is pushed.
    pub pushed: Option<&'static dyn Pushed>,
    rows: Box<dyn Rows>,
}

impl Collection {
    /// The collection of a record.
    pub fn of<M: Synced + OutputType>(no: u16, pushed: Option<&'static dyn Pushed>) -> Self {
        let (about, fields) = described::<M>();
        let mut letters = M::COLLECTION.chars();
        let prefix = letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str());
        let fields: Arc<[Field]> = fields.into();
        Self {
            no,
            name: M::COLLECTION,
            prefix: prefix.unwrap_or_default(),
            kind: M::KIND,
            read: M::READ,
            rights: &[M::READ],
            about,
            fields: fields.to_vec(),
            writes: M::WRITES,
            pushed,
            rows: Box::new(Of::<M> { fields, row: std::marker::PhantomData }),
        }
    }

    /// Documents that changed since a checkpoint, as text.
    pub async fn changes(
        &self,
        caller: &Caller,
        at: &Snapshot,
        since: &Checkpoint,
        limit: usize,
        selections: &[&[Selected]],
    ) -> Result<(Vec<Text>, Checkpoint)> {
        let asked = Asked::of(self, selections);
        let (mut texts, lesser, checkpoint) = self.rows.changes(caller, at, since, limit, &asked).await?;
        // What is seen at the lesser level is more than a row with some columns left out.
        for (place, document) in lesser {
            if let Some(text) = texts.get_mut(place) {
                let document = sent(self, document);
                text.json = selections.iter().map(|selected| cut_text(selected, document.clone())).collect();
            }
        }
        Ok((texts, checkpoint))
    }

    /// How many changes wait behind a checkpoint, up to a bound.
    pub async fn waiting(&self, caller: &Caller, at: &Snapshot, since: &Checkpoint, most: usize) -> Result<usize> {
        self.rows.waiting(caller, at, since, most).await
    }

    /// Some documents as the caller sees them now.
    pub async fn as_seen(&self, caller: &Caller, ids: &[Id]) -> Result<Vec<Document>> {
        self.rows.as_seen(caller, ids).await
    }

    /// Some documents as the caller sees them now, after something was heard of them: as text for each of the selections of
    /// documents.
    pub async fn as_heard(&self, caller: &Caller, heard: &[Heard], selection: &Arc<Selection>) -> Result<Vec<Texts>> {
        self.rows.as_heard(self, caller, heard, selection).await
    }
}

/// Description of a record and the fields of its documents: what the object shows of the row, and where it links to.
fn described<M: Synced + OutputType>() -> (String, Vec<Field>) {
    let mut registry = Registry::default();
    M::create_type_info(&mut registry);
    let (about, shown) = match registry.types.get(&*M::type_name()) {
        Some(MetaType::Object { description, fields, .. }) => (description.clone(), fields.clone()),
        _ => (None, async_graphql::indexmap::IndexMap::new()),
    };
    let known = |cell: Option<Cell>| {
        debug_assert!(cell.is_some(), "{} shows a column that no document can hold", M::Entity::default().table_name());
        cell.unwrap_or(Cell::Text)
    };
    let mut fields = Vec::new();
    for column in <M::Entity as EntityTrait>::Column::iter() {
        let cell = Cell::of(column.def().get_column_type());
        let column = column.as_str();
        let name = camel(column);
        if let Some(field) = shown.get(&name) {
            let name = document_name(name);
            let holds = match field.ty.trim_end_matches('!') {
                "Int" | "Likelihood" | "Impact" | "Scale" => Holds::Int,
                "Float" => Holds::Float,
                "Boolean" => Holds::Boolean,
                "ID" => Holds::Id,
                _ => Holds::Text,
            };
            let about = field.description.clone().unwrap_or_default();
            fields.push(Field { name, column: column.to_owned(), cell: known(cell), holds, about });
        } else if M::LINKS.contains(&column) {
            let about = format!("Id of the {}.", column.trim_end_matches("_id").replace('_', " "));
            fields.push(Field { name, column: column.to_owned(), cell: known(cell), holds: Holds::Id, about });
        }
    }
    debug_assert!(
        M::WRITES.iter().all(|write| fields.iter().any(|field| field.name == *write)),
        "{} writes what it does not show",
        M::Entity::default().table_name()
    );
    (about.unwrap_or_default(), fields)
}

/// Document stores keep some names for themselves.
fn document_name(name: String) -> String {
    match name.as_str() {
        "collection" => "collectionName".to_owned(),
        "revision" => "revisionNumber".to_owned(),
        _ => name,
    }
}

/// Documents as text; those that are seen at the lesser level, with their places among the texts; and what was reached.
type Changed = (Vec<Text>, Vec<(usize, Document)>, Checkpoint);

/// Reads the records of a collection, whatever their type.
trait Rows: Send + Sync {
    fn changes<'r>(
        &'r self,
        caller: &'r Caller,
        at: &'r Snapshot,
        since: &'r Checkpoint,
        limit: usize,
        asked: &'r Asked<'r>,
    ) -> BoxFuture<'r, Result<Changed>>;
    fn waiting<'r>(
        &'r self,
        caller: &'r Caller,
        at: &'r Snapshot,
        since: &'r Checkpoint,
        most: usize,
    ) -> BoxFuture<'r, Result<usize>>;
    fn as_seen<'r>(&'r self, caller: &'r Caller, ids: &'r [Id]) -> BoxFuture<'r, Result<Vec<Document>>>;
    fn as_heard<'r>(
        &'r self,
        collection: &'r Collection,
        caller: &'r Caller,
        heard: &'r [Heard],
        selection: &'r Arc<Selection>,
    ) -> BoxFuture<'r, Result<Vec<Texts>>>;
}

struct Of<M> {
    fields: Arc<[Field]>,
    row: std::marker::PhantomData<M>,
}

impl<M: Synced> Of<M> {
    fn document(&self, change: Change<M>) -> Result<Document> {
        match change {
            Change::Now((row, redacted)) => document(&self.fields, &row, redacted),
            Change::Gone(id) => Ok(Document::gone(id)),
        }
    }

    fn documents(&self, changes: Vec<Change<M>>) -> Result<Vec<Document>> {
        changes.into_iter().map(|change| self.document(change)).collect()
    }
}

impl<M: Synced> Rows for Of<M> {
    fn changes<'r>(
        &'r self,
        caller: &'r Caller,
        at: &'r Snapshot,
        since: &'r Checkpoint,
        limit: usize,
        asked: &'r Asked<'r>,
    ) -> BoxFuture<'r, Result<Changed>> {
        Box::pin(async move {
            let (changes, checkpoint) = caller.changes::<M>(at, since, limit, asked).await?;
            let mut lesser = Vec::new();
            let mut texts = Vec::with_capacity(changes.len());
            for Told { id, level, texts: json } in changes {
                if level == Some(Level::Basic) {
                    lesser.push((texts.len(), id));
                }
                texts.push(match json.filter(|_| level.is_some()) {
                    Some(json) => Text { id, gone: false, json },
                    None => asked.gone(id)?,
                });
            }
            let ids: Vec<Id> = lesser.iter().map(|(_, id)| *id).collect();
            let documents =
                if ids.is_empty() { Vec::new() } else { self.documents(caller.as_seen_at::<M>(at, &ids).await?)? };
            Ok((texts, lesser.into_iter().map(|(place, _)| place).zip(documents).collect(), checkpoint))
        })
    }

    fn waiting<'r>(
        &'r self,
        caller: &'r Caller,
        at: &'r Snapshot,
        since: &'r Checkpoint,
        most: usize,
    ) -> BoxFuture<'r, Result<usize>> {
        Box::pin(caller.changes_waiting::<M>(at, since, most))
    }

    fn as_seen<'r>(&'r self, caller: &'r Caller, ids: &'r [Id]) -> BoxFuture<'r, Result<Vec<Document>>> {
        Box::pin(async move { self.documents(caller.as_seen::<M>(ids).await?) })
    }

    fn as_heard<'r>(
        &'r self,
        collection: &'r Collection,
        caller: &'r Caller,
        heard: &'r [Heard],
        selection: &'r Arc<Selection>,
    ) -> BoxFuture<'r, Result<Vec<Texts>>> {
        let write = |change: Change<M>| {
            let document = sent(collection, self.document(change)?);
            Ok(selection.documents().into_iter().map(|selected| cut_text(selected, document.clone())).collect())
        };
        Box::pin(caller.written_as_heard::<M, Selection>(heard, selection, write))
    }
}

/// The fields of a row as a document of its collection holds them.
pub fn fields_of<M: Synced + OutputType>(row: &Row<M>) -> Result<Map<String, Value>> {
    Ok(document(&described::<M>().1, &row.row, row.redacted)?.fields.unwrap_or_default())
}

/// The fields of a row as a document holds them; what was held back is empty and named.
fn document<M: Synced>(fields: &[Field], row: &M, redacted: &[&str]) -> Result<Document> {
    let Ok(Value::Object(mut columns)) = serde_json::to_value(row) else {
        return Err(Error::internal("a record is an object"));
    };
    let mut out = Map::new();
    for field in fields {
        let held_back = redacted.contains(&field.name.as_str()) && field.holds == Holds::Id;
        let value = columns.remove(&field.column).filter(|_| !held_back);
        out.insert(field.name.clone(), value.unwrap_or_default());
    }
    let redactions = (!redacted.is_empty()).then(|| redacted.join(",").into());
    out.insert("redactions".to_owned(), redactions.unwrap_or_default());
    Ok(Document { id: row.id().to_string(), fields: Some(out) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_is_what_its_record_declares() {
        let incident = Collection::of::<entity::incident::Model>(1, None);
        let names: Vec<&str> = incident.fields.iter().map(|field| field.name.as_str()).collect();
        assert!(names.contains(&"occurredOn") && names.contains(&"organisationId"), "{names:?}");
        for hidden in ["createdBy", "sharing", "importedVersion", "id"] {
            assert!(!names.contains(&hidden), "{hidden}");
        }
        let latitude = incident.fields.iter().find(|field| field.name == "latitude").unwrap();
        assert_eq!(latitude.holds, Holds::Float);
        assert!(latitude.about.starts_with("Degrees north"), "{}", latitude.about);
        assert!(incident.fields.iter().all(|field| !field.about.is_empty()));
        assert_eq!(incident.prefix, "Incident");
    }
}
