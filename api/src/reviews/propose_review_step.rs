use async_graphql::{Context, InputObject, Object};
use entity::{Id, Kind, Right, review, value::ConsentAction};

use super::{rules, step};
use crate::{
    consents::{self, ConsentRequest},
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A review to bring on.
#[derive(InputObject)]
pub struct ProposeReviewStepInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Asks for the next step.
#[derive(Default)]
pub struct ProposeReviewStep;

#[Object]
impl ProposeReviewStep {
    /// Asks every side to agree that a review enters its next step, on what stands in it now. An edit of it voids what was
    /// said. Refused where the step waits for something: the rule says for what. Codes: NOT_FOUND, FORBIDDEN,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn propose_review_step(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal.")] input: ProposeReviewStepInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeReviewStepInput) -> Result<Id> {
    let (partnership, review): (_, review::Model) =
        tx.lock_within(input.review_id, "reviewId", review::Column::PartnershipId).await?;
    let side = tx.act_for_side(partnership.id, input.side_id).await?;
    rules::in_force(partnership.state)?;
    let by = rules::next(&review)?;
    step::guard(tx, &partnership, &review, by).await?;
    let content = step::content(tx, &review, by).await?;
    let subject = consents::Subject {
        partnership: partnership.id,
        kind: Kind::Review,
        id: review.id,
        action: ConsentAction::AdvanceReview,
    };
    Ok(consents::ask(tx, subject, side, content).await?.id)
}
