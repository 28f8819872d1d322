use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, review_indicator, review_question,
    value::{IndicatorState, Text, Title},
};

use super::{ReviewIndicator, begin};
use crate::{
    catalogue::{self, CatalogueKey, Printed},
    consents, partnerships,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// More would not be assessed with care.
const MOST: usize = 200;

/// An indicator to propose.
#[derive(InputObject)]
pub struct AddReviewIndicatorInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Code of the framework element that it belongs to, from the catalogue `FRAMEWORK_ELEMENTS`.
    element: Title,
    /// What should be there.
    title: Title,
    /// How one would know.
    description: Option<Text>,
    /// The question from whose answers it comes.
    question_id: Option<Id>,
    /// The side that it is about; left out, it is about the partnership as a whole.
    of_side_id: Option<Id>,
}

/// Proposes an indicator.
#[derive(Default)]
pub struct AddReviewIndicator;

#[Object]
impl AddReviewIndicator {
    /// Proposes an indicator. What was consented so far is void. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn add_review_indicator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The indicator.")] input: AddReviewIndicatorInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ReviewIndicator>> {
        let caller = ctx.caller()?;
        let elements = catalogue::printed(ctx, CatalogueKey::FrameworkElements, None)?;
        let id = caller
            .command_once(ctx, idempotency_key, |tx| Box::pin(async move { add(tx, input, &elements).await }))
            .await?;
        caller.answer_with(ctx, id).await
    }
}

async fn add(tx: &mut Tx, input: AddReviewIndicatorInput, elements: &[Printed]) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "addReviewIndicator").await?;
    if !elements.iter().any(|element| element.code == input.element.as_str()) {
        return Err(Error::refused(&catalogue::ELEMENT_IS_KNOWN).field("element"));
    }
    if let Some(question) = input.question_id {
        let question: review_question::Model = tx.get(question, "questionId").await?;
        if question.review_id != act.review.id {
            return Err(Error::not_found("questionId"));
        }
    }
    if let Some(side) = input.of_side_id
        && !partnerships::side_ids(tx, act.partnership.id).await?.contains(&side)
    {
        return Err(Error::not_found("ofSideId"));
    }
    if begin::indicators(tx, act.review.id).await?.len() >= MOST {
        return Err(Error::invalid(
            "reviewId",
            "INDICATORS_AT_MOST",
            format!("a review has at most {MOST} indicators"),
        ));
    }
    consents::void(tx, act.review.id).await?;
    let (id, now) = (tx.id(), tx.now());
    let row = review_indicator::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        side_id: act.side,
        question_id: input.question_id,
        of_side_id: input.of_side_id,
        element: input.element,
        title: input.title,
        description: input.description,
        state: IndicatorState::Unrated,
        result: None,
        waived: false,
        waiver: None,
        reopened_at: None,
        live: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("review.indicator_added", row).await?.id)
}
