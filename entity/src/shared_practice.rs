use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Date, Id, Text, Title},
};

/// Information or a practice that a side shared with the others, as it agreed to do regularly (P-12; [001] What joint action means in practice).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "shared_practice")]
#[graphql(name = "SharedPracticeRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that shared it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The day on which it was shared.
    pub shared_on: Date,
    /// What was shared.
    pub title: Title,
    /// What it is good for, and where it is found.
    pub description: Text,
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

record! { SharedPractice, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "sharedPractice", links: [partnership_id, side_id], writes: [] }
