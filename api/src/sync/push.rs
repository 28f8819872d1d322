//! Writes of devices: each row for itself, never a GraphQL error for one of them (S11), nothing lost.

use async_graphql::Context;
use entity::{Id, value::SyncConflictKind};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::{
    answer::sent,
    collection::{Collection, Document},
    command::Executor,
    conflict::{self, Losing},
    merge::Merged,
};
use crate::platform::{
    caller::Caller,
    error::{Error, ErrorCode, Result},
    gate::Ask,
    values::{Misfit, Misfits},
};

/// Most rows of a push.
const MOST: usize = 500;
/// Most bytes of a document.
const BYTES: usize = 64 * 1024;

/// One write, as it reaches a record.
pub struct Write<'w> {
    /// The record.
    pub id: Id,
    /// The state on which the device built.
    pub assumed: Option<&'w Map<String, Value>>,
    /// The state on the device.
    pub new: &'w Map<String, Value>,
    /// To take it back.
    pub deleted: bool,
}

/// What takes the writes of a collection.
pub trait Pushed: Send + Sync {
    /// Writes what nobody else changed, and answers with what was not taken. A record that the caller does not see is
    /// made where the device assumed none, and is NOT_FOUND otherwise. What changes nothing needs no right (S12).
    fn take<'w>(
        &'w self,
        caller: &'w Caller,
        executor: Option<&'w Executor>,
        write: Write<'w>,
    ) -> BoxFuture<'w, Result<Merged>>;
}

/// Takes the rows in order; answers with the state of every document whose write was not taken whole.
pub async fn push(ctx: &Context<'_>, collection: &Collection, mut arguments: Map<String, Value>) -> Result<Value> {
    let caller = ctx.caller()?;
    let rows = match arguments.remove(&format!("{}PushRow", collection.name)) {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    };
    if rows.len() > MOST {
        return Err(Error::bad_input("PUSH_ROWS", format!("expected at most {MOST} rows, found {}", rows.len())));
    }
    #[expect(clippy::disallowed_methods, reason = "what the gate took out of the rows, and what runs commands")]
    let (misfits, executor) = (ctx.data_opt::<Misfits>(), ctx.data_opt::<Executor>());
    let mut answer = Vec::new();
    let mut pushed = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        let Value::Object(mut row) = row else { continue };
        let new = row.remove("newDocumentState").unwrap_or_default();
        let Value::Object(new) = new else { continue };
        let assumed = row.remove("assumedMasterState").and_then(|assumed| match assumed {
            Value::Object(assumed) => Some(assumed),
            _ => None,
        });
        let misfit = misfits.and_then(|misfits| misfits.of(at));
        pushed.extend(new.get("id").and_then(Value::as_str).and_then(|id| id.parse::<Id>().ok()));
        let row = Row { caller, collection, executor, new: &new, assumed: assumed.as_ref(), misfit: misfit.as_ref() };
        if let Some(document) = row.take().await? {
            answer.push(sent(collection, document));
        }
    }
    // What reaches the device while its push is under way it takes for old: its streams say it once more.
    caller.hub().remind(caller, collection.kind, pushed);
    Ok(Value::Array(answer))
}

struct Row<'r> {
    caller: &'r Caller,
    collection: &'r Collection,
    executor: Option<&'r Executor>,
    new: &'r Map<String, Value>,
    assumed: Option<&'r Map<String, Value>>,
    misfit: Option<&'r Misfit>,
}

impl Row<'_> {
    /// Takes one row. Answers with the state of the document where it is not what the device has now.
    async fn take(&self) -> Result<Option<Document>> {
        let name = self.new.get("id").and_then(Value::as_str).unwrap_or_default();
        let id: Option<Id> = name.parse().ok().filter(|id| *id != Id::NIL);
        let refused = match (id, self.misfit) {
            (None, _) => Err(Error::invalid(
                "id",
                "ID_IS_A_UUID",
                "an id is a UUID such as 01920000-0000-7000-8000-000000000001",
            )),
            (_, Some(misfit)) => Err(misfit.error.clone()),
            (Some(id), None) => self.write(id).await,
        };
        match refused {
            Ok(merged) if merged.losing.is_empty() && merged.tell => self.state(name, id).await.map(Some),
            Ok(merged) if merged.losing.is_empty() => Ok(None),
            Ok(merged) => {
                let field = merged.losing.keys().next().cloned();
                let (kind, mut error) = if merged.held_back {
                    let error = Error::new(ErrorCode::Forbidden, "a field that is held back from you stays as it is");
                    (SyncConflictKind::Refused, error.rule("FIELD_HELD_BACK"))
                } else {
                    let error = Error::new(ErrorCode::Conflict, "somebody else changed the same field: theirs stands");
                    (SyncConflictKind::SameField, error.rule("SAME_FIELD"))
                };
                error.field = field;
                self.keep(name, kind, &error, merged.losing).await?;
                self.state(name, id).await.map(Some)
            }
            // A fault of ours says nothing of the row: the device sends it again.
            Err(error) if is_ours(&error) => Err(error),
            Err(error) => {
                let state = self.state(name, id).await?;
                let kind = match (&state.fields, error.code) {
                    (None, ErrorCode::NotFound) => SyncConflictKind::Revoked,
                    (_, _) if error.rule == Some("INCIDENT_IS_RETRACTED") => SyncConflictKind::DeletedMeanwhile,
                    _ => SyncConflictKind::Refused,
                };
                self.keep(name, kind, &error, self.difference()).await?;
                Ok(Some(state))
            }
        }
    }

    async fn write(&self, id: Id) -> Result<Merged> {
        let bytes = serde_json::to_string(self.new).map_or(usize::MAX, |text| text.len());
        if bytes > BYTES {
            let message = format!("a document has at most {BYTES} bytes, this one {bytes}");
            return Err(Error::invalid("id", "DOCUMENT_BYTES", message));
        }
        let deleted = self.new.get("deleted").and_then(Value::as_bool).unwrap_or_default();
        let Some(pushed) = self.collection.pushed else { return self.read_only(id).await };
        let write = Write { id, assumed: self.assumed, new: self.new, deleted };
        pushed.take(self.caller, self.executor, write).await
    }

    /// Nothing is taken; what is there already is no conflict.
    async fn read_only(&self, id: Id) -> Result<Merged> {
        let state = self.state(&id.to_string(), Some(id)).await?;
        let fields = state.fields.ok_or_else(|| Error::not_found("id"))?;
        let differs = |(name, value): (&String, &Value)| fields.get(name).is_some_and(|here| here != value);
        if self.new.get("deleted") != Some(&Value::Bool(true)) && !self.new.iter().any(differs) {
            return Ok(Merged::default());
        }
        let message = "this collection is not written by devices: send the command instead";
        Err(Error::new(ErrorCode::Refused, message).rule("COLLECTION_IS_READ_ONLY"))
    }

    /// The document as its writer sees it now.
    async fn state(&self, name: &str, id: Option<Id>) -> Result<Document> {
        match id {
            Some(id) => {
                let found = self.collection.as_seen(self.caller, &[id]).await?.pop();
                Ok(found.unwrap_or_else(|| Document::gone(id)))
            }
            None => Ok(Document::gone(name)),
        }
    }

    /// What the device changed: the writer's own words, and nothing else.
    fn difference(&self) -> Map<String, Value> {
        let changed = |(name, value): &(&String, &Value)| {
            let owned = self.collection.writes.is_empty() || self.collection.writes.contains(&name.as_str());
            owned && self.assumed.and_then(|assumed| assumed.get(*name)).unwrap_or(&Value::Null) != *value
        };
        let mut out: Map<String, Value> =
            self.new.iter().filter(changed).map(|(name, value)| (name.clone(), value.clone())).collect();
        if self.new.get("deleted") == Some(&Value::Bool(true)) {
            out.insert("deleted".to_owned(), true.into());
        }
        out.extend(self.misfit.iter().flat_map(|misfit| misfit.values.clone()));
        out
    }

    async fn keep(&self, name: &str, kind: SyncConflictKind, error: &Error, yours: Map<String, Value>) -> Result<()> {
        let losing = Losing { collection: self.collection.name, document: name, kind, yours };
        conflict::keep(self.caller, losing, error).await
    }
}

/// Faults of the server, and waits that ended: the same row may well be taken a moment later.
fn is_ours(error: &Error) -> bool {
    matches!(error.code, ErrorCode::Internal | ErrorCode::Unavailable | ErrorCode::Unauthenticated)
        || error.rule == Some("TRY_AGAIN")
}
