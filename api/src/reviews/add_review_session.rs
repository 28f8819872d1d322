use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, review_session,
    value::{ConversationMethod, Date, Title},
};

use super::{ReviewSession, begin};
use crate::{
    consents,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// Nobody meets more often for one review.
const MOST: usize = 50;

/// A meeting to plan.
#[derive(InputObject)]
pub struct AddReviewSessionInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The day.
    held_on: Date,
    /// From when to when, with the time zone.
    time: Title,
    /// How the sides meet.
    method: ConversationMethod,
    /// Where, or by what means.
    place: Title,
}

/// Proposes a meeting.
#[derive(Default)]
pub struct AddReviewSession;

#[Object]
impl AddReviewSession {
    /// Proposes a meeting of a review that is being planned. What was consented so far is void. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn add_review_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting.")] input: AddReviewSessionInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ReviewSession>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { add(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn add(tx: &mut Tx, input: AddReviewSessionInput) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "addReviewSession").await?;
    if begin::sessions(tx, act.review.id).await?.len() >= MOST {
        return Err(Error::invalid(
            "reviewId",
            "SESSIONS_AT_MOST",
            format!("a review is planned with at most {MOST} meetings"),
        ));
    }
    consents::void(tx, act.review.id).await?;
    let (id, now) = (tx.id(), tx.now());
    let row = review_session::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        side_id: act.side,
        held_on: input.held_on,
        time: input.time,
        method: input.method,
        place: input.place,
        live: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("review.session_added", row).await?.id)
}
