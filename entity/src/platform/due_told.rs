use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::value::{Date, Id};

/// That it was told that something is overdue: once for each day on which it was due.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "due_told")]
pub struct Model {
    /// The record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: Id,
    /// The event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event: String,
    /// The day on which it was due.
    #[sea_orm(primary_key, auto_increment = false)]
    pub due_on: Date,
    /// When it was told.
    pub at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
