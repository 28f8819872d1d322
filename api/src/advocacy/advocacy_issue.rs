use entity::{advocacy_issue, advocacy_strategy};

use super::AdvocacyStrategy;
use crate::{
    partnerships::{Partnership, PartnershipSide},
    platform::{object::object, page::connection},
};

object! {
 /// Something that no organisation solves alone, and that needs others to act (V-01; `[001]` Advocate).
 AdvocacyIssue, advocacy_issue::Model {
     /// The partnership.
     partnership: One<Partnership> by advocacy_issue::Column::PartnershipId;
     /// The side that named it.
     side: One<PartnershipSide> by advocacy_issue::Column::SideId;
     /// What is done about it, oldest first.
     strategies: Many<AdvocacyStrategy> by advocacy_strategy::Column::IssueId, asc advocacy_strategy::Column::CreatedAt;
 }
}
connection!(
    AdvocacyIssueConnection,
    AdvocacyIssueEdge,
    AdvocacyIssue,
    advocacy_issue::Model,
    "A page of issues.",
    "An issue in a list."
);
