use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, conversation,
    value::{ConversationMethod, Date, Text, Title},
};

use super::{Conversation, begin, rules};
use crate::{
    catalogue, partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A conversation that was held.
#[derive(InputObject)]
pub struct RecordConversationInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What it was about.
    topic: Title,
    /// Code of the framework element that it belongs to, from the catalogue `FRAMEWORK_ELEMENTS`.
    element: Option<Title>,
    /// The day on which it was held, today or before.
    held_on: Date,
    /// How the sides spoke.
    method: ConversationMethod,
    /// Who of your side took part, by function.
    participants: Text,
    /// What was said and what it led to, as your side sees it.
    view: Text,
    /// What each will do then.
    follow_ups: Option<Text>,
}

/// Writes a conversation down.
#[derive(Default)]
pub struct RecordConversation;

#[Object]
impl RecordConversation {
    /// Writes a conversation down, with the account of your side. Each other side adds its own. Codes: NOT_FOUND, FORBIDDEN,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::DialogueKeep))]
    async fn record_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conversation.")] input: RecordConversationInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Conversation>> {
        let caller = ctx.caller()?;
        catalogue::element_is_known(ctx, "element", input.element.as_ref())?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { record(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn record(tx: &mut Tx, input: RecordConversationInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    rules::is_past("heldOn", input.held_on, tx.now())?;
    let (participants, view) = (input.participants, input.view);
    let (id, now) = (tx.id(), tx.now());
    let row = conversation::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        topic: input.topic,
        element: input.element,
        held_on: input.held_on,
        method: input.method,
        follow_ups: input.follow_ups,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    tx.insert("conversation.recorded", row).await?;
    begin::account(tx, partnership.id, id, side, participants, view).await?;
    Ok(id)
}
