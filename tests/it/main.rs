//! Scenarios. One binary; every scenario runs on SQLite and on PostgreSQL, deterministic: fixed clock, counted
//! ids. Without PostgreSQL its half is skipped and says so; with `SAFEPACT_REQUIRE_ALL=1` that is a failure.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a test that is surprised should fail"
)]
#![expect(clippy::disallowed_methods, reason = "the tests stand outside of the program")]

#[macro_use]
mod support;

mod advocacy;
mod again;
mod binary;
mod capacity;
mod clients;
mod concerns;
mod consents;
mod decisions;
mod dialogue;
mod docs;
mod feed;
mod fence;
mod foundations;
mod house;
mod imports;
mod incidents;
mod language;
mod ledgers;
mod model;
mod organisations;
mod partnerships;
mod plans;
mod review_model;
mod reviews;
mod risks;
mod snapshots;
mod sockets;
mod streams;
mod sync;
mod tokens;
mod transport;
mod visibility;
mod whole;
