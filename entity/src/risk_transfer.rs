use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, RiskTransferState, Text, Title, TransferBearing, TransferChannel, TransferEffect, TransferIntent},
};

/// A risk that forms, grows, shrinks or changes for one side by the presence or action of another, meant or not (P-07, P-26; [001] Understand and address security risk transfer).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "risk_transfer")]
#[graphql(name = "RiskTransferRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The partnership.
    #[graphql(skip)]
    pub partnership_id: Id,
    /// The side that named it.
    #[graphql(skip)]
    pub side_id: Id,
    /// The side by whose presence or action it comes.
    #[graphql(skip)]
    pub from_side_id: Id,
    /// The side that it falls on.
    #[graphql(skip)]
    pub to_side_id: Id,
    /// The risk that it is about.
    #[graphql(skip)]
    pub risk_id: Option<Id>,
    /// Short name.
    pub title: Title,
    /// What is transferred, and how.
    pub description: Text,
    /// Whether it is meant.
    pub intent: TransferIntent,
    /// What it does to the risk of the side that it falls on.
    pub effect: TransferEffect,
    /// By what it comes.
    pub channel: TransferChannel,
    /// Whether that side is better or worse off by it.
    pub bearing: TransferBearing,
    /// Where it stands.
    pub state: RiskTransferState,
    /// What the sides found when they talked about it.
    pub discussion: Option<Text>,
    /// What every side agreed to do about it.
    pub treatment: Option<Text>,
    /// Why it needs no attention any more.
    pub closing: Option<Text>,
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

record! { RiskTransfer, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "riskTransfer", links: [partnership_id, side_id, from_side_id, to_side_id, risk_id], writes: [] }
