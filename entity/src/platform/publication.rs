use crate::{access::Kind, value::Id};
use sea_orm::entity::prelude::*;

/// That a record is, or was, published in a space.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    /// The record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: Id,
    /// The space.
    #[sea_orm(primary_key, auto_increment = false)]
    pub space_no: i32,
    /// Kind of the record.
    pub kind: Kind,
    /// Position of its newest entry in the ledger of the space.
    pub seq: i64,
    /// Position of its first entry there: who was further than that may hold it.
    pub first_seq: i64,
    /// How much the space sees: 1 basic, 2 full.
    pub level: i16,
    /// False once it left the space: a tombstone, kept for ever.
    pub live: bool,
    /// The record whose audience it follows here; empty where the space is its own.
    pub parent_id: Option<Id>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
