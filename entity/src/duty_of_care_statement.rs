use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, record, synced},
    value::{Id, Text},
};

/// What one side owes another to keep its people from harm: the legal and the moral part, each of them stated or stated to be none (P-06; [001] Definitions).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "duty_of_care_statement")]
#[graphql(name = "DutyOfCareStatementRow")]
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
    /// The side to which it is owed.
    #[graphql(skip)]
    pub to_side_id: Id,
    /// What the law or a contract demands; empty where the side states that there is none.
    pub legal: Option<Text>,
    /// What the side holds itself to beyond the law; empty where the side states that there is none.
    pub moral: Option<Text>,
    /// Counts the statements of this side to that one, from 1.
    pub revision: i32,
    /// False once the same side stated something newer to that one.
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

record! { DutyOfCareStatement, PartnershipRead, |row| Audience::inherits(row.partnership_id) }
synced! { "dutyOfCareStatement", links: [partnership_id, side_id, to_side_id], writes: [] }
