use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Level, SpaceRef, record, synced},
    value::{CountryCode, Id, LanguageTag, OrganisationKind, Text, Title},
};

/// An organisation: international, national, local, of the UN system, donor or government.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "organisation")]
#[graphql(name = "OrganisationRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// Name, as the organisation writes it.
    pub name: Title,
    /// What it is.
    pub kind: OrganisationKind,
    /// Country of its seat.
    pub country: CountryCode,
    /// Language it works in.
    pub base_language: LanguageTag,
    /// Whether it lets every organisation of the network see its basic entry. Off until its representative turns it on.
    pub listed: bool,
    /// How to reach its security focal point. Restricted to its own people.
    pub security_contact: Option<Text>,
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

record! { Organisation, OrganisationRead, |row| {
    let own = Audience::of(SpaceRef::organisation(row.id));
    if row.listed { own.and(SpaceRef::NETWORK, Level::Basic) } else { own }
}, empties { security_contact: "securityContact" } }
synced! { "organisation", links: [], writes: [] }
