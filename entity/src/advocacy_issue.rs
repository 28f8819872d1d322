use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, SpaceRef, record, synced},
    value::{ConcernAudience, Id, Text, Title},
};

/// Something that no organisation solves alone, and that needs others to act (V-01; [001] Advocate).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "advocacy_issue")]
#[graphql(name = "AdvocacyIssueRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that named it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The record that it comes from: a concern, a gap, a need.
    pub about_id: Option<Id>,
    /// Short name.
    pub title: Title,
    /// What is wrong, and who could change it.
    pub description: Text,
    /// Who reads it. Chosen by who named it; funders never do.
    pub audience: ConcernAudience,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
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

record! { AdvocacyIssue, AdvocacyRead, |row| {
    match row.audience {
        ConcernAudience::OwnSide => Audience::of(SpaceRef::side(row.side_id)),
        ConcernAudience::Partnership => Audience::inherits(row.partnership_id),
    }
} }
synced! { "advocacyIssue", links: [partnership_id, side_id], writes: [] }
