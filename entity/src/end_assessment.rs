use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Text},
};

/// What the end of a partnership means for the safety of one side, and what has to be done about it (X-01; [001] table of questions, End of the partnership).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "end_assessment")]
#[graphql(name = "EndAssessmentRow")]
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
    /// What the end means for the people of the side: contracts, money, faces that are known.
    pub implications: Text,
    /// What has to be done about it, by whom, until when.
    pub measures: Text,
    /// Counts the assessments of this side, from 1.
    pub revision: i32,
    /// False once the same side assessed anew.
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

record! { EndAssessment, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "endAssessment", links: [partnership_id, side_id], writes: [] }
