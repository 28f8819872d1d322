//! Where a device stands, so that "sync is stuck" has a visible reason.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{Right, sync_command, sync_conflict, value::CommandStatus};
use sea_orm::{ColumnTrait, Condition};

use super::{collections, pull};
use crate::platform::{
    caller::Sort,
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
};

/// Changes are counted up to here.
const MOST: usize = 1000;

/// Where a device stands in a collection.
#[derive(SimpleObject)]
pub struct SyncStatus {
    /// The collection.
    collection: String,
    /// Whether the checkpoint counts: false where it is damaged, another account's, or from before a restore; the next pull begins at the start then.
    checkpoint_counts: bool,
    /// Changes that wait behind the checkpoint, counted up to 1000.
    waiting: i32,
    /// Your writes to the collection that lost or were refused and that you have not dealt with.
    unresolved_conflicts: i32,
    /// Your commands that were given offline and refused.
    refused_commands: i32,
    /// Time of the server: how far the clock of the device is off.
    server_time: DateTime<Utc>,
}

/// Query of the status.
#[derive(Default)]
pub struct StatusQueries;

#[Object]
impl StatusQueries {
    /// Where a device stands in a collection.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn sync_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Name of the collection, such as incident.")] collection: String,
        #[graphql(desc = "The cursor of the device's checkpoint; none before its first pull.")] checkpoint: Option<
            String,
        >,
    ) -> Result<SyncStatus> {
        let caller = ctx.caller()?;
        let unknown = || Error::invalid("collection", "COLLECTION_IS_KNOWN", "there is no such collection");
        let collection = collections::named(&collection).ok_or_else(unknown)?;
        let known = checkpoint.as_deref().map(|text| caller.read_checkpoint(text)).unwrap_or_default();
        let counts = checkpoint.is_none() || !known.is_empty();
        let since = checkpoint.as_deref().map(|text| pull::of(caller, collection, text)).unwrap_or_default();
        let at = caller.snapshot().await?;
        let waiting = collection.waiting(caller, &at, &since, MOST).await?;
        drop(at);
        let open = Condition::all()
            .add(sync_conflict::Column::Collection.eq(collection.name))
            .add(sync_conflict::Column::ResolvedAt.is_null());
        let conflicts = caller.all::<sync_conflict::Model>(open, &Sort::asc(sync_conflict::Column::CreatedAt)).await?;
        let refused = Condition::all().add(sync_command::Column::Status.eq(CommandStatus::Refused));
        let refused = caller.all::<sync_command::Model>(refused, &Sort::asc(sync_command::Column::CreatedAt)).await?;
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        Ok(SyncStatus {
            collection: collection.name.to_owned(),
            checkpoint_counts: counts,
            waiting: count(waiting),
            unresolved_conflicts: count(conflicts.len()),
            refused_commands: count(refused.len()),
            server_time: caller.now(),
        })
    }
}
