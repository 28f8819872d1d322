use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Text, Title},
};

/// Another assessment that goes on in the partnership, with which the review is aligned so that nobody answers twice (R-03; [001] The joint SRM review).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "related_assessment")]
#[graphql(name = "RelatedAssessmentRow")]
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
    /// The side that named it.
    #[graphql(skip)]
    pub side_id: Id,
    /// Who carries it out: finance, programmes, safeguarding.
    pub department: Title,
    /// Which one it is, and where it is found.
    pub reference: Text,
    /// What of it is used here, instead of asking once more.
    pub reuse: Text,
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

record! { RelatedAssessment, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "relatedAssessment", links: [partnership_id, review_id, side_id], writes: [] }
