//! One text of DDL for both databases: type words in braces are replaced.

use sea_orm_migration::{
    SchemaManager,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

/// Columns that every record has.
const RECORD: &str = "id {uuid} PRIMARY KEY, version integer NOT NULL, created_by {uuid} NOT NULL, \
                      created_at {time} NOT NULL, updated_at {time} NOT NULL";

/// Runs statements separated by lines of `--`. A block that starts with `-- postgres` or `-- sqlite`
/// runs on that database only.
pub(crate) async fn run(manager: &SchemaManager<'_>, ddl: &str) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    let words: [(&str, &str, &str); 10] = [
        ("{record}", RECORD, RECORD),
        ("{uuid}", "uuid", "blob"),
        ("{time}", "timestamptz", "text"),
        ("{date}", "date", "text"),
        ("{bytes}", "bytea", "blob"),
        ("{bool}", "boolean", "integer"),
        ("{small}", "smallint", "integer"),
        ("{big}", "bigint", "integer"),
        ("{real}", "double precision", "real"),
        ("{json}", "json", "text"),
    ];
    for block in ddl.split("\n--\n") {
        let block = block.trim();
        let body = match (block.strip_prefix("-- postgres\n"), block.strip_prefix("-- sqlite\n")) {
            (Some(body), _) if postgres => body,
            (_, Some(body)) if !postgres => body,
            (None, None) => block,
            _ => continue,
        };
        let mut sql = body.to_owned();
        for (word, on_postgres, on_sqlite) in words {
            sql = sql.replace(word, if postgres { on_postgres } else { on_sqlite });
        }
        // STRICT makes SQLite keep the types that PostgreSQL keeps anyway.
        sql = sql.replace(") {strict}", if postgres { ")" } else { ") STRICT" });
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Gives a record table its array of live spaces where the database can index one.
pub(crate) async fn spaces(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for table in tables {
        let sql = format!(
            "ALTER TABLE {table} ADD COLUMN spaces integer[] NOT NULL DEFAULT '{{}}'; \
             CREATE INDEX {table}_spaces ON {table} USING gin (spaces) WITH (fastupdate = off)"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Gives a record table what `m0007_reading` gave those before it.
pub(crate) async fn homes(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for table in tables {
        let sql = format!(
            "ALTER TABLE {table} ADD COLUMN lesser integer[], ADD COLUMN home integer NOT NULL \
             GENERATED ALWAYS AS (CASE cardinality(spaces) WHEN 1 THEN spaces[1] ELSE 0 END) STORED"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Declares a migration from its DDL and its record tables; those `with homes` came after `m0007_reading`.
macro_rules! migration {
    ($name:literal, $ddl:expr, $tables:expr) => {
        crate::dialect::migration!($name, $ddl, $tables, with homes: &[]);
    };
    ($name:literal, $ddl:expr, $tables:expr, with homes: $homes:expr) => {
        use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

        pub(crate) struct Migration;

        impl MigrationName for Migration {
            fn name(&self) -> &'static str {
                $name
            }
        }

        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                crate::dialect::run(manager, $ddl).await?;
                crate::dialect::spaces(manager, $tables).await?;
                crate::dialect::homes(manager, $homes).await
            }
        }
    };
}
pub(crate) use migration;
