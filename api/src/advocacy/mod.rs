//! Advocacy: what no organisation changes alone, how others are moved to act, and what came of it.
//!
//! A joint strategy is adopted by every side. One of a single side is legitimate: that side alone reads it, and needs nobody's
//! consent.

mod adopt_advocacy_strategy;
mod advocacy_issue;
mod advocacy_strategy;
mod amend_advocacy_strategy;
mod begin;
mod campaign;
mod close_advocacy_issue;
mod draft_advocacy_strategy;
pub mod effects;
mod end_campaign;
mod name_advocacy_issue;
mod propose_advocacy_strategy;
pub mod rules;
mod start_campaign;
mod update_campaign;

pub use advocacy_issue::{AdvocacyIssue, AdvocacyIssueConnection};
pub use advocacy_strategy::AdvocacyStrategy;
pub use campaign::Campaign;

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct AdvocacyMutations(
    name_advocacy_issue::NameAdvocacyIssue,
    close_advocacy_issue::CloseAdvocacyIssue,
    draft_advocacy_strategy::DraftAdvocacyStrategy,
    amend_advocacy_strategy::AmendAdvocacyStrategy,
    propose_advocacy_strategy::ProposeAdvocacyStrategy,
    adopt_advocacy_strategy::AdoptAdvocacyStrategy,
    start_campaign::StartCampaign,
    update_campaign::UpdateCampaign,
    end_campaign::EndCampaign,
);
