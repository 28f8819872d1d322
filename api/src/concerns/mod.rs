//! Concerns: what worries a side is heard, answered, and closed by nobody else.
//!
//! Who raises a concern chooses who reads it: the own side, or every side of the partnership. One for every side is answered
//! by another side. An answer does not close it: the side that raised it says whether it is enough. Nobody else reads one.

mod answer_concern;
mod close_concern;
mod concern;
mod due;
mod raise_concern;
pub mod rules;
mod share_concern;

use entity::{Id, SpaceRef};

use crate::platform::{
    error::{Error, Result},
    tx::{Tx, is_at},
};

pub use concern::{Concern, ConcernConnection};
pub use due::tell as tell_due;

/// Begins an act on a concern, for the side that the caller acts for.
async fn begin(tx: &mut Tx, id: Id, side: Option<Id>, expected: i32) -> Result<(Id, entity::concern::Model)> {
    let (partnership, concern) = tx.lock_within(id, "id", entity::concern::Column::PartnershipId).await?;
    let side = tx.act_for_side(partnership.id, side).await?;
    is_at(&concern, expected).map(|()| (side, concern))
}

/// What a concern for every side is about is published to every side.
pub(crate) async fn about_what_all_see(tx: &mut Tx, partnership: Id, about: Option<Id>) -> Result<()> {
    match about {
        Some(about) if !tx.is_published(about, SpaceRef::partnership(partnership)).await? => {
            Err(Error::refused(&rules::ABOUT_WHAT_ALL_SEE).field("aboutId"))
        }
        _ => Ok(()),
    }
}

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct ConcernsQueries(concern::ConcernQueries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct ConcernsMutations(
    raise_concern::RaiseConcern,
    share_concern::ShareConcern,
    answer_concern::AnswerConcern,
    close_concern::CloseConcern,
);
