use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Text, Title},
};

/// Who does what for security risk management on a side (P-32; [001] Preliminary questions, Governance and accountability).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "srm_role")]
#[graphql(name = "SrmRoleRow")]
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
    /// Who it is: a name or, where a name is dangerous, a function.
    pub shown_as: Title,
    /// What they are responsible for.
    pub responsibility: Text,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
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

record! { SrmRole, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "srmRole", links: [partnership_id, side_id], writes: [] }
