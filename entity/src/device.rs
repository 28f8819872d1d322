use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Level, SpaceRef, record},
    value::{Id, Text, Title},
};

/// A device on which somebody works offline. Revoked, its tokens count no more and apps must wipe what they hold.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "device")]
#[graphql(name = "DeviceRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The person who registered it.
    #[graphql(skip)]
    pub person_id: Id,
    /// The organisation that may revoke it.
    #[graphql(skip)]
    pub organisation_id: Id,
    /// Issuer of the tokens that name it.
    pub issuer: Title,
    /// What the tokens call it (claim `device_id`).
    pub token_name: Title,
    /// What people call it.
    pub name: Title,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Why it was revoked.
    pub revoked_reason: Option<Text>,
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

record! { Device, DeviceKeep, |row|
    Audience::of(SpaceRef::person(row.person_id)).and(SpaceRef::organisation(row.organisation_id), Level::Full)
}
