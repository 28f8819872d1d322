use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A token that is refused although it has not run out.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revoked_token")]
pub struct Model {
    /// `iss` of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer: String,
    /// `jti` of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub jti: String,
    /// When it runs out; the row can go then.
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
