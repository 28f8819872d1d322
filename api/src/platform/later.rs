//! Rows that wait to be written together. A command writes several, and each would be a way through the network: on PostgreSQL
//! they wait until somebody looks at one of their tables, something else is written, or the command ends, and go as one statement.

use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use entity::Id;
use sea_orm::{DbErr, ExecResult, QueryResult, Statement, Values};

use super::lines::Line;

/// Most rows that wait.
const MOST: usize = 12;

/// A row to be written.
pub(super) struct Later {
    /// Its table.
    pub(super) table: &'static str,
    /// The record.
    pub(super) id: Id,
    /// What writes it, and nothing else.
    pub(super) statement: Statement,
    /// The version that a change takes the place of; none where the row is new.
    pub(super) replaces: Option<i32>,
}

/// Rows to be locked behind what waits.
pub(super) struct Lock {
    /// What reads them, up to its conditions.
    pub(super) these: Statement,
    /// Their order, and what locks them.
    pub(super) in_order: &'static str,
}

/// A transaction on a line, with the rows that wait.
pub(super) struct Acting {
    line: Line,
    waiting: Vec<Later>,
    /// Statements that were sent.
    sent: Arc<AtomicU32>,
    /// The version that a row had no more, where one could not be written for this.
    pub(super) stale: Option<i32>,
    /// Whether rows that waited were not written: then nothing of the command may last.
    failed: bool,
}

impl Acting {
    pub(super) const fn new(line: Line, sent: Arc<AtomicU32>) -> Self {
        Self { line, waiting: Vec::new(), sent, stale: None, failed: false }
    }

    /// Lets a row wait. Of one record only one: a statement sees nothing of what else it writes.
    pub(super) async fn later(&mut self, later: Later) -> Result<(), DbErr> {
        if self.waiting.len() == MOST || self.waiting.iter().any(|one| one.id == later.id) {
            self.settle().await?;
        }
        self.waiting.push(later);
        Ok(())
    }

    /// Writes what waits, in its order.
    pub(super) async fn settle(&mut self) -> Result<(), DbErr> {
        if !self.waiting.is_empty() {
            self.sent.fetch_add(1, Ordering::Relaxed);
            self.write(None).await?;
        }
        Ok(())
    }

    /// Writes what waits and then locks rows that many wait for, in one statement: they are held for one way through the network
    /// less. Where a row is not there any more as it was read, they are not locked.
    ///
    /// What the new rows refer to is checked at the end of a statement, so behind the lock; it waits for nobody, as long as who
    /// changes a unique column of a record locks it first, and so does who writes a row that refers to such a one.
    pub(super) async fn settle_and(&mut self, lock: Lock) -> Result<Vec<QueryResult>, DbErr> {
        self.write(Some(lock)).await
    }

    async fn write(&mut self, lock: Option<Lock>) -> Result<Vec<QueryResult>, DbErr> {
        let waiting = std::mem::take(&mut self.waiting);
        let replaces: Vec<Option<i32>> = waiting.iter().map(|later| later.replaces).collect();
        let failed = std::mem::replace(&mut self.failed, true);
        let rows = self.line.all(together(waiting, lock)).await?;
        for (at, replaces) in replaces.into_iter().enumerate() {
            let written: i64 = rows.first().map(|row| row.try_get_by_index(at)).transpose()?.unwrap_or_default();
            if written != 1 {
                self.stale = replaces;
                return Err(DbErr::RecordNotUpdated);
            }
        }
        self.failed = failed;
        Ok(rows)
    }

    /// What waits is written before somebody looks at its table.
    async fn before(&mut self, sql: &str) -> Result<(), DbErr> {
        if self.waiting.iter().any(|later| names(sql, later.table)) { self.settle().await } else { Ok(()) }
    }

    pub(super) async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.before(&statement.sql).await?;
        self.line.all(statement).await
    }

    /// Runs what writes: it may refer to a row that waits without a word of its table.
    pub(super) async fn run(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.settle().await?;
        self.line.run(statement).await
    }

    pub(super) async fn run_plain(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        self.settle().await?;
        self.line.run_plain(sql).await
    }

    pub(super) async fn commit(mut self) -> Result<(), DbErr> {
        self.settle().await?;
        if self.failed {
            return Err(DbErr::RecordNotUpdated);
        }
        self.line.end("COMMIT").await
    }
}

/// Whether a statement names a table.
fn names(sql: &str, table: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    sql.match_indices(table).any(|(at, _)| {
        let before = sql.get(..at).and_then(|text| text.chars().next_back());
        let behind = sql.get(at + table.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(part) && !behind.is_some_and(part)
    })
}

/// One statement of several, which tells how many rows each of them wrote. They run in this order: the sums are worked out one
/// after the other, and before what is locked behind them.
fn together(waiting: Vec<Later>, lock: Option<Lock>) -> Statement {
    let (mut sql, mut sums) = (String::with_capacity(2048), String::new());
    let mut values = Vec::new();
    let count = waiting.len();
    for (at, later) in waiting.into_iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(sql, "{}w{at} AS (", if at == 0 { "WITH " } else { "," });
        numbered(&mut sql, &later.statement.sql, values.len());
        sql.push_str(" RETURNING 1)");
        let _ = write!(sums, "{}(SELECT count(*) FROM w{at})", if at == 0 { "" } else { "," });
        values.extend(later.statement.values.into_iter().flat_map(|values| values.0));
    }
    match lock {
        Some(Lock { these, in_order }) if count == 0 => {
            return Statement { sql: format!("{} {in_order}", these.sql), ..these };
        }
        Some(Lock { these, in_order }) => {
            sql.push_str(",locked AS (");
            numbered(&mut sql, &these.sql, values.len());
            let _ = write!(
                sql,
                " AND 1 = ALL (ARRAY[{sums}]) {in_order}) SELECT {sums},locked.* FROM (SELECT 1) one LEFT JOIN locked ON TRUE"
            );
            values.extend(these.values.into_iter().flat_map(|values| values.0));
        }
        None => {
            let _ = write!(sql, " SELECT {sums}");
        }
    }
    Statement { sql, values: Some(Values(values)), db_backend: sea_orm::DbBackend::Postgres }
}

/// Adds a statement whose parameters stand behind others.
fn numbered(out: &mut String, sql: &str, behind: usize) {
    let mut pieces = sql.split('$');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        match number.parse::<usize>() {
            Ok(number) => {
                let _ = write!(out, "${}{rest}", number + behind);
            }
            Err(_) => {
                let _ = write!(out, "${piece}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_as_a_whole_word() {
        assert!(names("SELECT 1 FROM \"risk\" WHERE x", "risk"));
        assert!(names("UPDATE risk SET x", "risk"));
        assert!(!names("SELECT 1 FROM \"risk_perception\"", "risk"));
        assert!(!names("SELECT asterisk, risks", "risk"));
    }

    #[test]
    fn several_writes_are_one_statement_in_their_order() {
        let write = |sql: &str, values: Vec<i32>| Later {
            table: "t",
            id: Id::NIL,
            statement: Statement::from_sql_and_values(
                sea_orm::DbBackend::Postgres,
                sql,
                values.into_iter().map(sea_orm::Value::from),
            ),
            replaces: None,
        };
        let first = write("UPDATE t SET a = $1 WHERE b = $2", vec![1, 2]);
        let second = write("INSERT INTO t (a, b) VALUES ($1, CAST($2 AS integer))", vec![3, 4]);
        let both = together(vec![first, second], None);
        assert_eq!(
            both.sql,
            "WITH w0 AS (UPDATE t SET a = $1 WHERE b = $2 RETURNING 1),w1 AS (INSERT INTO t (a, b) VALUES ($3, CAST($4 AS integer)) \
             RETURNING 1) SELECT (SELECT count(*) FROM w0),(SELECT count(*) FROM w1)"
        );
        assert_eq!(both.values.unwrap().0.len(), 4);

        let lock = || Lock {
            these: Statement::from_sql_and_values(
                sea_orm::DbBackend::Postgres,
                "SELECT a FROM l WHERE b = $1",
                [5.into()],
            ),
            in_order: "ORDER BY a FOR UPDATE",
        };
        assert_eq!(together(Vec::new(), Some(lock())).sql, "SELECT a FROM l WHERE b = $1 ORDER BY a FOR UPDATE");
        let and_locked = together(vec![write("UPDATE t SET a = $1", vec![1])], Some(lock()));
        assert_eq!(
            and_locked.sql,
            "WITH w0 AS (UPDATE t SET a = $1 RETURNING 1),locked AS (SELECT a FROM l WHERE b = $2 AND 1 = ALL \
             (ARRAY[(SELECT count(*) FROM w0)]) ORDER BY a FOR UPDATE) SELECT (SELECT count(*) FROM w0),locked.* \
             FROM (SELECT 1) one LEFT JOIN locked ON TRUE"
        );
        assert_eq!(and_locked.values.unwrap().0.len(), 2);
    }
}
