use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Date, Id, Text},
};

/// A look by the sides together at how they manage security risk in their partnership. It counts when another side confirms it (P-34; [001] Preliminary questions, Compliance and effectiveness monitoring).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "health_check")]
#[graphql(name = "HealthCheckRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that wrote it down.
    #[graphql(skip)]
    pub side_id: Id,
    /// The day on which it was held.
    pub held_on: Date,
    /// Who took part on each side, by function.
    pub participants: Text,
    /// What works and what does not.
    pub findings: Text,
    /// What is missing, and what is done about it.
    pub gaps: Option<Text>,
    /// The side that confirmed it.
    #[graphql(skip)]
    pub confirmed_by_side: Option<Id>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
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

record! { HealthCheck, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "healthCheck", links: [partnership_id, side_id, confirmed_by_side], writes: [] }
