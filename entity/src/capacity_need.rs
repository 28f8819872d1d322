use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, NeedState, Text, Title},
};

/// Something that a side needs to learn or to get, agreed by every side (C-01; [001] Strengthen capacity; sample indicator 1).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "capacity_need")]
#[graphql(name = "CapacityNeedRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that proposed it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The side whose need it is.
    #[graphql(skip)]
    pub for_side_id: Id,
    /// Code of the framework element that it belongs to, from the catalogue `FRAMEWORK_ELEMENTS`.
    pub element: Title,
    /// What is needed, in short.
    pub title: Title,
    /// What is needed, for whom, and why.
    pub description: Text,
    /// Where it stands.
    pub state: NeedState,
    /// How it was met, or why it is not needed any more.
    pub closing: Option<Text>,
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

record! { CapacityNeed, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "capacityNeed", links: [partnership_id, side_id, for_side_id], writes: [] }
