use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, SpaceRef, record, synced},
    value::{AdvocacyScope, Id, StrategyState, Text, Title},
};

/// How the sides, or one of them, bring others to act. A joint one counts when every side consents; one of a single side is read by that side alone (V-02, V-03; [001] Advocate).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "advocacy_strategy")]
#[graphql(name = "AdvocacyStrategyRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that wrote it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The issue.
    #[graphql(skip)]
    pub issue_id: Id,
    /// Whose it is.
    pub scope: AdvocacyScope,
    /// Short name.
    pub title: Title,
    /// What is different in the end.
    pub goals: Text,
    /// What is reached on the way.
    pub objectives: Text,
    /// Who decides, and must be moved.
    pub targets: Text,
    /// What is said to them.
    pub messages: Text,
    /// Who helps.
    pub allies: Text,
    /// When and where it is said.
    pub opportunities: Text,
    /// Where it stands.
    pub state: StrategyState,
    /// When it was adopted.
    pub adopted_at: Option<DateTime<Utc>>,
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

record! { AdvocacyStrategy, AdvocacyRead, |row| {
    match row.scope {
        AdvocacyScope::SingleSide => Audience::of(SpaceRef::side(row.side_id)),
        AdvocacyScope::Joint => Audience::inherits(row.partnership_id),
    }
} }
synced! { "advocacyStrategy", links: [partnership_id, side_id, issue_id], writes: [] }
