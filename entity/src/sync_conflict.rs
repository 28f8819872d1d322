use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, SpaceRef, record, synced},
    value::{Id, SyncConflictKind, Text, Title},
};

/// A write from a device that lost or was refused. Kept until its author has dealt with it; nothing is lost.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "sync_conflict")]
#[graphql(name = "SyncConflictRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// Whose write it was.
    #[graphql(skip)]
    pub person_id: Id,
    /// The collection it was pushed to.
    pub collection: Title,
    /// The document it was about, as the client named it.
    pub document_id: Title,
    /// Why it did not go through.
    pub kind: SyncConflictKind,
    /// Code of the refusal, as in an error.
    pub code: Title,
    /// Rule of the refusal, as in an error.
    pub rule: Option<Title>,
    /// The field it was about, where it was one.
    pub field: Option<Title>,
    /// What is wrong, for humans.
    pub message: Option<Text>,
    /// The values that were not taken, as the text of a JSON object.
    pub yours: String,
    /// When the author dealt with it.
    pub resolved_at: Option<DateTime<Utc>>,
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

record! { SyncConflict, SignedIn, |row| Audience::of(SpaceRef::person(row.person_id)) }
synced! { "syncConflict", links: [], writes: [] }
