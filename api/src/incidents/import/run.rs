//! Imports a file: row by row as it comes, in batches, each in one commit. The same file twice changes nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_graphql::SimpleObject;
use entity::{Id, Right, SpaceRef, incident, value::Title};
use sea_orm::{ColumnTrait, Condition};
use serde_json::Value;

use super::{
    mapping::{Columns, Mapping},
    read::{self, ImportNote, Read},
};
use crate::{
    incidents::{facts, rules, write},
    platform::{
        caller::{Caller, Sort},
        error::{Error, Result},
        tx::Tx,
    },
};

/// Rows of one commit.
const BATCH: usize = 500;
/// Notes that a report lists; the others are counted.
const NOTES: usize = 20_000;

/// What became of a file.
#[derive(Clone, Debug, Default, SimpleObject, serde::Serialize)]
pub struct ImportReport {
    /// Rows of the file.
    pub rows: i32,
    /// Incidents that are new.
    pub created: i32,
    /// Incidents that the file had otherwise than before.
    pub updated: i32,
    /// Incidents that are as they were.
    pub unchanged: i32,
    /// Incidents that somebody has edited since the last import: they stay as they are.
    pub kept: i32,
    /// Rows that were refused.
    pub refused: i32,
    /// Columns that the mapping does not speak of: they were not read.
    pub unknown_columns: Vec<String>,
    /// Values that were normalised or refused, by line and column.
    pub notes: Vec<ImportNote>,
    /// All of them, listed or not.
    pub notes_total: i32,
}

impl ImportReport {
    fn note(&mut self, note: ImportNote) {
        self.notes_total += 1;
        if self.notes.len() < NOTES {
            self.notes.push(note);
        }
    }

    /// Notes by column and rule.
    pub fn by_rule(&self) -> BTreeMap<(String, String), usize> {
        let mut out = BTreeMap::new();
        for note in &self.notes {
            *out.entry((note.column.clone().unwrap_or_default(), note.rule.clone())).or_default() += 1;
        }
        out
    }
}

/// Imports what a reader gives into an organisation; `told` hears how many bytes have been read.
pub async fn import(
    caller: &Caller,
    organisation: Id,
    mapping: &Mapping,
    file: impl std::io::Read + Send,
    told: impl Fn(u64) + Send + Sync,
) -> Result<ImportReport> {
    let unreadable = |e: csv::Error| Error::invalid("file", "CSV", format!("the file cannot be read as CSV: {e}"));
    let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let columns = Columns::of(csv.headers().map_err(unreadable)?);
    for (what, names) in [("the key of an incident", &mapping.reference), ("the year", &mapping.year)] {
        if columns.first(names).is_none() {
            let message = format!("the file has no column for {what}: expected {}", names.join(" or "));
            return Err(Error::invalid("file", "COLUMNS", message));
        }
    }
    let mut report = ImportReport { unknown_columns: columns.unknown(mapping), ..ImportReport::default() };
    let mut seen = HashSet::new();
    let mut batch = Vec::with_capacity(BATCH);
    let mut row = csv::StringRecord::new();
    while csv.read_record(&mut row).map_err(unreadable)? {
        report.rows += 1;
        let mut read = read::read(mapping, &columns, &row);
        if read.usable && !seen.insert(read.reference.clone()) {
            read.usable = false;
            read.notes.push(ImportNote {
                line: read.line,
                column: None,
                value: Some(read.reference.clone()),
                became: None,
                rule: "REFERENCE_ONCE".to_owned(),
                message: "an earlier row of the file has the same key".to_owned(),
            });
        }
        for note in std::mem::take(&mut read.notes) {
            report.note(note);
        }
        if read.usable {
            batch.push(read);
        } else {
            report.refused += 1;
        }
        if batch.len() == BATCH {
            take(caller, organisation, mapping, std::mem::take(&mut batch), &mut report).await?;
            told(csv.position().byte());
        }
    }
    take(caller, organisation, mapping, batch, &mut report).await?;
    told(csv.position().byte());
    Ok(report)
}

/// What became of a batch.
#[derive(Default)]
struct Outcome {
    created: i32,
    updated: i32,
    unchanged: i32,
    kept: i32,
    refused: i32,
    notes: Vec<ImportNote>,
}

async fn take(
    caller: &Caller,
    organisation: Id,
    mapping: &Mapping,
    batch: Vec<Read>,
    report: &mut ImportReport,
) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let outcome = std::sync::Arc::new(std::sync::Mutex::new(Outcome::default()));
    let out = outcome.clone();
    let source = Title::new(&mapping.source).map_err(|v| Error::internal(v.message))?;
    caller
        .run_command("importIncidents", Right::IncidentVerify, None, |tx| {
            Box::pin(async move {
                let done = write_all(tx, organisation, source, batch).await?;
                *out.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = done;
                Ok(organisation)
            })
        })
        .await?;
    let done = std::mem::take(&mut *outcome.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    report.created += done.created;
    report.updated += done.updated;
    report.unchanged += done.unchanged;
    report.kept += done.kept;
    report.refused += done.refused;
    done.notes.into_iter().for_each(|note| report.note(note));
    Ok(())
}

async fn write_all(tx: &mut Tx, organisation: Id, source: Title, batch: Vec<Read>) -> Result<Outcome> {
    use incident::Column;
    tx.authorise(SpaceRef::organisation(organisation)).await?;
    let references: Vec<String> = batch.iter().map(|read| read.reference.clone()).collect();
    let known = Condition::all()
        .add(Column::OrganisationId.eq(organisation))
        .add(Column::Source.eq(source))
        .add(Column::SourceReference.is_in(references));
    let known: Vec<incident::Model> = tx.all(known, &Sort::asc(Column::CreatedAt)).await?;
    let mut known: HashMap<String, incident::Model> =
        known.into_iter().filter_map(|row| Some((row.source_reference.as_ref()?.as_str().to_owned(), row))).collect();
    let (now, me) = (tx.now(), tx.caller.person());
    let mut done = Outcome::default();
    let mut new = Vec::new();
    for read in batch {
        let before = known.remove(&read.reference);
        let mut row = match &before {
            Some(before) => before.clone(),
            None => write::blank(tx.id(), organisation, me, now)?,
        };
        if let Err(problems) = facts::set_all(&mut row, &read.facts, now) {
            done.refused += 1;
            done.notes.extend(problems.into_iter().map(|problem| refused(&read, problem)));
            continue;
        }
        match before {
            None => {
                row.imported_version = Some(1);
                row.reported_late = rules::is_late(row.known_at, now, row.severity);
                new.push(row);
                done.created += 1;
            }
            Some(before) if before == row => done.unchanged += 1,
            // What a person has written is not overwritten by a file.
            Some(before) if before.imported_version != Some(before.version) => {
                done.kept += 1;
                let error = Error::invalid(
                    "sourceReference",
                    "EDITED_SINCE_IMPORT",
                    "edited since the last import: it stays as it is",
                );
                done.notes.push(refused(&read, error));
            }
            Some(before) => {
                row.imported_version = Some(before.version + 1);
                tx.update("incident.imported", &before, row).await?;
                done.updated += 1;
            }
        }
    }
    tx.insert_all("incident.imported", new).await?;
    Ok(done)
}

fn refused(read: &Read, problem: Error) -> ImportNote {
    let field = problem.field.clone();
    let value = field.as_deref().and_then(|field| read.facts.get(field)).map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    ImportNote {
        line: read.line,
        column: field,
        value,
        became: None,
        rule: problem.rule.unwrap_or("REFUSED").to_owned(),
        message: problem.message,
    }
}
