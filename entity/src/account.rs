use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Level, SpaceRef, record},
    value::{AccountStatus, Id, LanguageTag, Title},
};

/// A way to sign in: one subject of one token issuer. An account is not an authority.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "account")]
#[graphql(name = "AccountRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The organisation of the person, in whose ledger the account stands too.
    #[graphql(skip)]
    pub organisation_id: Id,
    /// The person who signs in.
    #[graphql(skip)]
    pub person_id: Id,
    /// Issuer of the tokens, as in their `iss`.
    pub issuer: Title,
    /// Subject of the tokens, as in their `sub`.
    pub subject: Title,
    /// Tokens issued up to this moment are refused; signing out everywhere sets it.
    pub tokens_since: Option<DateTime<Utc>>,
    /// When somebody last signed out with it.
    pub signed_out_at: Option<DateTime<Utc>>,
    /// The language in which it reads; empty where each client asks for its own.
    pub language: Option<LanguageTag>,
    /// Whether it may sign in.
    pub status: AccountStatus,
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

record! { Account, SignedIn, |row|
    Audience::of(SpaceRef::person(row.person_id)).and(SpaceRef::organisation(row.organisation_id), Level::Full)
}
