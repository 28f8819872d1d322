use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, RiskLevel, RiskOrigin, RiskState, Text, Title},
};

/// A risk that the sides of a partnership look at together (J-01).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "risk")]
#[graphql(name = "RiskRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The threat behind it.
    #[graphql(skip)]
    pub threat_id: Id,
    /// Short name.
    pub title: Title,
    /// What could happen, to whom.
    pub description: Option<Text>,
    /// Where it comes from, seen from the partnership.
    pub origin: RiskOrigin,
    /// Where it stands.
    pub state: RiskState,
    /// Level in effect: the agreed one; while the sides disagree the higher of theirs, marked provisional; empty before every side has spoken.
    pub level: Option<RiskLevel>,
    /// Likelihood times impact of the level in effect, 1 to 25.
    pub score: Option<i32>,
    /// True while the level in effect is not agreed by every side.
    pub provisional: bool,
    /// Low likelihood with critical impact: must not be forgotten although its level is low (M-10).
    pub watchlist: bool,
    /// Order by urgency: level, then score, then impact (M-09); 0 without a level.
    #[graphql(skip)]
    pub urgency: i32,
    /// The record of the level in effect.
    #[graphql(skip)]
    pub level_record_id: Option<Id>,
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

record! { Risk, RiskRead, |row| Audience::inherits(row.partnership_id) }
synced! { "risk", links: [partnership_id, threat_id, level_record_id], writes: [] }
