use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Principle, Text, Title},
};

/// One side stands by one of the six partnership principles, as they were worded then (P-19; [001] Adopt partnership principles).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "principle_adoption")]
#[graphql(name = "PrincipleAdoptionRow")]
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
    /// The signatory.
    #[graphql(skip)]
    pub person_id: Id,
    /// The principle.
    pub principle: Principle,
    /// Version of the wording, as the catalogue `PRINCIPLES` states it.
    pub text_version: Title,
    /// When the side stepped back from it.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Why the side stepped back.
    pub withdrawal_reason: Option<Text>,
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

record! { PrincipleAdoption, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "principleAdoption", links: [partnership_id, side_id], writes: [] }
