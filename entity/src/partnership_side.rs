use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Title},
};

/// One side of a partnership: an organisation as party to it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "partnership_side")]
#[graphql(name = "PartnershipSideRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The organisation.
    #[graphql(skip)]
    pub organisation_id: Id,
    /// Name of the organisation as the partnership shows it to every side.
    pub shown_as: Title,
    /// Order of the sides, from 1; it carries no meaning.
    pub position: i32,
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

record! { PartnershipSide, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "partnershipSide", links: [partnership_id, organisation_id], writes: [] }
