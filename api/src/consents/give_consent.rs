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

/// The agreement of one side.
#[derive(InputObject)]
pub struct GiveConsentInput {
    /// The request.
    request_id: Id,
    /// The side you speak for, where you are signatory of more than one.
    side_id: Option<Id>,
    /// Hash of the content you read: your consent counts for exactly this.
    content_hash: ContentHash,
    /// Words for the record.
    comment: Option<Text>,
}

/// Agrees.
#[derive(Default)]
pub struct GiveConsent;

#[Object]
impl GiveConsent {
    /// Agrees for your side, to exactly the content of this hash. When every side agrees, it takes effect at once. Codes:
    /// NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::ConsentDecide))]
    async fn give_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The word of your side.")] input: GiveConsentInput,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let word = Word {
            request: input.request_id,
            side: input.side_id,
            decision: ConsentDecision::Agreed,
            seen: Some(input.content_hash),
            comment: input.comment,
        };
        let id = caller.command(ctx, |tx| Box::pin(async move { say(tx, word).await })).await?;
        caller.answer_with(ctx, id).await
    }
}
