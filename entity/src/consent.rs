use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{ConsentDecision, ContentHash, Id, Text},
};

/// What one side said to one request. The last word of a side is its live one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "consent")]
#[graphql(name = "ConsentRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The request.
    #[graphql(skip)]
    pub request_id: Id,
    /// The side.
    #[graphql(skip)]
    pub side_id: Id,
    /// The signatory.
    #[graphql(skip)]
    pub person_id: Id,
    /// What the side said.
    pub decision: ConsentDecision,
    /// The hash that the signatory had before their eyes.
    pub content_hash: ContentHash,
    /// Words of the signatory; the reason where the side refused.
    pub comment: Option<Text>,
    /// False once the same side said something newer.
    pub live: bool,
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

record! { Consent, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "consent", links: [partnership_id, request_id, side_id], writes: [] }
