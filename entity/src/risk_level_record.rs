use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Impact, LevelCause, Likelihood, RiskKind, RiskLevel, Text, Title},
};

/// One computed level of a risk. Append-only: it pins the matrix version and everything it was computed from (M-08).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "risk_level_record")]
#[graphql(name = "RiskLevelRecordRow")]
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
    /// The side whose view it is; empty for the level in effect.
    #[graphql(skip)]
    pub side_id: Option<Id>,
    /// Present or residual risk.
    pub kind: RiskKind,
    /// How likely, 1 to 5.
    pub likelihood: Likelihood,
    /// How much harm, 1 to 5.
    pub impact: Impact,
    /// Likelihood times impact.
    pub score: i32,
    /// Band of the score in the matrix.
    pub level: RiskLevel,
    /// Version of the matrix that was used.
    pub matrix_version: Title,
    /// Why it was recorded.
    pub cause: LevelCause,
    /// True while the sides disagree: the highest of their views, for alerts only.
    pub provisional: bool,
    /// The record before it: of the same side, or of the level in effect.
    #[graphql(skip)]
    pub previous_id: Option<Id>,
    /// Level before it.
    pub previous_level: Option<RiskLevel>,
    /// Ids of the perceptions or of the consent request it was computed from, separated by spaces.
    #[graphql(skip)]
    pub based_on: Text,
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

record! { RiskLevelRecord, RiskRead, |row| Audience::inherits(row.partnership_id) }
synced! { "riskLevelRecord", links: [partnership_id, risk_id, side_id, previous_id], writes: [] }
