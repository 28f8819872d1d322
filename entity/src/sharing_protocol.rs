use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, ProtocolState, ShareLevel, SharingScope, Text},
};

/// What the sides of a partnership agreed to share of their incidents, if anything (J-10). Without one nothing is shared.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "sharing_protocol")]
#[graphql(name = "SharingProtocolRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// Which incidents may be released under it.
    pub scope: SharingScope,
    /// The most that may be released: BASIC keeps names of places, people and sources back, FULL does not.
    pub max_level: ShareLevel,
    /// Hours that must have passed since the server received the incident, 0 to 8760.
    pub delay_hours: i32,
    /// How anonymity is kept, and what else the sides agreed.
    pub terms: Option<Text>,
    /// Where it stands.
    pub state: ProtocolState,
    /// When every side had agreed.
    pub agreed_at: Option<DateTime<Utc>>,
    /// When a side ended it.
    pub ended_at: Option<DateTime<Utc>>,
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

record! { SharingProtocol, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "sharingProtocol", links: [partnership_id], writes: [] }
