//! Documents as text: what was selected of them, from the rows of the database straight to the words that are sent.

use entity::Id;
use sea_orm::QueryResult;

use super::{
    answer::Selected,
    collection::{Collection, Field},
};
use crate::platform::{
    cells::Cell,
    entries::{COLUMNS, Hand},
    error::Result,
    written::Texts,
};

/// What is asked of the documents of a collection.
pub struct Asked<'s> {
    /// For each selection its keys; mostly there is one.
    each: Vec<Vec<(String, Part)>>,
    /// Columns that are needed.
    columns: Vec<&'s str>,
    type_name: String,
    /// Keys and names, in order.
    words: String,
}

enum Part {
    Typename,
    Id,
    Deleted,
    /// What is seen whole has no redactions, and a document that is gone nothing.
    Empty,
    /// Where the column stands among those that are needed, and what it holds.
    Column(usize, Cell),
}

/// A document as text.
pub struct Text {
    /// The record.
    pub id: Id,
    /// Whether the reader does not see it, or not any more.
    pub gone: bool,
    /// JSON, for each selection.
    pub json: Texts,
}

impl Text {
    /// The text for one of the selections.
    pub fn of(&self, selections: &[&[Selected]], selected: &[Selected]) -> &str {
        let at = selections.iter().position(|one| std::ptr::eq(*one, selected));
        at.and_then(|at| self.json.get(at)).map_or("null", String::as_str)
    }
}

/// An object with what was selected; the values are written by name.
pub fn object(selected: &[Selected], mut write: impl FnMut(&Selected, &mut String)) -> String {
    let mut json = String::with_capacity(256);
    for (at, field) in selected.iter().enumerate() {
        json.push(if at > 0 { ',' } else { '{' });
        json.push_str(&format!("\"{}\":", field.key));
        write(field, &mut json);
    }
    json.push('}');
    json
}

/// A list of texts.
pub fn list<'t>(json: &mut String, items: impl Iterator<Item = &'t str> + Clone) {
    json.reserve(items.clone().map(|item| item.len() + 1).sum::<usize>() + 2);
    json.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            json.push(',');
        }
        json.push_str(item);
    }
    json.push(']');
}

impl<'s> Asked<'s> {
    /// What some selections ask of a collection: under several aliases there are several.
    pub fn of(collection: &'s Collection, selections: &[&'s [Selected]]) -> Self {
        let mut columns = Vec::new();
        let mut part = |name: &str| match name {
            "__typename" => Part::Typename,
            "id" => Part::Id,
            "deleted" => Part::Deleted,
            name => match collection.fields.iter().find(|field| field.name == name) {
                Some(Field { column, cell, .. }) => {
                    columns.push(column.as_str());
                    Part::Column(columns.len() - 1, *cell)
                }
                None => Part::Empty,
            },
        };
        let mut parts = |selected: &[Selected]| {
            selected.iter().map(|field| (format!("\"{}\":", field.key), part(&field.name))).collect()
        };
        let each = selections.iter().map(|selected| parts(selected)).collect();
        let mut words = String::with_capacity(256);
        for selected in selections {
            for field in *selected {
                words.extend([field.key.as_str(), ":", &field.name, ","]);
            }
            words.push(';');
        }
        Self { each, columns, type_name: format!("\"{}Document\"", collection.prefix), words }
    }

    /// The document of a record that is gone.
    pub fn gone(&self, id: Id) -> Result<Text> {
        let json = self.each.iter().map(|parts| self.document(parts, id, None)).collect::<Result<_>>()?;
        Ok(Text { id, gone: true, json })
    }

    fn document(&self, parts: &[(String, Part)], id: Id, row: Option<&QueryResult>) -> Result<String> {
        let mut json = String::with_capacity(64 + parts.len() * 48);
        for (at, (key, part)) in parts.iter().enumerate() {
            json.push(if at > 0 { ',' } else { '{' });
            json.push_str(key);
            match (part, row) {
                (Part::Typename, _) => json.push_str(&self.type_name),
                (Part::Id, _) => {
                    json.push('"');
                    json.push_str(id.0.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()));
                    json.push('"');
                }
                (Part::Deleted, row) => json.push_str(if row.is_some() { "false" } else { "true" }),
                (Part::Column(at, cell), Some(row)) => cell.write(&mut json, row, COLUMNS + at)?,
                (Part::Empty | Part::Column(..), _) => json.push_str("null"),
            }
        }
        json.push('}');
        Ok(json)
    }
}

impl Hand for Asked<'_> {
    fn words(&self) -> &str {
        &self.words
    }

    fn columns(&self) -> &[&str] {
        &self.columns
    }

    fn write(&self, id: Id, row: &QueryResult) -> Result<Vec<String>> {
        self.each.iter().map(|parts| self.document(parts, id, Some(row))).collect()
    }
}
