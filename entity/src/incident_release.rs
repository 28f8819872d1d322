use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Level, SpaceRef, record, synced},
    value::{Id, ShareLevel},
};

/// One incident released to one partnership by the organisation that reported it. Revocable at any time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "incident_release")]
#[graphql(name = "IncidentReleaseRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The incident.
    #[graphql(skip)]
    pub incident_id: Id,
    /// The partnership it is released to.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side whose organisation released it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The protocol under which it was released.
    #[graphql(skip)]
    pub protocol_id: Id,
    /// How much of it is released.
    pub level: ShareLevel,
    /// False once it was revoked.
    pub live: bool,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
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

record! { IncidentRelease, IncidentRead, |row|
    Audience::of(SpaceRef::side(row.side_id)).and(SpaceRef::partnership(row.partnership_id), Level::Full)
}
synced! { "incidentRelease", links: [incident_id, partnership_id, side_id, protocol_id], writes: [] }
