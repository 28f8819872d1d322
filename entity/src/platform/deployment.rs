use crate::value::Id;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// One row: which history this database holds.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deployment")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub no: i32,
    /// Changes when the database is restored from a backup: positions of another generation start over.
    pub generation: Id,
    /// Secret with which positions and page cursors are signed.
    pub cursor_key: Vec<u8>,
    /// When the database was made.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
