use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, RiskAppetite, RiskType, Text},
};

/// How much risk of one type a side is ready to take (P-27; [001] Explore security risk attitudes). What is newer stands beside what was said before.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "risk_attitude")]
#[graphql(name = "RiskAttitudeRow")]
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
    /// The type of risk.
    pub risk_type: RiskType,
    /// How much of it the side is ready to take.
    pub appetite: RiskAppetite,
    /// What that means, in the words of the side.
    pub statement: Text,
    /// Counts what this side said about this type, from 1.
    pub revision: i32,
    /// False once the same side said something newer about this type.
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

record! { RiskAttitude, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "riskAttitude", links: [partnership_id, side_id], writes: [] }
