use entity::{
    concern,
    value::{ConcernState, Date},
};
use sea_orm::{ColumnTrait, Condition};

use super::rules;
use crate::platform::{error::Result, tx::Tx};

/// Tells of concerns that nobody answered in time (P-16).
pub async fn tell(tx: &mut Tx) -> Result<usize> {
    use concern::Column;
    let now = tx.now();
    let late = Column::RespondBy.lt(Date::of(now));
    let open = Condition::all().add(Column::State.eq(ConcernState::Raised)).add(late);
    let raised: Vec<concern::Model> = tx.consequences(open, Column::CreatedAt).await?;
    let late = raised.into_iter().filter(|row| rules::overdue(row, now));
    let late = late.filter_map(|row| row.respond_by.map(|day| (row, day))).collect();
    tx.tell_due("concern.overdue", late).await
}
