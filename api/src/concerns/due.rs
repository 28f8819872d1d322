use entity::{concern, value::ConcernState};
use sea_orm::{ColumnTrait, Condition};

use super::rules;
use crate::platform::{error::Result, tx::Tx};

/// Tells of concerns that nobody answered in time (P-16).
pub async fn tell(tx: &mut Tx) -> Result<usize> {
    use concern::Column;
    let open = Condition::all().add(Column::State.eq(ConcernState::Raised)).add(Column::RespondBy.is_not_null());
    let now = tx.now();
    let raised: Vec<concern::Model> = tx.consequences(open, Column::CreatedAt).await?;
    let late = raised.into_iter().filter(|row| rules::overdue(row, now));
    let late = late.filter_map(|row| row.respond_by.map(|day| (row, day))).collect();
    tx.tell_due("concern.overdue", late).await
}
