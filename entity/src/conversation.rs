use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{ConversationMethod, Date, Id, Text, Title},
};

/// An honest conversation between the sides, also about what is hard to talk about. Each side says for itself how it went (P-10, P-18; [001] What joint action means in practice).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "conversation")]
#[graphql(name = "ConversationRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that wrote it down.
    #[graphql(skip)]
    pub side_id: Id,
    /// What it was about.
    pub topic: Title,
    /// Code of the framework element that it belongs to, from the catalogue `FRAMEWORK_ELEMENTS`.
    pub element: Option<Title>,
    /// The day on which it was held.
    pub held_on: Date,
    /// How the sides spoke.
    pub method: ConversationMethod,
    /// What each will do then.
    pub follow_ups: Option<Text>,
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

record! { Conversation, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "conversation", links: [partnership_id, side_id], writes: [] }
