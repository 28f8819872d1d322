use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Kind, record, synced},
    value::{ConsentAction, ConsentState, ContentHash, Id},
};

/// A request that every side agrees to one content, named by its hash.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "consent_request")]
#[graphql(name = "ConsentRequestRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership whose sides are asked.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// Kind of the record that is agreed on.
    pub subject_kind: Kind,
    /// The record that is agreed on.
    pub subject_id: Id,
    /// What takes effect once every side agrees.
    pub action: ConsentAction,
    /// SHA-256 of the content. A consent counts for exactly this hash.
    pub content_hash: ContentHash,
    /// The content itself, as JSON text in canonical form: hash this text to check.
    pub content: String,
    /// Where it stands.
    pub state: ConsentState,
    /// The side that asked.
    #[graphql(skip)]
    pub asked_by_side: Id,
    /// When it was closed: effective, refused or void.
    pub closed_at: Option<DateTime<Utc>>,
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

record! { ConsentRequest, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "consentRequest", links: [partnership_id, asked_by_side], writes: [] }
