//! The nouns of safepact.
//!
//! One struct is table row, GraphQL object and SDL text: a column's doc comment is the description
//! that clients read. Beside the tables stand the value types (each parses, stores and speaks GraphQL
//! once) and [`access`], the pure function that says who may see a row.

#![expect(
    rustdoc::broken_intra_doc_links,
    reason = "doc comments are the text of the SDL; [003] in them names a guideline, not an item"
)]

pub mod access;
pub mod account;
pub mod category_definitions;
pub mod concern;
pub mod consent;
pub mod consent_request;
pub mod device;
pub mod duty_of_care_statement;
pub mod end_assessment;
pub mod incident;
pub mod incident_release;
pub mod incident_restricted;
pub mod indicator_rating;
pub mod ledger;
pub mod membership;
pub mod monitoring_check;
pub mod no_risk_transfer;
pub mod organisation;
pub mod partnership;
pub mod partnership_side;
pub mod person;
pub mod platform;
pub mod principle_adoption;
pub mod review;
pub mod review_action;
pub mod review_answer;
pub mod review_indicator;
pub mod review_note;
pub mod review_question;
pub mod review_submission;
pub mod risk;
pub mod risk_attitude;
pub mod risk_level_record;
pub mod risk_perception;
pub mod risk_transfer;
pub mod sharing_protocol;
pub mod side_role;
pub mod sync_command;
pub mod sync_conflict;
pub mod threat;
pub mod value;

pub use access::{Audience, Kind, Level, Record, Right, SpaceKind, SpaceRef, Synced};
pub use value::Id;
