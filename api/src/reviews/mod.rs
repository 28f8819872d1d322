//! The joint review of security risk management, in six steps (`[001]` The joint SRM review).
//!
//! Every step is entered by the consent of every side on exactly what stands in it; an edit voids what was said. Answers are
//! sealed: before the last side has submitted, the other sides find nothing of them through any door, and then all of them at
//! once. What the sides judge differently stays side by side. Nobody takes a task on for another side, and nobody confirms
//! their own.

mod accept_review_action;
mod action;
mod add_review_action;
mod add_review_indicator;
mod add_review_questions;
mod add_review_session;
mod add_sample_indicators;
mod answer;
mod answer_review_question;
mod begin;
mod change_review_action;
mod check;
mod confirm_review_action;
mod decline_review_action;
mod define_review_categories;
mod definitions;
mod due;
pub mod effects;
mod go_back;
mod indicator;
mod name_related_assessment;
mod note;
mod note_review_discussion;
mod open_review;
mod plan_review;
mod propose_indicator_result;
mod propose_indicator_waiver;
mod propose_monitoring_interval;
mod propose_review_abandonment;
mod propose_review_return;
mod propose_review_step;
mod question;
mod rate_review_indicator;
mod rating;
mod record_joint_answer;
mod record_monitoring_check;
mod related_assessment;
mod remove_review_indicator;
mod remove_review_question;
mod remove_review_session;
mod report_review_action;
mod review;
mod review_session;
pub mod rules;
mod step;
mod submission;
mod submit_review_answers;
mod withdraw_review_submission;

pub use action::ReviewAction;
pub use answer::ReviewAnswer;
pub use check::MonitoringCheck;
pub use definitions::CategoryDefinitions;
pub use due::tell as tell_due;
pub use indicator::ReviewIndicator;
pub use note::ReviewNote;
pub use question::ReviewQuestion;
pub use rating::IndicatorRating;
pub use related_assessment::RelatedAssessment;
pub use review::{Review, ReviewConnection};
pub use review_session::ReviewSession;
pub use submission::ReviewSubmission;

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct ReviewsQueries(review::ReviewQueries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct ReviewsMutations(
    open_review::OpenReview,
    plan_review::PlanReview,
    add_review_session::AddReviewSession,
    remove_review_session::RemoveReviewSession,
    name_related_assessment::NameRelatedAssessment,
    add_sample_indicators::AddSampleIndicators,
    propose_review_step::ProposeReviewStep,
    propose_review_abandonment::ProposeReviewAbandonment,
    propose_review_return::ProposeReviewReturn,
    propose_monitoring_interval::ProposeMonitoringInterval,
    change_review_action::ChangeReviewAction,
    add_review_questions::AddReviewQuestions,
    remove_review_question::RemoveReviewQuestion,
    answer_review_question::AnswerReviewQuestion,
    record_joint_answer::RecordJointAnswer,
    submit_review_answers::SubmitReviewAnswers,
    withdraw_review_submission::WithdrawReviewSubmission,
    note_review_discussion::NoteReviewDiscussion,
    add_review_indicator::AddReviewIndicator,
    remove_review_indicator::RemoveReviewIndicator,
    define_review_categories::DefineReviewCategories,
    rate_review_indicator::RateReviewIndicator,
    propose_indicator_result::ProposeIndicatorResult,
    add_review_action::AddReviewAction,
    accept_review_action::AcceptReviewAction,
    decline_review_action::DeclineReviewAction,
    propose_indicator_waiver::ProposeIndicatorWaiver,
    report_review_action::ReportReviewAction,
    confirm_review_action::ConfirmReviewAction,
    record_monitoring_check::RecordMonitoringCheck,
);
