//! How every act on a review begins, and what rules read of it.

use entity::{
    Id, Record, category_definitions, indicator_rating, partnership, related_assessment, review, review_action,
    review_answer, review_indicator, review_question, review_session,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait};

use super::rules;
use crate::platform::{
    caller::Sort,
    error::{Error, Result},
    tx::Tx,
};

/// Who acts on what.
pub(super) struct Act {
    pub(super) partnership: partnership::Model,
    pub(super) side: Id,
    pub(super) review: review::Model,
}

/// A side acts on a review of a partnership in force, in a step that allows it.
pub(super) async fn act(tx: &mut Tx, review: Id, field: &str, side: Option<Id>, by: &str) -> Result<Act> {
    let (partnership, review): (_, review::Model) =
        tx.lock_within(review, field, review::Column::PartnershipId).await?;
    let side = tx.act_for_side(partnership.id, side).await?;
    rules::in_force(partnership.state)?;
    rules::LIFECYCLE.step(review.state, by)?;
    Ok(Act { partnership, side, review })
}

/// Questions of a review that count.
pub(super) async fn questions(tx: &Tx, review: Id) -> Result<Vec<review_question::Model>> {
    use review_question::Column;
    let live = Condition::all().add(Column::ReviewId.eq(review)).add(Column::Live.eq(true));
    tx.all(live, &Sort::asc(Column::Position)).await
}

/// Answers of one side, or of a meeting.
pub(super) async fn answers(tx: &Tx, review: Id, side: Option<Id>) -> Result<Vec<review_answer::Model>> {
    use review_answer::Column;
    let of = side.map_or_else(|| Column::SideId.is_null(), |side| Column::SideId.eq(side));
    let filter = Condition::all().add(Column::ReviewId.eq(review)).add(Column::Current.eq(true)).add(of);
    tx.all(filter, &Sort::asc(Column::CreatedAt)).await
}

/// Indicators of a review that count.
pub(super) async fn indicators(tx: &Tx, review: Id) -> Result<Vec<review_indicator::Model>> {
    use review_indicator::Column;
    let live = Condition::all().add(Column::ReviewId.eq(review)).add(Column::Live.eq(true));
    tx.all(live, &Sort::asc(Column::CreatedAt)).await
}

/// A task is for an indicator that counts; NOT_FOUND once that was taken out.
pub(super) async fn indicator_counts(tx: &Tx, task: &review_action::Model) -> Result<()> {
    let indicator: review_indicator::Model = tx.get(task.indicator_id, "id").await?;
    if indicator.live { Ok(()) } else { Err(Error::not_found("id")) }
}

/// How each side judges an indicator now.
pub(super) async fn ratings(tx: &Tx, indicator: Id) -> Result<Vec<indicator_rating::Model>> {
    use indicator_rating::Column;
    let current = Condition::all().add(Column::IndicatorId.eq(indicator)).add(Column::Current.eq(true));
    tx.all(current, &Sort::asc(Column::CreatedAt)).await
}

/// The meanings that were proposed last.
pub(super) async fn definitions(tx: &Tx, review: Id) -> Result<Option<category_definitions::Model>> {
    use category_definitions::Column;
    let current = Condition::all().add(Column::ReviewId.eq(review)).add(Column::Current.eq(true));
    tx.first(current, &Sort::desc(Column::CreatedAt)).await
}

/// Tasks of a review.
pub(super) async fn actions(tx: &Tx, review: Id) -> Result<Vec<review_action::Model>> {
    use review_action::Column;
    tx.all(Condition::all().add(Column::ReviewId.eq(review)), &Sort::asc(Column::DueOn)).await
}

/// Meetings that a review is planned with.
pub(super) async fn sessions(tx: &Tx, review: Id) -> Result<Vec<review_session::Model>> {
    use review_session::Column;
    let live = Condition::all().add(Column::ReviewId.eq(review)).add(Column::Live.eq(true));
    tx.all(live, &Sort::asc(Column::HeldOn)).await
}

/// An answer is taken from an assessment that was named in its review.
pub(super) async fn is_named_here(tx: &Tx, review: Id, reused_from: Option<Id>) -> Result<()> {
    let Some(id) = reused_from else { return Ok(()) };
    let assessment: related_assessment::Model = tx.get(id, "reusedFromId").await?;
    if assessment.review_id == review { Ok(()) } else { Err(Error::not_found("reusedFromId")) }
}

/// The number of the next word, from 1: behind every word that was said before, also where the sides went back behind it.
pub(super) async fn revision<M: Record>(
    tx: &Tx,
    known: Condition,
    column: <M::Entity as EntityTrait>::Column,
    of: impl Fn(&M) -> i32,
) -> Result<i32> {
    let newest: Option<M> = tx.first(known, &Sort::desc(column)).await?;
    Ok(newest.map_or(1, |row| of(&row) + 1))
}
