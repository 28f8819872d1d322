use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Text, UnderstandingStatus, UnderstandingTopic},
};

/// Whether a side understands another, and is at ease with it (P-31; [001] Preliminary questions, Policies and principles).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "understanding")]
#[graphql(name = "UnderstandingRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that says it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The side that it is about.
    #[graphql(skip)]
    pub of_side_id: Id,
    /// What it is about.
    pub topic: UnderstandingTopic,
    /// How far it understands, and whether it agrees.
    pub status: UnderstandingStatus,
    /// What is not clear, or not agreed with.
    pub note: Option<Text>,
    /// Counts what the side said about it, from 1.
    pub revision: i32,
    /// Whether it is what the side said last.
    pub current: bool,
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

record! { Understanding, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "understanding", links: [partnership_id, side_id, of_side_id], writes: [] }
