use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{ConsultationState, Date, Id, Text, Title},
};

/// A policy about which a side asks the others before it is made or changed. No answer is no consent (P-13; [001] What joint action means in practice).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "policy_consultation")]
#[graphql(name = "PolicyConsultationRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that asks.
    #[graphql(skip)]
    pub side_id: Id,
    /// The policy.
    pub policy: Title,
    /// What is asked, with what the others must know to answer.
    pub question: Text,
    /// Last day on which an answer is in time.
    pub respond_by: Date,
    /// Where it stands.
    pub state: ConsultationState,
    /// What the side that asked made of the answers.
    pub outcome: Option<Text>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
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

record! { PolicyConsultation, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "policyConsultation", links: [partnership_id, side_id], writes: [] }
