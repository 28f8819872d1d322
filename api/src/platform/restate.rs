//! Saying a thing anew.

use entity::Revised;
use sea_orm::Condition;

use super::{caller::Sort, error::Result, tx::Tx, visible};

/// What a side says anew takes the place of what it said before, which stays as history. Answers with the number of the new
/// word, from 1.
pub async fn supersede<M: Revised>(tx: &mut Tx, known: Condition, event: &'static str) -> Result<i32> {
    let Some(before) = tx.first::<M>(known, &Sort::desc(visible::id_column::<M>())).await? else { return Ok(1) };
    let mut after = before.clone();
    after.retire();
    let revision = before.revision() + 1;
    tx.update(event, &before, after).await?;
    Ok(revision)
}
