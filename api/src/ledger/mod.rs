//! The ledger as clients read it: every side can check that history was not rewritten.
//!
//! Each space has one ledger. Its entries say who did what, when, under which standing, and carry a hash
//! chain; a client can recompute it from these fields alone (`docs/architecture.md`).

mod entry;
mod events;

pub use entry::{LedgerEntry, LedgerPage};
pub use events::EventSubscriptions;

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
#[graphql(name = "LedgerCapabilityQueries")]
pub struct LedgerQueries(entry::LedgerQueries, events::EventQueries);
