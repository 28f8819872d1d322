use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Impact, Likelihood, Text},
};

/// How one side sees a risk (J-02). Kept beside the views of the other sides, never averaged with them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "risk_perception")]
#[graphql(name = "RiskPerceptionRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The risk.
    #[graphql(skip)]
    pub risk_id: Id,
    /// The side.
    #[graphql(skip)]
    pub side_id: Id,
    /// How likely, 1 to 5.
    pub likelihood: Likelihood,
    /// How much harm, 1 to 5.
    pub impact: Impact,
    /// Why the side sees it so.
    pub rationale: Text,
    /// Counts the views of this side on this risk, from 1.
    pub revision: i32,
    /// False once the same side recorded a newer view.
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

record! { RiskPerception, RiskRead, |row| Audience::inherits(row.partnership_id) }
synced! { "riskPerception", links: [partnership_id, risk_id, side_id], writes: [] }
