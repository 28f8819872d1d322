//! Frozen schema changes. One file a change, written once, never edited after a release: expand first,
//! contract in a later release. Every statement runs on SQLite and on PostgreSQL.

mod dialect;
mod m0001_platform;
mod m0002_people;
mod m0003_partnerships;
mod m0004_risk;
mod m0005_sync;
mod m0006_standing;
mod m0007_reading;
mod m0008_foundations;
mod m0009_reviews;
mod m0010_ending;
mod m0011_dialogue;
mod m0012_capacity;
mod m0013_language;
mod m0014_planning;
mod m0015_due;
mod m0016_writing;

use sea_orm_migration::{MigrationTrait, async_trait};
pub use sea_orm_migration::{MigratorTrait, sea_orm};

/// All changes, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_platform::Migration),
            Box::new(m0002_people::Migration),
            Box::new(m0003_partnerships::Migration),
            Box::new(m0004_risk::Migration),
            Box::new(m0005_sync::Migration),
            Box::new(m0006_standing::Migration),
            Box::new(m0007_reading::Migration),
            Box::new(m0008_foundations::Migration),
            Box::new(m0009_reviews::Migration),
            Box::new(m0010_ending::Migration),
            Box::new(m0011_dialogue::Migration),
            Box::new(m0012_capacity::Migration),
            Box::new(m0013_language::Migration),
            Box::new(m0014_planning::Migration),
            Box::new(m0015_due::Migration),
            Box::new(m0016_writing::Migration),
        ]
    }
}
