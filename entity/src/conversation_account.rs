use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Text},
};

/// How a conversation went, as one side says it ([001] What joint action means in practice).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "conversation_account")]
#[graphql(name = "ConversationAccountRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The conversation.
    #[graphql(skip)]
    pub conversation_id: Id,
    /// The side whose account it is.
    #[graphql(skip)]
    pub side_id: Id,
    /// Who of the side took part, by function.
    pub participants: Text,
    /// What was said and what it led to, as the side sees it.
    pub view: Text,
    /// Counts what the side said about this conversation, from 1.
    pub revision: i32,
    /// Whether it is what the side said last.
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

record! { ConversationAccount, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "conversationAccount", links: [partnership_id, conversation_id, side_id], writes: [] }
