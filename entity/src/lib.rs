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
pub mod advocacy_issue;
pub mod advocacy_strategy;
pub mod benefit;
pub mod campaign;
pub mod capacity_activity;
pub mod capacity_declaration;
pub mod capacity_need;
pub mod category_definitions;
pub mod communication_contact;
pub mod communication_plan;
pub mod concern;
pub mod consent;
pub mod consent_request;
pub mod conversation;
pub mod conversation_account;
pub mod decision;
pub mod decision_contribution;
pub mod device;
pub mod duty_of_care_statement;
pub mod end_assessment;
pub mod feedback;
pub mod health_check;
pub mod incident;
pub mod incident_release;
pub mod incident_restricted;
pub mod indicator_rating;
pub mod ledger;
pub mod library_item;
pub mod membership;
pub mod monitoring_check;
pub mod no_risk_transfer;
pub mod organisation;
pub mod partnership;
pub mod partnership_side;
pub mod person;
pub mod platform;
pub mod policy_consultation;
pub mod policy_response;
pub mod principle_adoption;
pub mod related_assessment;
pub mod review;
pub mod review_action;
pub mod review_answer;
pub mod review_indicator;
pub mod review_note;
pub mod review_question;
pub mod review_session;
pub mod review_submission;
pub mod risk;
pub mod risk_attitude;
pub mod risk_level_record;
pub mod risk_perception;
pub mod risk_transfer;
pub mod said;
pub mod shared_practice;
pub mod sharing_protocol;
pub mod side_role;
pub mod srm_role;
pub mod strength;
pub mod sync_command;
pub mod sync_conflict;
pub mod threat;
pub mod understanding;
pub mod value;

pub use access::{Audience, Kind, Level, Record, Right, SpaceKind, SpaceRef, Synced};
pub use said::{OfPartnership, Revised};
pub use value::Id;
