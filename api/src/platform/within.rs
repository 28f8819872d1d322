//! A record and its partnership. The partnership is the root of what happens in it: locked first, so that two sides who act at once
//! act one after the other.

use std::sync::PoisonError;

use entity::{Id, Record, partnership};
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, Iden, Iterable,
    sea_query::{Alias, Expr, ExprTrait, LockType, Query, SelectStatement},
};

use super::{
    batch::id_in,
    error::{Error, Result},
    links::ColumnOf,
    tx::Tx,
    visible::{self, Way, table},
};

impl Tx {
    /// The partnership that a column of a record names, and the record, as the caller sees them; locked until COMMIT, the
    /// partnership first. NOT_FOUND where one of them is not seen.
    pub async fn lock_within<M: Record>(
        &self,
        id: Id,
        field: &str,
        column: ColumnOf<M>,
    ) -> Result<(partnership::Model, M)> {
        if self.caller.postgres()
            && !M::REDACTS
            && let Some(both) = self.both(id, column).await?
        {
            return Ok(both);
        }
        // One after the other also tells why.
        let asked: M = self.get(id, field).await?;
        let partnership = id_in(&asked, column).ok_or_else(|| Error::internal("a record of no partnership"))?;
        Ok((self.lock(partnership, field).await?, self.lock(id, field).await?))
    }

    /// Both in one statement. It waits for the partnership, and takes the record as it is by then.
    async fn both<M: Record>(&self, id: Id, column: ColumnOf<M>) -> Result<Option<(partnership::Model, M)>> {
        let grants = self.caller.grants();
        let fence = |spaces| visible::visible::<M>(true, &spaces, Way::Named);
        let fence_of_root = |spaces| visible::visible::<partnership::Model>(true, &spaces, Way::Named);
        let mut select = Query::select();
        named::<partnership::Model>(&mut select, ROOT);
        named::<M>(&mut select, RECORD);
        let root = Expr::col((partnership::Entity, partnership::Column::Id));
        select
            .from(partnership::Entity)
            .inner_join(Alias::new(table::<M>()), root.eq(column.into_expr()))
            .and_where(visible::id_column::<M>().eq(id))
            .and_where(fence(grants.spaces_of(M::READ)))
            .and_where(fence_of_root(grants.spaces_of(partnership::Model::READ)))
            .lock_with_tables(LockType::NoKeyUpdate, [table::<partnership::Model>(), table::<M>()].map(Alias::new));
        self.caller.counted();
        let Some(row) = self.db.query_one(&select).await? else { return Ok(None) };
        let root = partnership::Model::from_query_result(&row, ROOT)?;
        self.locked.lock().unwrap_or_else(PoisonError::into_inner).extend([root.id, id]);
        Ok(Some((root, M::from_query_result(&row, RECORD)?)))
    }
}

/// Whether a record is still at the version that the caller read.
pub fn is_at<M: Record>(row: &M, expected: i32) -> Result<()> {
    if row.version() == expected { Ok(()) } else { Err(Error::stale(row.version())) }
}

/// What the columns of each begin with.
const ROOT: &str = "root_";
const RECORD: &str = "record_";

fn named<M: Record>(select: &mut SelectStatement, prefix: &str) {
    for column in ColumnOf::<M>::iter() {
        select.expr_as(column.select_as(column.into_expr()), Alias::new(format!("{prefix}{}", column.unquoted())));
    }
}
