use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Scale, Text, ThreatKind, Title},
};

/// A person, group or event that can do harm ([003] Annex D, step 2).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "threat")]
#[graphql(name = "ThreatRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership that looks at it.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// Short name.
    pub title: Title,
    /// Kind.
    pub kind: ThreatKind,
    /// What is known.
    pub description: Option<Text>,
    /// Mind-set of human actors: how far they mean harm. Required for HUMAN, refused for others (M-04).
    pub mind_set: Option<Scale>,
    /// Capability of human actors. Required for HUMAN, refused for others (M-04).
    pub capability: Option<Scale>,
    /// How far the context lets human actors act. Required for HUMAN, refused for others (M-04).
    pub context: Option<Scale>,
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

record! { Threat, RiskRead, |row| Audience::inherits(row.partnership_id) }
synced! { "threat", links: [partnership_id], writes: [] }
