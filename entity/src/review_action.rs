use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{ActionState, Date, Id, Text, Title},
};

/// A task of the action plan: what results from it, whose it is, and by when (R-20, R-21, P-23, P-24).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "review_action")]
#[graphql(name = "ReviewActionRow")]
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
    /// The indicator that it is for.
    #[graphql(skip)]
    pub indicator_id: Id,
    /// The side that proposed it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The side whose task it is.
    #[graphql(skip)]
    pub owner_side_id: Id,
    /// What is done.
    pub title: Title,
    /// What is different then.
    pub expected_result: Text,
    /// Last day.
    pub due_on: Date,
    /// Where it stands.
    pub state: ActionState,
    /// Who took it on, as their side shows them.
    pub accepted_as: Option<Title>,
    /// Why it was declined.
    pub reason: Option<Text>,
    /// How far it is, in the words of the side whose task it is.
    pub progress: Option<Text>,
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

record! { ReviewAction, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "reviewAction", links: [partnership_id, review_id, indicator_id, side_id, owner_side_id], writes: [] }
