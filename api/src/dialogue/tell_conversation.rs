use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, conversation, value::Text};

use super::{ConversationAccount, begin};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// An account of your side.
#[derive(InputObject)]
pub struct TellConversationInput {
    /// The conversation.
    conversation_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Who of your side took part, by function.
    participants: Text,
    /// What was said and what it led to, as your side sees it.
    view: Text,
}

/// Says how a conversation went.
#[derive(Default)]
pub struct TellConversation;

#[Object]
impl TellConversation {
    /// Says for your side how a conversation went. What it said before is kept as history. Codes: NOT_FOUND, FORBIDDEN,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::DialogueKeep))]
    async fn tell_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: TellConversationInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ConversationAccount>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { tell(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn tell(tx: &mut Tx, input: TellConversationInput) -> Result<Id> {
    let asked: conversation::Model = tx.get(input.conversation_id, "conversationId").await?;
    let (partnership, side) = partnerships::begin(tx, asked.partnership_id, input.side_id).await?;
    begin::account(tx, partnership.id, asked.id, side, input.participants, input.view).await
}
