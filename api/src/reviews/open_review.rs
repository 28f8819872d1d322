use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, partnership, review, review_indicator, review_question,
    value::{Date, IndicatorState, ReviewMode, ReviewState, Text, Title},
};
use sea_orm::{ColumnTrait, Condition};

use super::{Review, begin, rules};
use crate::{
    catalogue::{self, CatalogueKey},
    platform::{
        caller::Sort,
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// A review to open.
#[derive(InputObject)]
pub struct OpenReviewInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What the review is called.
    title: Title,
    /// How the questions are answered.
    mode: ReviewMode,
    /// When, where and how the sides meet.
    approach: Text,
    /// First day.
    starts_on: Option<Date>,
    /// Last day.
    ends_on: Option<Date>,
    /// After how many days progress is looked at again, 7 to 366.
    #[graphql(default = 90)]
    monitoring_interval_days: i32,
    /// A closed review, whose questions and indicators this one begins with. They are proposals: nothing of them is agreed.
    previous_review_id: Option<Id>,
}

/// Opens a review.
#[derive(Default)]
pub struct OpenReview;

#[Object]
impl OpenReview {
    /// Opens a joint review with a plan to agree on. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn open_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The review.")] input: OpenReviewInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Review>> {
        let caller = ctx.caller()?;
        let framework = catalogue::version(ctx, CatalogueKey::FrameworkElements)?.to_owned();
        let id = caller
            .command_once(ctx, idempotency_key, |tx| Box::pin(async move { open(tx, input, &framework).await }))
            .await?;
        caller.answer_with(ctx, id).await
    }
}

async fn open(tx: &mut Tx, input: OpenReviewInput, framework: &str) -> Result<Id> {
    use review::Column;
    let partnership: partnership::Model = tx.lock(input.partnership_id, "partnershipId").await?;
    let side = tx.act_for_side(partnership.id, input.side_id).await?;
    rules::may_open(partnership.state)?;
    rules::monitoring_interval(input.monitoring_interval_days)?;
    rules::dates(input.starts_on, input.ends_on)?;
    let known: Vec<review::Model> =
        tx.all(Condition::all().add(Column::PartnershipId.eq(partnership.id)), &Sort::asc(Column::CreatedAt)).await?;
    let previous = match input.previous_review_id {
        None => None,
        Some(id) => match known.iter().find(|review| review.id == id) {
            None => return Err(Error::not_found("previousReviewId")),
            Some(review) if review.state == ReviewState::Closed => Some(review.id),
            Some(_) => return Err(Error::refused(&rules::THE_LAST_ONE_IS_OVER).field("previousReviewId")),
        },
    };
    let (id, now) = (tx.id(), tx.now());
    let row = review::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        previous_id: previous,
        title: input.title,
        cycle: i32::try_from(known.len()).unwrap_or(i32::MAX).saturating_add(1),
        state: ReviewState::Planning,
        mode: input.mode,
        framework_version: Title::new(framework).map_err(|v| Error::internal(v.message))?,
        approach: input.approach,
        starts_on: input.starts_on,
        ends_on: input.ends_on,
        monitoring_interval_days: input.monitoring_interval_days,
        definitions_id: None,
        plan_agreed_at: None,
        closed_at: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let review = tx.insert("review.opened", row).await?;
    if let Some(previous) = previous {
        begin_with(tx, &review, previous).await?;
    }
    Ok(review.id)
}

/// What was asked and looked at before is proposed again. What was answered and judged is not.
async fn begin_with(tx: &mut Tx, review: &review::Model, previous: Id) -> Result<()> {
    let questions = begin::questions(tx, previous).await?;
    let questions = questions.into_iter().map(|question| review_question::Model {
        id: tx.id(),
        review_id: review.id,
        side_id: review.side_id,
        ..question
    });
    let questions = questions.collect();
    tx.insert_all("review.question_added", questions).await?;
    let indicators = begin::indicators(tx, previous).await?;
    let indicators = indicators.into_iter().map(|indicator| review_indicator::Model {
        id: tx.id(),
        review_id: review.id,
        side_id: review.side_id,
        question_id: None,
        state: IndicatorState::Unrated,
        result: None,
        waived: false,
        waiver: None,
        reopened_at: None,
        ..indicator
    });
    let indicators = indicators.collect();
    tx.insert_all("review.indicator_added", indicators).await.map(drop)
}
