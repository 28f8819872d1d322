use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Level, SpaceRef, record, synced},
    value::{Id, SideStanding, Title},
};

/// A person's standing on one side of a partnership, with its period.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "side_role")]
#[graphql(name = "SideRoleRow")]
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
    /// The person.
    #[graphql(skip)]
    pub person_id: Id,
    /// The standing.
    pub role: SideStanding,
    /// How the side shows this person to the other sides: a name or, where a name is dangerous, a function.
    pub shown_as: Title,
    /// First moment at which it counts.
    pub valid_from: DateTime<Utc>,
    /// Moment from which it counts no more; open where empty.
    pub valid_until: Option<DateTime<Utc>>,
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

record! { SideRole, PartnershipRead, |row|
    Audience::inherits(row.partnership_id).and(SpaceRef::person(row.person_id), Level::Full)
}
synced! { "sideRole", links: [partnership_id, side_id], writes: [] }
