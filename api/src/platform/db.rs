//! Connections. Nothing outside the platform holds one.

use std::{
    sync::{Arc, atomic::AtomicU32},
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    prelude::async_trait::async_trait, sea_query::Value,
};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::sync::Mutex;

use super::{
    error::{Error, Result as Done},
    later::{Acting, Later, Lock},
    lines::{Lines, Watch, for_each_processor},
};

/// Connections to SQLite for each processor, each of which is a thread and keeps pages of its own; nothing waits for a network.
const AT_ONCE: usize = 2;
/// Connections to SQLite at the least: one writes, and others read.
const AT_LEAST: usize = 4;
/// Rows that the thread of an SQLite connection may be ahead: where it waits for its reader, both wake for every few.
const ROWS_AHEAD: usize = 2000;
/// Bytes of an SQLite file that are read where the kernel has them. A list looks at more pages than a connection keeps, and each
/// would be asked for and copied again.
const MAPPED: &str = "268435456";

/// A database and how to speak to it.
#[derive(Clone)]
pub struct Db {
    /// To SQLite; to PostgreSQL it changes tables only.
    connection: DatabaseConnection,
    /// To PostgreSQL.
    lines: Option<Arc<Lines>>,
    /// SQLite has one writer: writers of this process queue here in order, instead of polling the lock.
    pub(super) writer: Option<Arc<Mutex<()>>>,
}

/// A transaction. Dropped without commit, nothing happened.
pub(super) enum Transaction {
    Sqlite(DatabaseTransaction),
    Postgres(Mutex<Acting>),
}

/// What a transaction is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// To write.
    Writing,
    /// To read one moment of the database.
    Reading,
}

impl Db {
    /// Opens a database whose every statement is told to somebody: for tools that look at plans.
    pub async fn open_watched(url: &str, watch: impl Fn(&Statement) + Send + Sync + 'static) -> Result<Self, DbErr> {
        Self::open_with(url, Some(Arc::new(watch))).await
    }

    /// Opens the database of a URL (`sqlite:PATH` or `postgres://…`).
    pub async fn open(url: &str) -> Result<Self, DbErr> {
        Self::open_with(url, None).await
    }

    async fn open_with(url: &str, watch: Option<Watch>) -> Result<Self, DbErr> {
        let postgres = url.starts_with("postgres");
        let mut options =
            ConnectOptions::new(if postgres || url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") });
        options.sqlx_logging(false).test_before_acquire(false).acquire_timeout(Duration::from_secs(5));
        let lines = if postgres {
            let to = to_postgres(url)?;
            let lines = Lines::open(to.clone(), watch).await?;
            options.connect_lazy(true).max_connections(2).min_connections(0).idle_timeout(Duration::from_secs(1));
            options.map_sqlx_postgres_opts(move |_| to.clone());
            Some(lines)
        } else {
            let most = u32::try_from(for_each_processor(AT_ONCE, AT_LEAST)).unwrap_or(u32::MAX);
            options.max_connections(most).min_connections(1).map_sqlx_sqlite_opts(|options| {
                use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
                // FULL: what was acknowledged survives a power cut.
                options
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(5))
                    .row_buffer_size(ROWS_AHEAD)
                    .pragma("mmap_size", MAPPED)
            });
            None
        };
        #[expect(clippy::disallowed_methods, reason = "the one place where the database is opened")]
        let connection = Database::connect(options).await?;
        Ok(Self { connection, lines, writer: (!postgres).then(Arc::default) })
    }

    /// Begins a transaction; what it sends by itself is counted.
    pub(super) async fn begin(&self, purpose: Purpose, sent: &Arc<AtomicU32>) -> Result<Transaction, DbErr> {
        let Some(lines) = &self.lines else {
            let writing = matches!(purpose, Purpose::Writing);
            let mode = writing.then_some(SqliteTransactionMode::Immediate);
            let options = TransactionOptions { sqlite_transaction_mode: mode, ..Default::default() };
            return Ok(Transaction::Sqlite(self.connection.begin_with_options(options).await?));
        };
        let line = lines.begin(match purpose {
            Purpose::Writing => "BEGIN",
            Purpose::Reading => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        });
        Ok(Transaction::Postgres(Mutex::new(Acting::new(line.await?, sent.clone()))))
    }

    /// Brings the tables up to date.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        use migration::MigratorTrait;
        migration::Migrator::up(&self.connection, None).await
    }

    /// Changes that were not applied yet.
    pub async fn pending_migrations(&self) -> Result<usize, DbErr> {
        use migration::MigratorTrait;
        Ok(migration::Migrator::get_pending_migrations(&self.connection).await?.len())
    }

    /// Whether this is PostgreSQL.
    pub const fn is_postgres(&self) -> bool {
        self.lines.is_some()
    }

    /// How far the machine's clock is ahead of the database's; nothing where the database is embedded.
    pub async fn clock_skew(&self, env: &super::env::Env) -> Result<chrono::TimeDelta, DbErr> {
        if !self.is_postgres() {
            return Ok(chrono::TimeDelta::zero());
        }
        let row = self.query_one_raw(self.statement("SELECT clock_timestamp() AS now", [])).await?;
        let now: Option<chrono::DateTime<chrono::Utc>> = row.map(|row| row.try_get("", "now")).transpose()?;
        Ok(now.map_or_else(chrono::TimeDelta::zero, |now| env.now() - now))
    }

    /// Closes all connections.
    pub async fn close(self) -> Result<(), DbErr> {
        if let Some(lines) = &self.lines {
            lines.close().await;
        }
        self.connection.close().await
    }

    /// Answers whether the database answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.query_one_raw(self.statement("SELECT 1", [])).await.map(|_| ())
    }

    /// A statement with `$1`, `$2` … in both dialects.
    pub(super) fn statement(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.get_database_backend(), sql, values)
    }
}

/// How PostgreSQL is spoken to.
fn to_postgres(url: &str) -> Result<PgConnectOptions, DbErr> {
    use sqlx::ConnectOptions;
    let options: PgConnectOptions =
        url.parse().map_err(|e: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(e))))?;
    // On the machine itself there is nothing to encrypt, and a statement in several TLS records waits 40 ms for an
    // acknowledgement: the driver leaves Nagle's algorithm on.
    let here = matches!(options.get_host(), "localhost" | "127.0.0.1" | "::1" | "[::1]");
    let options = if here && !url.contains("sslmode") { options.ssl_mode(PgSslMode::Disable) } else { options };
    Ok(options.disable_statement_logging().options([
        ("statement_timeout", "15s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("timezone", "UTC"),
        // Statements are short: compiling them, or remembering rows that come once, costs more than it saves.
        ("jit", "off"),
        ("enable_memoize", "off"),
    ]))
}

#[async_trait]
impl ConnectionTrait for Db {
    fn get_database_backend(&self) -> DbBackend {
        if self.is_postgres() { DbBackend::Postgres } else { DbBackend::Sqlite }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.lines {
            Some(lines) => lines.run(statement).await,
            None => self.connection.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.lines {
            Some(lines) => lines.run_plain(sql).await,
            None => self.connection.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.lines {
            Some(lines) => Ok(lines.all(statement).await?.into_iter().next()),
            None => self.connection.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.lines {
            Some(lines) => lines.all(statement).await,
            None => self.connection.query_all_raw(statement).await,
        }
    }
}

impl Transaction {
    /// Makes what it wrote last.
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(on) => on.commit().await,
            Self::Postgres(acting) => acting.into_inner().commit().await,
        }
    }

    /// Writes a row, now or with others.
    pub(super) async fn later(&self, later: Later) -> Done<()> {
        match self {
            Self::Sqlite(on) => {
                let done = on.execute_raw(later.statement).await?;
                match later.replaces {
                    Some(version) if done.rows_affected() != 1 => Err(Error::stale(version + 1)),
                    _ => Ok(()),
                }
            }
            Self::Postgres(acting) => Ok(acting.lock().await.later(later).await?),
        }
    }

    /// Writes the rows that wait.
    pub(super) async fn settle(&self) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(acting) => acting.lock().await.settle().await,
        }
    }

    /// Writes the rows that wait, and locks others behind them.
    pub(super) async fn settle_and(&self, lock: Lock) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            // Its one writer has locked all of it.
            Self::Sqlite(on) => on.query_all_raw(lock.these).await,
            Self::Postgres(acting) => acting.lock().await.settle_and(lock).await,
        }
    }

    /// The refusal of a row that somebody else changed meanwhile, where that is why an error came.
    pub(super) async fn why(&self, error: Error) -> Error {
        let stale = match self {
            Self::Sqlite(_) => None,
            Self::Postgres(acting) => acting.lock().await.stale,
        };
        stale.map_or(error, |version| Error::stale(version + 1))
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(on) => on.execute_raw(statement).await,
            Self::Postgres(acting) => acting.lock().await.run(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(on) => on.execute_unprepared(sql).await,
            Self::Postgres(acting) => acting.lock().await.run_plain(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(on) => on.query_one_raw(statement).await,
            Self::Postgres(acting) => Ok(acting.lock().await.all(statement).await?.into_iter().next()),
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(on) => on.query_all_raw(statement).await,
            Self::Postgres(acting) => acting.lock().await.all(statement).await,
        }
    }
}
