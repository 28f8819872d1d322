use entity::{advocacy_strategy, campaign, consent_request, value::ConsentState};
use sea_orm::ColumnTrait;

use super::{AdvocacyIssue, Campaign};
use crate::{
    consents::ConsentRequest,
    partnerships::{Partnership, PartnershipSide},
    platform::object::object,
};

object! {
 /// How the sides, or one of them, bring others to act. A joint one counts when every side consents; one of a single side is
 /// read by that side alone (V-02, V-03; `[001]` Advocate).
 AdvocacyStrategy, advocacy_strategy::Model {
     /// The partnership.
     partnership: One<Partnership> by advocacy_strategy::Column::PartnershipId;
     /// The side that wrote it.
     side: One<PartnershipSide> by advocacy_strategy::Column::SideId;
     /// The issue.
     issue: One<AdvocacyIssue> by advocacy_strategy::Column::IssueId;
     /// What is carried out under it, oldest first.
     campaigns: Many<Campaign> by campaign::Column::StrategyId, asc campaign::Column::CreatedAt;
     /// The request that waits for a side.
     open_request: First<ConsentRequest> by consent_request::Column::SubjectId, desc consent_request::Column::CreatedAt,
         if consent_request::Column::State.eq(ConsentState::Open);
 }
}
