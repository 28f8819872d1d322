use crate::{access::SpaceKind, value::Id};
use sea_orm::entity::prelude::*;

/// A set of people who see the same things, with the head of its ledger.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "space")]
pub struct Model {
    /// Small number, used in positions.
    #[sea_orm(primary_key)]
    pub no: i32,
    /// What it stands for.
    pub kind: SpaceKind,
    /// The organisation, partnership, side or person; nil for the network.
    pub subject_id: Id,
    /// The space above, for trees of places.
    pub parent_no: Option<i32>,
    /// Numbers from the root to this space, for trees of places.
    pub path: Option<String>,
    /// Position of the newest entry.
    pub head_seq: i64,
    /// Hash of the newest entry.
    pub head_hash: Vec<u8>,
    /// How often the partnerships of the organisation changed, whose representatives stand in them. Of other spaces 0.
    pub standing: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
