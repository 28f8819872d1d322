use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Text, Title},
};

/// What a side is good at, for the others to build on (P-03; [001] Adopt partnership principles, 4).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "strength")]
#[graphql(name = "StrengthRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side.
    #[graphql(skip)]
    pub side_id: Id,
    /// Code of the framework element that it belongs to, from the catalogue `FRAMEWORK_ELEMENTS`.
    pub element: Option<Title>,
    /// What the side is good at.
    pub text: Text,
    /// Whether the side stands by it.
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

record! { Strength, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "strength", links: [partnership_id, side_id], writes: [] }
