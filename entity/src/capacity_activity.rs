use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{ActivityKind, ActivityState, Date, Id, Text, Title},
};

/// Something that is done to strengthen capacity: sharing, training, embedding, mentoring (C-02, C-03; [001] Strengthen capacity).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "capacity_activity")]
#[graphql(name = "CapacityActivityRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that planned it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The need that it is for.
    #[graphql(skip)]
    pub need_id: Option<Id>,
    /// The side that gives; empty where others do.
    #[graphql(skip)]
    pub from_side_id: Option<Id>,
    /// The side whose capacity grows.
    #[graphql(skip)]
    pub to_side_id: Id,
    /// What kind it is.
    pub kind: ActivityKind,
    /// What is done, in short.
    pub title: Title,
    /// What is done, for whom.
    pub description: Text,
    /// First day.
    pub starts_on: Date,
    /// Last day. Embedding always has one.
    pub ends_on: Option<Date>,
    /// Where it stands.
    pub state: ActivityState,
    /// What came of it, or why it was called off.
    pub outcome: Option<Text>,
    /// How what was learnt outlives the partnership.
    pub sustainability_plan: Option<Text>,
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

record! { CapacityActivity, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "capacityActivity", links: [partnership_id, side_id, need_id, from_side_id, to_side_id], writes: [] }
