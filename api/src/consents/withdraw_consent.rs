use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right,
    value::{ConsentDecision, Text},
};

use super::{
    ConsentRequest,
    say::{Word, say},
};
use crate::platform::{error::Result, gate::Ask, sdl::requires, whole::Whole};

/// A word taken back.
#[derive(InputObject)]
pub struct WithdrawConsentInput {
    /// The request.
    request_id: Id,
    /// The side you speak for, where you are signatory of more than one.
    side_id: Option<Id>,
    /// Why: it is kept for every side to read.
    reason: Text,
}

/// Takes a consent back.
#[derive(Default)]
pub struct WithdrawConsent;

#[Object]
impl WithdrawConsent {
    /// Takes back the agreement of your side before it took effect. Codes: NOT_FOUND, FORBIDDEN, REFUSED.
    #[graphql(directive = requires::apply(Right::ConsentDecide))]
    async fn withdraw_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The word of your side.")] input: WithdrawConsentInput,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let word = Word {
            request: input.request_id,
            side: input.side_id,
            decision: ConsentDecision::Withdrawn,
            seen: None,
            comment: Some(input.reason),
        };
        let id = caller.command(ctx, |tx| Box::pin(async move { say(tx, word).await })).await?;
        caller.answer_with(ctx, id).await
    }
}
