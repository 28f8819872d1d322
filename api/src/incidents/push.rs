//! Incidents that were captured on a device.

use std::sync::{Arc, Mutex, PoisonError};

use entity::{Id, Right, Synced, incident};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::{retract_incident, write};
use crate::{
    platform::{
        caller::Caller,
        error::{Error, ErrorCode, Result},
        tx::Tx,
    },
    sync::{
        collection,
        command::Executor,
        merge::{self, Merged},
        push::{Pushed, Write},
    },
};

/// Set when a report is made, and never after.
const MADE_WITH: [&str; 3] = ["organisationId", "capturedById", "capturedAt"];

/// The writes of `incident`.
pub struct Captured;

impl Pushed for Captured {
    fn take<'w>(
        &'w self,
        caller: &'w Caller,
        _: Option<&'w Executor>,
        write: Write<'w>,
    ) -> BoxFuture<'w, Result<Merged>> {
        Box::pin(async move {
            match once(caller, &write).await {
                // Made by the same push on another line, just now; or there, and not for the eyes of who sends this.
                Err(error) if error.rule == Some("RECORDED_ONCE") => match once(caller, &write).await {
                    Err(error) if error.rule == Some("RECORDED_ONCE") => Err(Error::not_found("id")),
                    again => again,
                },
                done => done,
            }
        })
    }
}

async fn once(caller: &Caller, write: &Write<'_>) -> Result<Merged> {
    let merged = Arc::new(Mutex::new(Merged::default()));
    let out = merged.clone();
    let (id, new, assumed, deleted) = (write.id, write.new.clone(), write.assumed.cloned(), write.deleted);
    caller
        .run_command("pushIncident", Right::IncidentReport, None, |tx| {
            Box::pin(async move {
                let done = take(tx, id, &new, assumed.as_ref(), deleted).await?;
                *out.lock().unwrap_or_else(PoisonError::into_inner) = done;
                Ok(id)
            })
        })
        .await?;
    let merged = merged.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(merged)
}

async fn take(
    tx: &mut Tx,
    id: Id,
    new: &Map<String, Value>,
    assumed: Option<&Map<String, Value>>,
    deleted: bool,
) -> Result<Merged> {
    let before = match tx.lock_row::<incident::Model>(id, "id").await {
        Ok(before) => before,
        Err(error) if error.code != ErrorCode::NotFound => return Err(error),
        // Gone from here, or never here: for the device it is deleted either way.
        Err(_) if deleted => return Ok(Merged::default()),
        // Not there for the caller: new, or lost with a restore and still on the device. Where it is only hidden, the id is
        // taken; and whose right has ended is told the same.
        Err(_) => {
            let revoked = |error: Error| {
                let ended = assumed.is_some() && error.code == ErrorCode::Forbidden;
                if ended { Error::not_found("id") } else { error }
            };
            return report(tx, id, new).await.map_err(revoked);
        }
    };
    let current = collection::fields_of(&before)?;
    if deleted {
        let whole: incident::Model = tx.lock(id, "id").await?;
        retract_incident::retract(tx, &whole, None).await?;
        return Ok(Merged::default());
    }
    // A report that nobody has touched since its own author sent it, and of which the answer was lost.
    let own = before.row.version == 1 && before.row.created_by == tx.caller.person();
    let assumed = assumed.or_else(|| own.then_some(&current));
    let writes: Vec<&str> = incident::Model::WRITES.iter().copied().filter(|name| !MADE_WITH.contains(name)).collect();
    let merged = merge::three_way(&writes, &current, assumed, new);
    // What changes nothing needs no right.
    if !merged.changes.is_empty() {
        let whole: incident::Model = tx.lock(id, "id").await?;
        write::edit(tx, &whole, &merged.changes).await?;
    }
    Ok(merged)
}

async fn report(tx: &mut Tx, id: Id, new: &Map<String, Value>) -> Result<Merged> {
    let named = |name: &str| match new.get(name).and_then(Value::as_str) {
        Some(id) => id.parse().map(Some).map_err(|_| Error::invalid(name, "ID_IS_A_UUID", "an id is a UUID")),
        None => Ok(None),
    };
    let report = write::Report { id, organisation: named("organisationId")?, captured_by: named("capturedById")? };
    let facts: Map<String, Value> = new
        .iter()
        .filter(|(name, _)| incident::Model::WRITES.contains(&name.as_str()))
        .filter(|(name, _)| !matches!(name.as_str(), "organisationId" | "capturedById"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    write::report(tx, report, &facts).await?;
    Ok(Merged::default())
}
