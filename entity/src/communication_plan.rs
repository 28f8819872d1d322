use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, LanguageTags, PlanState, Text},
};

/// How often, by what means and in which languages the sides speak, share and look at their security risk management together. It counts when every side consents (P-12, P-29, P-34; [001] Communicate and build trust).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "communication_plan")]
#[graphql(name = "CommunicationPlanRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that proposed it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The sides speak with each other at least once in so many days: 1 to 365.
    pub meet_every_days: i32,
    /// Each side shares information and practices at least once in so many days: 1 to 365.
    pub share_every_days: i32,
    /// The sides look together at how they manage security risk at least once in so many days: 7 to 730.
    pub health_check_every_days: i32,
    /// By what means they speak, and by what means when these fail.
    pub channels: Text,
    /// Languages in which they speak and write.
    pub languages: LanguageTags,
    /// How each asks for feedback and gives it.
    pub feedback_method: Text,
    /// Where it stands.
    pub state: PlanState,
    /// When every side had consented.
    pub agreed_at: Option<DateTime<Utc>>,
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

record! { CommunicationPlan, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "communicationPlan", links: [partnership_id, side_id], writes: [] }
