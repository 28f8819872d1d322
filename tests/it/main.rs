//! Scenarios. One binary; every scenario runs on SQLite and on PostgreSQL, deterministic: fixed clock, counted
//! ids. Without PostgreSQL its half is skipped and says so; with `SAFEPACT_REQUIRE_ALL=1` that is a failure.

#[macro_use]
mod support;

mod binary;
mod clients;
mod consents;
mod docs;
mod feed;
mod fence;
mod house;
mod ledgers;
mod organisations;
mod partnerships;
mod risks;
mod snapshots;
mod sockets;
mod tokens;
mod transport;
mod visibility;
