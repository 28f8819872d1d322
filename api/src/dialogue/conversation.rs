use entity::{conversation, conversation_account};
use sea_orm::ColumnTrait;

use super::ConversationAccount;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::{object::object, page::connection},
};

object! {
 /// An honest conversation between the sides, also about what is hard to talk about. Each side says for itself how it went
 /// (P-10, P-18; `[001]` What joint action means in practice).
 Conversation, conversation::Model {
     /// The partnership.
     partnership: One<Partnership> by conversation::Column::PartnershipId;
     /// The side that wrote it down.
     side: One<PartnershipSide> by conversation::Column::SideId;
     /// How it went, as each side says it; what a side said last.
     accounts: Many<ConversationAccount> by conversation_account::Column::ConversationId,
         asc conversation_account::Column::CreatedAt, if conversation_account::Column::Current.eq(true);
 }
}
connection!(
    ConversationConnection,
    ConversationEdge,
    Conversation,
    conversation::Model,
    "A page of conversations.",
    "A conversation in a list."
);
