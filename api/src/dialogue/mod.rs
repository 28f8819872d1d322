//! Dialogue: conversations, plans of communication, feedback, what is shared, and looks at the partnership together.
//!
//! Each side tells for itself how a conversation went; what it has not spoken about yet is shown and judged by nobody. How often
//! the sides speak, share and look at their work together they agree on with one consent; what is due follows from that.

mod acknowledge_feedback;
mod begin;
mod communication_contact;
mod communication_plan;
mod confirm_health_check;
mod conversation;
mod conversation_account;
mod due;
pub mod effects;
mod feedback;
mod give_feedback;
mod health_check;
mod overview;
mod propose_communication_plan;
mod record_conversation;
mod record_health_check;
mod record_shared_practice;
pub mod rules;
mod shared_practice;
mod state_communication_contact;
mod tell_conversation;

pub use communication_contact::CommunicationContact;
pub use communication_plan::CommunicationPlan;
pub use conversation::{Conversation, ConversationConnection};
pub use conversation_account::ConversationAccount;
pub use due::tell as tell_due;
pub use feedback::{Feedback, FeedbackConnection};
pub use health_check::HealthCheck;
pub use overview::Dialogue;
pub use overview::dialogue;
pub use shared_practice::{SharedPractice, SharedPracticeConnection};

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct DialogueMutations(
    record_conversation::RecordConversation,
    tell_conversation::TellConversation,
    propose_communication_plan::ProposeCommunicationPlan,
    state_communication_contact::StateCommunicationContact,
    give_feedback::GiveFeedback,
    acknowledge_feedback::AcknowledgeFeedback,
    record_shared_practice::RecordSharedPractice,
    record_health_check::RecordHealthCheck,
    confirm_health_check::ConfirmHealthCheck,
);
