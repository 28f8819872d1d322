//! Writes of devices that lost or were refused: kept for their author, until the author has dealt with them.

use async_graphql::{Context, Object};
use entity::{
    Id, Right, sync_conflict,
    value::{SyncConflictKind, Text, Title},
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::{Map, Value};

use super::collections;
use crate::platform::{
    caller::{Caller, Sort},
    error::{Error, Result},
    gate::Ask,
    object::object,
    page::{Paging, connection},
    sdl::requires,
    whole::Whole,
};

object! {
    /// A write from a device that lost or was refused.
    SyncConflict, sync_conflict::Model {
    }
    fields {
        /// The document as you see it now, as a JSON object; empty where you do not.
        async fn theirs(&self, ctx: &Context<'_>) -> Result<Option<async_graphql::Json<Value>>> {
            let id: Option<Id> = self.row.document_id.as_str().parse().ok();
            let (Some(id), Some(collection)) = (id, collections::named(self.row.collection.as_str())) else {
                return Ok(None);
            };
            let found = collection.as_seen(ctx.caller()?, &[id]).await?.pop();
            Ok(found.and_then(|document| document.fields).map(|fields| async_graphql::Json(Value::Object(fields))))
        }
    }
}
connection!(
    SyncConflictConnection,
    SyncConflictEdge,
    SyncConflict,
    sync_conflict::Model,
    "A page of conflicts.",
    "A conflict in a list."
);

/// What was not taken of a write.
pub struct Losing<'l> {
    /// The collection.
    pub collection: &'static str,
    /// The document, as the client named it.
    pub document: &'l str,
    /// Why.
    pub kind: SyncConflictKind,
    /// The values.
    pub yours: Map<String, Value>,
}

/// Keeps it. The same write sent again, its answer lost, is kept once.
pub async fn keep(caller: &Caller, losing: Losing<'_>, error: &Error) -> Result<()> {
    let yours = bounded(losing.yours);
    let short = |text: &str| Title::new(&text.chars().take(200).collect::<String>()).ok();
    let unnamed = || Error::internal("a conflict without a name");
    let document_id = short(losing.document).or_else(|| short("(none)")).ok_or_else(unnamed)?;
    let row = sync_conflict::Model {
        id: Id::NIL,
        person_id: caller.person(),
        collection: short(losing.collection).ok_or_else(unnamed)?,
        document_id,
        kind: losing.kind,
        code: short(error.code.name()).ok_or_else(unnamed)?,
        rule: error.rule.and_then(short),
        field: error.field.as_deref().and_then(short),
        message: Text::new(&error.message).ok(),
        yours,
        resolved_at: None,
        created_by: Id::NIL,
        created_at: caller.now(),
        updated_at: caller.now(),
        version: 1,
    };
    caller
        .run_command("keepSyncConflict", Right::SignedIn, None, |tx| {
            Box::pin(async move {
                use sync_conflict::Column;
                let known = Condition::all()
                    .add(Column::PersonId.eq(row.person_id))
                    .add(Column::DocumentId.eq(row.document_id.clone()))
                    .add(Column::Yours.eq(row.yours.clone()))
                    .add(Column::ResolvedAt.is_null());
                let known: Vec<sync_conflict::Model> = tx.all(known, &Sort::asc(Column::CreatedAt)).await?;
                match known.first() {
                    Some(known) => Ok(known.id),
                    None => {
                        let id = tx.id();
                        Ok(tx.insert("sync.conflict_kept", sync_conflict::Model { id, ..row }).await?.id)
                    }
                }
            })
        })
        .await
        .map(drop)
}

/// Most bytes of what is kept of one write: a document that may be pushed fits.
const KEPT: usize = 64 * 1024;

/// The values as text. Of a document that is larger than any that may be pushed, the largest values are named with their size
/// instead: a refusal must not be a way to fill the server.
fn bounded(mut yours: Map<String, Value>) -> String {
    let mut text = Value::Object(yours.clone()).to_string();
    while text.len() > KEPT {
        let size = |value: &Value| value.to_string().len();
        let largest =
            yours.iter().max_by_key(|(_, value)| size(value)).map(|(name, value)| (name.clone(), size(value)));
        match largest {
            Some((name, bytes)) if bytes > 64 => drop(yours.insert(name, format!("({bytes} bytes)").into())),
            // Nothing but names is left, and too many of them.
            _ => yours.clear(),
        }
        text = Value::Object(yours.clone()).to_string();
    }
    text
}

/// Queries of conflicts.
#[derive(Default)]
pub struct ConflictQueries;

#[Object]
impl ConflictQueries {
    /// Your writes that lost or were refused, newest first.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn sync_conflicts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those you have dealt with, or only the others.")] resolved: Option<bool>,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<SyncConflictConnection> {
        use sync_conflict::Column;
        let which =
            resolved.map(|yes| if yes { Column::ResolvedAt.is_not_null() } else { Column::ResolvedAt.is_null() });
        let filter = Condition::all().add_option(which);
        let paging = Paging { first, after, last, before };
        let list = format!("syncConflicts:{resolved:?}");
        let sort = Sort::desc(Column::CreatedAt);
        Ok(ctx.caller()?.page::<sync_conflict::Model>(ctx, &list, filter, sort, &paging).await?.into())
    }
}

/// Marks a conflict as dealt with.
#[derive(Default)]
pub struct ResolveSyncConflict;

#[Object]
impl ResolveSyncConflict {
    /// Says that you have dealt with a conflict: written it again, or let it go. It stays on record. Codes: NOT_FOUND.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn resolve_sync_conflict(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conflict.")] id: Id,
    ) -> Result<Whole<SyncConflict>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: sync_conflict::Model = tx.lock(id, "id").await?;
                    let mut after = before.clone();
                    after.resolved_at = before.resolved_at.or(Some(tx.now()));
                    Ok(tx.update("sync.conflict_resolved", &before, after).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
