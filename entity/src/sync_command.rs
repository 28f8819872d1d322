use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, SpaceRef, record, synced},
    value::{CommandStatus, Id, Text, Title},
};

/// A command that was given offline: pushed once, run once, by the same fence and rules as if it had been sent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "sync_command")]
#[graphql(name = "SyncCommandRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// Who gave it.
    #[graphql(skip)]
    pub person_id: Id,
    /// Name of the mutation.
    pub name: Title,
    /// Its input, as the text of a JSON object.
    pub input: String,
    /// When it was given, by the clock of the device.
    pub captured_at: Option<DateTime<Utc>>,
    /// The version that the giver had read.
    pub expected_version: Option<i32>,
    /// What became of it.
    pub status: CommandStatus,
    /// Code of the refusal, as in an error.
    pub code: Option<Title>,
    /// Rule of the refusal, as in an error.
    pub rule: Option<Title>,
    /// Field of the refusal, as in an error.
    pub field: Option<Title>,
    /// What is wrong, for humans.
    pub message: Option<Text>,
    /// Id of the record that the mutation answered with.
    pub result_id: Option<Id>,
    /// Who wrote it first.
    #[graphql(skip)]
    pub created_by: Id,
    /// When it was written first.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes, from 1. Send it back as `expectedVersion` when editing.
    pub version: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

record! { SyncCommand, SignedIn, |row| Audience::of(SpaceRef::person(row.person_id)) }
synced! { "syncCommand", links: [], writes: ["name", "input", "capturedAt", "expectedVersion"] }
