use crate::{access::Kind, value::Id};
use sea_orm::entity::prelude::*;

/// Which kind an id is of, for `node(id:)`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "object_index")]
pub struct Model {
    /// The record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// Its kind.
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
