use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Date, Id, ReviewMode, ReviewState, Text, Title},
};

/// A joint review of security risk management: both sides ask, answer, assess and act together, step by step (R-01; [001] The joint SRM review).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "review")]
#[graphql(name = "ReviewRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that opened it. It has no other right than any other side.
    #[graphql(skip)]
    pub side_id: Id,
    /// The review before it, whose questions and indicators it began with.
    #[graphql(skip)]
    pub previous_id: Option<Id>,
    /// What the review is called.
    pub title: Title,
    /// Counts the reviews of the partnership, from 1.
    pub cycle: i32,
    /// The step that it is at.
    pub state: ReviewState,
    /// How the questions are answered.
    pub mode: ReviewMode,
    /// Version of the framework elements that it goes by.
    pub framework_version: Title,
    /// When, where and how the sides meet.
    pub approach: Text,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day.
    pub ends_on: Option<Date>,
    /// After how many days progress is looked at again, 7 to 366. Agreed with the plan of the review.
    pub monitoring_interval_days: i32,
    /// The meanings of the three categories that every side agreed to.
    #[graphql(skip)]
    pub definitions_id: Option<Id>,
    /// When every side had agreed to the action plan.
    pub plan_agreed_at: Option<DateTime<Utc>>,
    /// When every side had agreed to close it, or to give it up.
    pub closed_at: Option<DateTime<Utc>>,
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

record! { Review, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "review", links: [partnership_id, side_id, previous_id, definitions_id], writes: [] }
