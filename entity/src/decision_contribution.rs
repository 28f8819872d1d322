use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Perspective, Text},
};

/// What a side brought into a decision (P-32; [001] Preliminary questions, Governance and accountability).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "decision_contribution")]
#[graphql(name = "DecisionContributionRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The decision.
    #[graphql(skip)]
    pub decision_id: Id,
    /// The side.
    #[graphql(skip)]
    pub side_id: Id,
    /// From where it is seen.
    pub perspective: Option<Perspective>,
    /// What the side brings in.
    pub text: Text,
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

record! { DecisionContribution, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "decisionContribution", links: [partnership_id, decision_id, side_id], writes: [] }
