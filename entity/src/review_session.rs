use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{ConversationMethod, Date, Id, Title},
};

/// A meeting that a joint review is planned with (R-02; [001] The joint SRM review: the approach).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "review_session")]
#[graphql(name = "ReviewSessionRow")]
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
    /// The side that proposed it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The day.
    pub held_on: Date,
    /// From when to when, with the time zone: 09:00 to 12:00 CAT.
    pub time: Title,
    /// How the sides meet.
    pub method: ConversationMethod,
    /// Where, or by what means.
    pub place: Title,
    /// Whether it is part of the plan.
    pub live: bool,
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

record! { ReviewSession, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "reviewSession", links: [partnership_id, review_id, side_id], writes: [] }
