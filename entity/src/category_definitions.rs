use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{EvidenceKinds, Id, Text},
};

/// What present, partially present and not present mean in a review; agreed by every side before anything is assessed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "category_definitions")]
#[graphql(name = "CategoryDefinitionsRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The review.
    #[graphql(skip)]
    pub review_id: Id,
    /// The side that proposed them.
    #[graphql(skip)]
    pub side_id: Id,
    /// When something counts as present.
    pub present: Text,
    /// When as partially present.
    pub partially_present: Text,
    /// When as not present.
    pub not_present: Text,
    /// Whether present needs evidence.
    pub evidence_required: bool,
    /// Kinds of evidence without which nothing counts as present.
    pub evidence_kinds: Option<EvidenceKinds>,
    /// Counts the proposals of this review, from 1.
    pub revision: i32,
    /// False once other meanings were proposed.
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

record! { CategoryDefinitions, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "categoryDefinitions", links: [partnership_id, review_id, side_id], writes: [] }
