//! Connections. Nothing outside the platform holds one.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement, sea_query::Value,
};
use sqlx::postgres::PgSslMode;

/// A database and how to speak to it.
#[derive(Clone)]
pub struct Db {
    pub(super) connection: DatabaseConnection,
    /// SQLite has one writer: writers of this process queue here in order, instead of polling the lock.
    pub(super) writer: Option<Arc<tokio::sync::Mutex<()>>>,
}

impl Db {
    /// Opens a database whose every statement is told to somebody: for tools that look at plans.
    pub async fn open_watched(url: &str, watch: impl Fn(&Statement) + Send + Sync + 'static) -> Result<Self, DbErr> {
        let mut db = Self::open(url).await?;
        db.connection.set_metric_callback(move |info| watch(info.statement));
        Ok(db)
    }

    /// Opens the database of a URL (`sqlite:PATH` or `postgres://…`).
    pub async fn open(url: &str) -> Result<Self, DbErr> {
        let postgres = url.starts_with("postgres");
        let mut options =
            ConnectOptions::new(if postgres || url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") });
        options
            .sqlx_logging(false)
            .test_before_acquire(false)
            .acquire_timeout(Duration::from_secs(5))
            .max_connections(10)
            .min_connections(1);
        if postgres {
            // On the machine itself there is nothing to encrypt, and a statement in several TLS records waits 40 ms for an
            // acknowledgement: the driver leaves Nagle's algorithm on.
            let says = url.contains("sslmode");
            options.map_sqlx_postgres_opts(move |options| {
                let here = matches!(options.get_host(), "localhost" | "127.0.0.1" | "::1" | "[::1]");
                let options = if here && !says { options.ssl_mode(PgSslMode::Disable) } else { options };
                options.options([
                    ("statement_timeout", "15s"),
                    ("lock_timeout", "2s"),
                    ("idle_in_transaction_session_timeout", "10s"),
                    ("timezone", "UTC"),
                    // Statements are short: compiling them, or remembering rows that come once, costs more than it saves.
                    ("jit", "off"),
                    ("enable_memoize", "off"),
                ])
            });
        } else {
            options.map_sqlx_sqlite_opts(|options| {
                use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
                // FULL: what was acknowledged survives a power cut.
                options
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(5))
            });
        }
        #[expect(clippy::disallowed_methods, reason = "the one place where the database is opened")]
        let connection = Database::connect(options).await?;
        Ok(Self { connection, writer: (!postgres).then(Arc::default) })
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
    pub fn is_postgres(&self) -> bool {
        self.connection.get_database_backend() == DbBackend::Postgres
    }

    /// How far the machine's clock is ahead of the database's; nothing where the database is embedded.
    pub async fn clock_skew(&self, env: &super::env::Env) -> Result<chrono::TimeDelta, DbErr> {
        if !self.is_postgres() {
            return Ok(chrono::TimeDelta::zero());
        }
        let row = self.connection.query_one_raw(self.statement("SELECT clock_timestamp() AS now", [])).await?;
        let now: Option<chrono::DateTime<chrono::Utc>> = row.map(|row| row.try_get("", "now")).transpose()?;
        Ok(now.map_or_else(chrono::TimeDelta::zero, |now| env.now() - now))
    }

    /// Closes all connections.
    pub async fn close(self) -> Result<(), DbErr> {
        self.connection.close().await
    }

    /// Answers whether the database answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.connection.execute_unprepared("SELECT 1").await.map(|_| ())
    }

    /// A statement with `$1`, `$2` … in both dialects.
    pub(super) fn statement(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.connection.get_database_backend(), sql, values)
    }
}
