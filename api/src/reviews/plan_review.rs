use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right,
    value::{Date, Patch, ReviewMode, Text, Title},
};

use super::{Review, begin, rules};
use crate::{
    consents,
    organisations::cleared,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// What changes of the plan of a review. What is left out stays; `null` clears.
#[derive(InputObject)]
pub struct PlanReviewInput {
    /// The review.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What the review is called.
    title: Patch<Title>,
    /// How the questions are answered.
    mode: Patch<ReviewMode>,
    /// When, where and how the sides meet.
    approach: Patch<Text>,
    /// First day.
    starts_on: Patch<Date>,
    /// Last day.
    ends_on: Patch<Date>,
    /// After how many days progress is looked at again, 7 to 366.
    monitoring_interval_days: Patch<i32>,
}

/// Edits a plan.
#[derive(Default)]
pub struct PlanReview;

#[Object]
impl PlanReview {
    /// Edits the plan of a review, before it is agreed. What was consented so far is void. Codes: NOT_FOUND, FORBIDDEN,
    /// CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn plan_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: PlanReviewInput,
    ) -> Result<Whole<Review>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { plan(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn plan(tx: &mut Tx, input: PlanReviewInput) -> Result<Id> {
    let before = begin::act(tx, input.id, "id", input.side_id, "planReview").await?.review;
    if before.version != input.expected_version {
        return Err(Error::stale(before.version));
    }
    let mut after = before.clone();
    cleared("title", input.title.apply_required(&mut after.title))?;
    cleared("mode", input.mode.apply_required(&mut after.mode))?;
    cleared("approach", input.approach.apply_required(&mut after.approach))?;
    input.starts_on.apply(&mut after.starts_on);
    input.ends_on.apply(&mut after.ends_on);
    let interval = input.monitoring_interval_days.apply_required(&mut after.monitoring_interval_days);
    cleared("monitoringIntervalDays", interval)?;
    rules::monitoring_interval(after.monitoring_interval_days)?;
    rules::dates(after.starts_on, after.ends_on)?;
    if after != before {
        consents::void(tx, before.id).await?;
    }
    Ok(tx.update("review.planned", &before, after).await?.id)
}
