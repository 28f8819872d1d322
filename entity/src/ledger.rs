//! The ordered history of one space: change feed, event log, outbox and audit trail at once.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{access::Kind, value::Id};

/// One entry. Position `(space_no, seq)`, gap-free within a space.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "ledger")]
pub struct Model {
    /// The space.
    #[sea_orm(primary_key, auto_increment = false)]
    pub space_no: i32,
    /// Position in the space, from 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When the command ran.
    pub at: DateTime<Utc>,
    /// What happened, such as `risk.level_changed`.
    pub event: String,
    /// Kind of the record.
    pub kind: Kind,
    /// The record.
    pub record_id: Id,
    /// Version of the record after the change; 0 where only its audience changed, or nothing of it: what fell due.
    pub version: i32,
    /// Whether the record is published in this space after the change.
    pub live: bool,
    /// The command.
    pub command: String,
    /// The person who acted; nil for the operator, and in the spaces of partnerships.
    pub actor: Id,
    /// The membership, side role or appointment under which they acted.
    pub authority: Option<Id>,
    /// Id of the request.
    pub request_id: String,
    /// What changed, as JSON text. Erasable: the chain holds its salted digest only.
    pub payload: Option<String>,
    /// Salt of the digest; erased with the payload.
    pub salt: Option<Vec<u8>>,
    /// SHA-256 of salt and payload.
    pub payload_digest: Vec<u8>,
    /// Hash of the entry before.
    pub prev_hash: Vec<u8>,
    /// SHA-256 of the entry before and of everything above but payload and salt.
    pub hash: Vec<u8>,
}

/// How the names of commands begin in which a device tells what was written on it.
pub const BY_PUSH: &str = "push";

impl Model {
    /// Whether a device of the actor has pushed it.
    pub fn is_pushed(&self) -> bool {
        self.command.starts_with(BY_PUSH)
    }

    /// Whether somebody may do more or less since: in their own ledger.
    pub const fn is_of_standing(&self) -> bool {
        matches!(self.kind, Kind::Membership | Kind::SideRole | Kind::Account | Kind::Device)
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
