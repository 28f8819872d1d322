//! The harness: a world with a router, a database, a fixed clock, and people.

pub mod answer;
mod env;
mod golden;
mod phone;
mod socket;
pub mod world;

pub use answer::Answer;
pub use golden::golden;
pub use phone::{Phone, fields};
pub use socket::{Closed, Socket};
pub use world::{Backend, World, binary, repository};

/// Runs a scenario on both databases.
macro_rules! scenario {
    ($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block) => {
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn story($world: &mut World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let mut world = World::start($crate::support::Backend::Sqlite).await.unwrap();
                story(&mut world).await;
                world.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let Some(mut world) = World::start($crate::support::Backend::Postgres).await else { return };
                story(&mut world).await;
                world.end().await;
            }
        }
    };
}
