use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{FeedbackState, Id, Text},
};

/// What one side tells another about how they work together; it is acknowledged (P-29; [001] Communicate and build trust).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "feedback")]
#[graphql(name = "FeedbackRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that gave it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The side that it is for.
    #[graphql(skip)]
    pub to_side_id: Id,
    /// What the side says.
    pub text: Text,
    /// Where it stands.
    pub state: FeedbackState,
    /// What the other side answered.
    pub acknowledgement: Option<Text>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<DateTime<Utc>>,
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

record! { Feedback, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "feedback", links: [partnership_id, side_id, to_side_id], writes: [] }
