use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{EvidenceKinds, Id, IndicatorCategory, Text},
};

/// How one side judges one indicator, by the meanings that were agreed. Kept beside the others, never averaged.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "indicator_rating")]
#[graphql(name = "IndicatorRatingRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The review.
    #[graphql(skip)]
    pub review_id: Id,
    /// The indicator.
    #[graphql(skip)]
    pub indicator_id: Id,
    /// The side.
    #[graphql(skip)]
    pub side_id: Id,
    /// The meanings that it goes by.
    #[graphql(skip)]
    pub definitions_id: Id,
    /// Present, partially present or not present.
    pub category: IndicatorCategory,
    /// What shows it.
    pub evidence: Option<Text>,
    /// Of what kinds that is.
    pub evidence_kinds: Option<EvidenceKinds>,
    /// Why the side sees it so.
    pub comment: Option<Text>,
    /// Counts the judgements of this side of this indicator, from 1.
    pub revision: i32,
    /// False once the side judged anew.
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

record! { IndicatorRating, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "indicatorRating", links: [partnership_id, review_id, indicator_id, side_id, definitions_id], writes: [] }
