use crate::value::Id;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// What a command with an idempotency key answered, kept for seven days.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "command_log")]
pub struct Model {
    /// The person who sent it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor: Id,
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of command and arguments.
    pub request_hash: Vec<u8>,
    /// The record that the command answered with.
    pub response: Id,
    /// When.
    pub at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
