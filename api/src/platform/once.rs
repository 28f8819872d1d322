//! The memory of commands: what is sent twice with one key happens once.

use entity::Id;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use super::{
    caller::Caller,
    error::{Error, ErrorCode, Result},
    tx::Tx,
};

impl Caller {
    /// What a command with a key answered, where it took place.
    pub(crate) async fn remembered(&self, key: &str) -> Result<Option<Id>> {
        use entity::platform::command_log::Entity;
        self.counted();
        #[expect(clippy::disallowed_methods, reason = "the memory of commands is the platform's own")]
        let known = Entity::find_by_id((self.person(), key.to_owned())).one(&self.platform.db).await?;
        Ok(known.map(|known| known.response))
    }
}

impl Tx {
    /// Claims a key. A second holder waits here for the first and then reads its answer.
    pub(super) async fn claim(&self, key: &str, hash: &[u8]) -> Result<Option<Id>> {
        use entity::platform::command_log::{ActiveModel, Column, Entity, Model};
        let actor = self.caller.person();
        let row = Model { actor, key: key.to_owned(), request_hash: hash.to_vec(), response: Id::NIL, at: self.at };
        self.caller.counted();
        let claimed = Entity::insert(ActiveModel::from(row))
            .on_conflict(OnConflict::columns([Column::Actor, Column::Key]).do_nothing().to_owned())
            .exec_without_returning(&self.db)
            .await?;
        if claimed == 1 {
            return Ok(None);
        }
        #[expect(clippy::disallowed_methods, reason = "the memory of commands is the platform's own")]
        let known = Entity::find_by_id((actor, key.to_owned())).one(&self.db).await?;
        match known {
            Some(known) if known.request_hash == hash => Ok(Some(known.response)),
            Some(_) => Err(Error::new(
                ErrorCode::IdempotencyMismatch,
                "this idempotency key was used for another request: take a new one",
            )
            .field("idempotencyKey")),
            None => Err(Error::internal("idempotency key vanished")),
        }
    }

    /// Notes what the command answered.
    pub(super) async fn remember(&self, key: &str, response: Id) -> Result<()> {
        use entity::platform::command_log::{Column, Entity};
        #[expect(clippy::disallowed_methods, reason = "the memory of commands is the platform's own")]
        Entity::update_many()
            .col_expr(Column::Response, Expr::val(response))
            .filter(Column::Actor.eq(self.caller.person()).and(Column::Key.eq(key)))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}
