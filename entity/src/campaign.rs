use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Date, Id, Text, Title},
};

/// What is done in public or behind doors under a strategy: who signed, and what came of it (V-04; [001] Advocate).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "campaign")]
#[graphql(name = "CampaignRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that began it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The strategy.
    #[graphql(skip)]
    pub strategy_id: Id,
    /// Short name.
    pub title: Title,
    /// First day.
    pub starts_on: Date,
    /// Who signed.
    pub signatories: Text,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// What came of it.
    pub outcome: Option<Text>,
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

record! { Campaign, AdvocacyRead, |row| Audience::inherits(row.strategy_id) }
synced! { "campaign", links: [partnership_id, side_id, strategy_id], writes: [] }
