//! Sync: what devices that work offline read and write.
//!
//! A collection is declared by its record ([`collection`]); its operations, types and JSON schema follow from that. A pull
//! is a function of checkpoint, authority and database; a push merges field by field and loses nothing; a stream brings
//! changes and is closed, never ended, where the device must pull. Commands travel as documents too.

pub mod answer;
mod changes;
pub mod collection;
pub mod collections;
pub mod command;
pub mod conflict;
pub mod json_schema;
pub mod merge;
mod pull;
pub mod push;
mod roots;
mod status;
pub mod stream;
mod text;
mod types;

pub use command::SyncCommand;
pub use conflict::SyncConflict;

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
#[graphql(name = "SyncCapabilityQueries")]
pub struct SyncQueries(roots::SyncQueries, conflict::ConflictQueries, command::CommandQueries, status::StatusQueries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
#[graphql(name = "SyncCapabilityMutations")]
pub struct SyncMutations(roots::SyncMutations, conflict::ResolveSyncConflict);

pub use roots::SyncSubscriptions;
