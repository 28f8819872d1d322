use entity::{
    Id, monitoring_check, review, review_action,
    value::{ActionState, Date, ReviewState},
};
use sea_orm::{ColumnTrait, Condition};

use super::rules;
use crate::platform::{error::Result, tx::Tx};

/// Tells of tasks that were not done in time, and of reviews whose progress nobody looked at in time.
pub async fn tell(tx: &mut Tx) -> Result<usize> {
    let (now, today) = (tx.now(), Date::of(tx.now()));
    let open: Vec<review_action::Model> = {
        use review_action::Column;
        let open = Column::State.is_in([ActionState::Accepted, ActionState::InProgress]);
        tx.consequences(Condition::all().add(open).add(Column::DueOn.lt(today)), Column::CreatedAt).await?
    };
    let monitored: Vec<review::Model> = {
        use review::Column;
        tx.consequences(Condition::all().add(Column::State.eq(ReviewState::Monitoring)), Column::CreatedAt).await?
    };
    let ids: Vec<Id> = monitored.iter().map(|review| review.id).collect();
    // A task is late in a plan that is carried out: not in one that is being made, or of a review that is over.
    let late = open.into_iter().filter(|row| rules::action_overdue(row, now) && ids.contains(&row.review_id));
    let late = late.map(|row| (row.due_on, row)).map(|(day, row)| (row, day)).collect();
    let told = tx.tell_due("action.overdue", late).await?;
    let checked = {
        use monitoring_check::Column;
        tx.newest::<monitoring_check::Model, Date>(Column::ReviewId, &ids, Column::HeldOn, Condition::all()).await?
    };
    let late = monitored.into_iter().filter_map(|row| {
        let due = rules::monitoring_due(&row, checked.get(&row.id).copied()).filter(|due| *due < now)?;
        Some((row, Date::of(due)))
    });
    let late = late.collect();
    Ok(told + tx.tell_due("review.monitoring_overdue", late).await?)
}
