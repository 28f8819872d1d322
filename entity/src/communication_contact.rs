use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Text, Title},
};

/// Whom the others ask on a side about security, as the side names them ([001] Communicate and build trust).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "communication_contact")]
#[graphql(name = "CommunicationContactRow")]
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
    /// Who it is: a name or, where a name is dangerous, a function.
    pub shown_as: Title,
    /// How, and at what hours, they are reached.
    pub reach: Text,
    /// Counts what the side said, from 1.
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

record! { CommunicationContact, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "communicationContact", links: [partnership_id, side_id], writes: [] }
