use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, SpaceRef, record, synced},
    value::{ConcernAudience, ConcernState, Date, Id, Text, Title},
};

/// What worries a side, and what it proposes. It needs an answer, and only the side that raised it closes it (P-11, P-16; [001] What joint action means in practice).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "concern")]
#[graphql(name = "ConcernRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that raised it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The record that it is about.
    pub about_id: Option<Id>,
    /// Short name.
    pub title: Title,
    /// What worries the side, and what it proposes.
    pub description: Text,
    /// Who reads it. Chosen by who raised it; funders never do.
    pub audience: ConcernAudience,
    /// Whether who raised it stays unnamed, for the leadership of the own side too.
    pub anonymous: bool,
    /// Last day on which an answer is in time.
    pub respond_by: Option<Date>,
    /// Where it stands.
    pub state: ConcernState,
    /// The newest answer.
    pub answer: Option<Text>,
    /// The side that answered last.
    #[graphql(skip)]
    pub answered_by_side: Option<Id>,
    /// When it was answered last.
    pub answered_at: Option<DateTime<Utc>>,
    /// When the side that raised it closed it.
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether and how the answer helped, in the words of the side that raised it.
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

record! { Concern, PartnershipRead, |row| {
    match row.audience {
        ConcernAudience::OwnSide => Audience::of(SpaceRef::side(row.side_id)),
        ConcernAudience::Partnership => Audience::inherits(row.partnership_id),
    }
} }
synced! { "concern", links: [partnership_id, side_id, answered_by_side], writes: [] }
