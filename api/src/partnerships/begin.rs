//! How an act of a side on what belongs to a partnership begins.

use entity::{Id, OfPartnership, partnership};

use super::rules;
use crate::platform::{error::Result, tx::Tx};

/// A side of a living partnership acts: the partnership is locked first.
pub(crate) async fn begin(tx: &mut Tx, partnership: Id, side: Option<Id>) -> Result<(partnership::Model, Id)> {
    let partnership: partnership::Model = tx.lock(partnership, "partnershipId").await?;
    let side = tx.act_for_side(partnership.id, side).await?;
    rules::partnership_is_living(partnership.state)?;
    Ok((partnership, side))
}

/// The same on a record of the partnership, at the version that was read.
pub(crate) async fn begin_on<M: OfPartnership>(
    tx: &mut Tx,
    id: Id,
    side: Option<Id>,
    expected: i32,
) -> Result<(Id, M)> {
    let asked: M = tx.get(id, "id").await?;
    let (_, side) = begin(tx, asked.partnership_id(), side).await?;
    Ok((side, tx.lock_at(id, "id", expected).await?))
}
