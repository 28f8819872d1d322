use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Level, SpaceRef, record, synced},
    value::{Id, Recruitment, Text, Title},
};

/// A person who works for an organisation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "person")]
#[graphql(name = "PersonRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The employer.
    #[graphql(skip)]
    pub organisation_id: Id,
    /// Name, as the person wants to be called.
    pub name: Title,
    /// Recruited internationally or locally.
    pub recruitment: Recruitment,
    /// How to reach the person.
    pub contact: Option<Text>,
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

record! { Person, PeopleRead, |row|
    Audience::of(SpaceRef::organisation(row.organisation_id)).and(SpaceRef::person(row.id), Level::Full)
}
synced! { "person", links: [organisation_id], writes: [] }
