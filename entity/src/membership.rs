use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Level, SpaceRef, record, synced},
    value::{Id, OrganisationRole},
};

/// A person's standing in an organisation, with its period.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "membership")]
#[graphql(name = "MembershipRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The organisation.
    #[graphql(skip)]
    pub organisation_id: Id,
    /// The person.
    #[graphql(skip)]
    pub person_id: Id,
    /// The standing.
    pub role: OrganisationRole,
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

record! { Membership, PeopleRead, |row|
    Audience::of(SpaceRef::organisation(row.organisation_id)).and(SpaceRef::person(row.person_id), Level::Full)
}
synced! { "membership", links: [organisation_id, person_id], writes: [] }
