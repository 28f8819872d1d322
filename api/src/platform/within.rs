//! A record and its partnership. The partnership is the root of what happens in it: locked first, so that two sides who act at once
//! act one after the other.

use std::sync::PoisonError;

use entity::{Id, Record, partnership};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic, Iterable};

use super::{
    batch::id_in,
    error::{Error, Result},
    links::ColumnOf,
    tx::Tx,
    visible::{self, Form, Length, Way, table},
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
        // SQLite has no network to wait for. And what is not found is looked for by the statements that say so elsewhere.
        let asked: M = self.get(id, field).await?;
        let partnership = id_in(&asked, column).ok_or_else(|| Error::internal("a record of no partnership"))?;
        Ok((self.lock(partnership, field).await?, self.lock(id, field).await?))
    }

    /// Both in one statement, where that can be. It waits for the partnership, and then takes the record as it is by then: rows are
    /// locked in the order in which the last words name them, and each is looked at once more if somebody wrote it meanwhile.
    async fn both<M: Record>(&self, id: Id, column: ColumnOf<M>) -> Result<Option<(partnership::Model, M)>> {
        // A row of which something is held back must not be written back.
        const { assert!(!<partnership::Model as Record>::REDACTS) };
        let (root, record) = (table::<partnership::Model>(), table::<M>());
        let grants = self.caller.grants();
        let fence = |table, right, parameter| {
            let (spaces, form) = visible::sent(true, &grants.spaces_of(right));
            // A long list would be read for each fence, and only where there is a row: that would tell that there is one.
            let short = form != Form::Listed(Length::Long);
            short.then(|| (spaces, visible::fence(true, table, Way::Named, form, parameter)))
        };
        let (Some((of_record, sees_record)), Some((of_root, sees_root))) =
            (fence(record, M::READ, "$2"), fence(root, partnership::Model::READ, "$3"))
        else {
            return Ok(None);
        };
        let sql = format!(
            "SELECT {}, {}, {} AS seen_in FROM \"{root}\" JOIN \"{record}\" ON \"{root}\".id = \"{record}\".\"{}\" \
             WHERE \"{record}\".id = $1 AND {sees_record} AND {sees_root} FOR NO KEY UPDATE OF \"{root}\", \"{record}\"",
            columns::<partnership::Model>(ROOT),
            columns::<M>(RECORD),
            visible::places_of(true, false, &format!("\"{record}\"")),
            column.as_str(),
        );
        self.caller.counted();
        let statement = self.caller.platform.db.statement(&sql, [id.into(), of_record, of_root]);
        let Some(row) = self.db.query_one_raw(statement).await? else { return Ok(None) };
        let root = partnership::Model::from_query_result(&row, ROOT)?;
        self.locked.lock().unwrap_or_else(PoisonError::into_inner).extend([root.id, id]);
        self.came_near(&row.try_get::<String>("", "seen_in")?);
        Ok(Some((root, M::from_query_result(&row, RECORD)?)))
    }
}

/// What the columns of each begin with.
const ROOT: &str = "root_";
const RECORD: &str = "record_";

fn columns<M: Record>(prefix: &str) -> String {
    let table = table::<M>();
    let columns = <M::Entity as EntityTrait>::Column::iter().map(|column| column.as_str());
    columns.map(|column| format!("\"{table}\".\"{column}\" AS \"{prefix}{column}\"")).collect::<Vec<_>>().join(", ")
}
