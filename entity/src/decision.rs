use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Date, DecisionState, Id, Text, Title},
};

/// What the sides decide together because it could affect them. Nobody takes it alone; in an emergency a side acts at once, says so at once, and asks the others after (P-15; [001] What joint action means in practice).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "decision")]
#[graphql(name = "DecisionRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that proposed it, or acted.
    #[graphql(skip)]
    pub side_id: Id,
    /// What is decided, in short.
    pub title: Title,
    /// What is decided.
    pub description: Text,
    /// How it affects each side and its people.
    pub effects: Text,
    /// What else was thought of, and why not that.
    pub alternatives: Option<Text>,
    /// Where it stands.
    pub state: DecisionState,
    /// Why a side could not wait for the others.
    pub emergency_reason: Option<Text>,
    /// Last day on which the others say whether it stands.
    pub ratify_by: Option<Date>,
    /// When it took effect.
    pub effective_at: Option<DateTime<Utc>>,
    /// How it was carried out, or why it was not.
    pub outcome: Option<Text>,
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

record! { Decision, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "decision", links: [partnership_id, side_id], writes: [] }
