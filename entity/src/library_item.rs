use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Level, SpaceRef, record, synced},
    value::{Id, LanguageTag, LibraryKind, LibraryVisibility, Text, Title},
};

/// A piece of guidance, a tool, a template, a policy or a lesson that an organisation shares (L-01 to L-04; [001] Supporting resources; [000] recommendation 4).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "library_item")]
#[graphql(name = "LibraryItemRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The organisation that put it there.
    #[graphql(skip)]
    pub organisation_id: Id,
    /// The partnership that it is shared with.
    #[graphql(skip)]
    pub partnership_id: Option<Id>,
    /// The first item of the same work: its translations and editions name the same one.
    #[graphql(skip)]
    pub work_id: Id,
    /// The item that it was adapted from.
    #[graphql(skip)]
    pub adapted_from_id: Option<Id>,
    /// The edition before it.
    #[graphql(skip)]
    pub previous_id: Option<Id>,
    /// Who finds it.
    pub visibility: LibraryVisibility,
    /// What it is.
    pub kind: LibraryKind,
    /// Title, in its language.
    pub title: Title,
    /// What it is for.
    pub description: Text,
    /// Its language.
    pub language: LanguageTag,
    /// Where it is found: an address that begins with https.
    pub link: Option<Text>,
    /// Which edition it is.
    pub edition: Option<Title>,
    /// Who may use it, and how.
    pub rights: Text,
    /// Whether it is the newest edition in its language, and was not taken back.
    pub current: bool,
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

record! { LibraryItem, LibraryRead, |row| {
    let own = Audience::of(SpaceRef::organisation(row.organisation_id));
    match (row.visibility, row.partnership_id) {
        (LibraryVisibility::Network, _) => own.and(SpaceRef::NETWORK, Level::Full),
        (LibraryVisibility::Partnership, Some(partnership)) => own.and(SpaceRef::partnership(partnership), Level::Full),
        _ => own,
    }
} }
synced! { "libraryItem", links: [organisation_id, partnership_id, work_id, adapted_from_id, previous_id], writes: [] }
