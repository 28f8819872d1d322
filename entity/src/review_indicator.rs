use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, IndicatorCategory, IndicatorState, Text, Title},
};

/// Something that is there or not, by which the sides judge how security risk is managed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "review_indicator")]
#[graphql(name = "ReviewIndicatorRow")]
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
    /// The side that proposed it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The question from whose answers it comes.
    #[graphql(skip)]
    pub question_id: Option<Id>,
    /// The side that it is about; none where it is about the partnership as a whole.
    #[graphql(skip)]
    pub of_side_id: Option<Id>,
    /// Code of the framework element that it belongs to.
    pub element: Title,
    /// What should be there.
    pub title: Title,
    /// How one would know.
    pub description: Option<Text>,
    /// Where its assessment stands.
    pub state: IndicatorState,
    /// What every side agreed on; empty until then, and where they agreed to disagree.
    pub result: Option<IndicatorCategory>,
    /// Whether every side agreed that nothing is done about it.
    pub waived: bool,
    /// Why.
    pub waiver: Option<Text>,
    /// When the sides last went back behind its result: what was done before covers nothing that is found since.
    pub reopened_at: Option<DateTime<Utc>>,
    /// False once it was taken out.
    pub live: bool,
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

record! { ReviewIndicator, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "reviewIndicator", links: [partnership_id, review_id, side_id, question_id, of_side_id], writes: [] }
