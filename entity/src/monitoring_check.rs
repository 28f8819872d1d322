use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Date, Id, Text},
};

/// The sides looked together at how far the action plan is.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "monitoring_check")]
#[graphql(name = "MonitoringCheckRow")]
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
    /// The side that wrote it down.
    #[graphql(skip)]
    pub side_id: Id,
    /// When.
    pub held_on: Date,
    /// Who took part, side by side.
    pub participants: Text,
    /// What was found.
    pub notes: Text,
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

record! { MonitoringCheck, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "monitoringCheck", links: [partnership_id, review_id, side_id], writes: [] }
