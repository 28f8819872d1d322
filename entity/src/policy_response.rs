use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, PolicyPosition, Text},
};

/// What one side answered in a consultation, or that it did not answer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "policy_response")]
#[graphql(name = "PolicyResponseRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The consultation.
    #[graphql(skip)]
    pub consultation_id: Id,
    /// The side.
    #[graphql(skip)]
    pub side_id: Id,
    /// Where the side stands.
    pub position: PolicyPosition,
    /// What it says.
    pub text: Option<Text>,
    /// Counts what the side answered, from 1.
    pub revision: i32,
    /// Whether it is what the side answered last.
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

record! { PolicyResponse, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "policyResponse", links: [partnership_id, consultation_id, side_id], writes: [] }
