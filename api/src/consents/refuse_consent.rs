use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right,
    value::{ConsentDecision, ContentHash, Text},
};

use super::{
    ConsentRequest,
    say::{Word, say},
};
use crate::platform::{error::Result, gate::Ask, sdl::requires, whole::Whole};

/// The refusal of one side.
#[derive(InputObject)]
pub struct RefuseConsentInput {
    /// The request.
    request_id: Id,
    /// The side you speak for, where you are signatory of more than one.
    side_id: Option<Id>,
    /// Hash of the content you read.
    content_hash: ContentHash,
    /// Why: it is kept for every side to read.
    reason: Text,
}

/// Refuses.
#[derive(Default)]
pub struct RefuseConsent;

#[Object]
impl RefuseConsent {
    /// Refuses for your side and closes the request; a new proposal can follow. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::ConsentDecide))]
    async fn refuse_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The word of your side.")] input: RefuseConsentInput,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let word = Word {
            request: input.request_id,
            side: input.side_id,
            decision: ConsentDecision::Refused,
            seen: Some(input.content_hash),
            comment: Some(input.reason),
        };
        let id = caller.command(ctx, |tx| Box::pin(async move { say(tx, word).await })).await?;
        caller.answer_with(ctx, id).await
    }
}
