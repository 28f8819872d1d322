use entity::conversation_account;

use super::Conversation;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
 /// How a conversation went, as one side says it (`[001]` What joint action means in practice).
 ConversationAccount, conversation_account::Model {
     /// The partnership.
     partnership: One<Partnership> by conversation_account::Column::PartnershipId;
     /// The conversation.
     conversation: One<Conversation> by conversation_account::Column::ConversationId;
     /// The side whose account it is.
     side: One<PartnershipSide> by conversation_account::Column::SideId;
 }
}
