use entity::{
    partnership,
    value::{Date, PartnershipState},
};
use sea_orm::{ColumnTrait, Condition};

use super::rules;
use crate::{
    consents,
    platform::{due::AT_ONCE, error::Result, tx::Tx},
};

/// The last day that the sides agreed on is over: the partnership comes to its end, which it reaches when every side has said
/// what that means for its people.
pub async fn tell(tx: &mut Tx) -> Result<usize> {
    use partnership::Column;
    let (now, today) = (tx.now(), Date::of(tx.now()));
    let living = Column::State.is_in([PartnershipState::Active, PartnershipState::Suspended]);
    let over = Condition::all().add(living).add(Column::EndsOn.lt(today));
    let over: Vec<partnership::Model> = tx.consequences(over, Column::CreatedAt).await?;
    let mut told = 0;
    for found in over.into_iter().filter(|row| rules::end_is_due(row, now)).take(AT_ONCE) {
        let before: partnership::Model = tx.consequence(found.id).await?;
        if !rules::end_is_due(&before, now) {
            continue;
        }
        let step = rules::LIFECYCLE.step(before.state, "lastDayIsOver")?;
        // What was agreed on so far was agreed on while it ran. Why it was suspended, if it was, stays.
        consents::void(tx, before.id).await?;
        let after = partnership::Model { state: step.to, ..before.clone() };
        tx.update("partnership.end_due", &before, after).await?;
        told += 1;
    }
    Ok(told)
}
