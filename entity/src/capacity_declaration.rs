use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Text, Title},
};

/// What a side says of its own capacity to manage security risk. No other side says it for it (C-01; [001] Strengthen capacity).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "capacity_declaration")]
#[graphql(name = "CapacityDeclarationRow")]
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
    /// Code of the framework element that it is about, from the catalogue `FRAMEWORK_ELEMENTS`.
    pub element: Title,
    /// What the side can do, and what it cannot.
    pub text: Text,
    /// Counts what the side said about this element, from 1.
    pub revision: i32,
    /// Whether it is what the side said last.
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

record! { CapacityDeclaration, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "capacityDeclaration", links: [partnership_id, side_id], writes: [] }
