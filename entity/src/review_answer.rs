use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, Level, SpaceRef, record, synced},
    value::{Id, Perspective, Text},
};

/// What one side answers to one question, or all of them together in a meeting. Until every side has submitted, only who may answer for the side, and who wrote it, reads it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "review_answer")]
#[graphql(name = "ReviewAnswerRow")]
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
    /// The question.
    #[graphql(skip)]
    pub question_id: Id,
    /// The side; none where the answer is that of a meeting.
    #[graphql(skip)]
    pub side_id: Option<Id>,
    /// Who wrote it.
    #[graphql(skip)]
    pub person_id: Id,
    /// From where it is seen.
    pub perspective: Option<Perspective>,
    /// The answer.
    pub text: Text,
    /// The other assessment from which it was taken, where it was.
    #[graphql(skip)]
    pub reused_from_id: Option<Id>,
    /// Who took part in the meeting, side by side.
    pub attendance: Option<Text>,
    /// Counts the answers of this person from this perspective to this question, from 1.
    pub revision: i32,
    /// False once a newer one takes its place; it stays readable.
    pub current: bool,
    /// Whether every side reads it.
    pub revealed: bool,
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

record! { ReviewAnswer, ReviewAnswerRead, |row| {
    match row.side_id {
        // Sealed, it is for those who may read answers of the side, and for who wrote it.
        Some(side) if !row.revealed => {
            Audience::of(SpaceRef::side(side)).and(SpaceRef::person(row.person_id), Level::Full)
        }
        _ => Audience::inherits(row.partnership_id),
    }
} }
synced! { "reviewAnswer", links: [partnership_id, review_id, question_id, side_id, reused_from_id], writes: [] }
