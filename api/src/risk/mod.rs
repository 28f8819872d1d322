//! Risk: each side says how it sees it, the server computes, and the joint level is agreed or there is none.
//!
//! Likelihood and impact are put in by people, one view per side, never averaged; score, level and suggested
//! strategies come from a versioned matrix. The joint level needs the consent of every side on one likelihood
//! and impact. Until then the views stand side by side; where they differ the risk is disputed, and for alerts
//! the highest of the views counts, marked provisional. A level that was agreed is never lowered by a dispute.

mod assess;
pub mod effects;
mod feed;
pub mod heat_map;
mod identify_risk;
mod identify_threat;
mod level_record;
mod matrix;
mod perception;
mod propose_level;
mod record_perception;
#[expect(clippy::module_inception, reason = "the object is named as its capability")]
pub mod risk;
pub mod rules;
mod threat;
mod update_risk;

pub use feed::RiskSubscriptions;
pub use level_record::RiskLevelRecord;
pub use matrix::{Matrix, RiskMatrix};
pub use perception::RiskPerception;
pub use risk::{Risk, RiskConnection};
pub use threat::Threat;

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct RiskQueries(risk::RisksQueries, threat::ThreatQueries, matrix::MatrixQueries);

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct RiskMutations(
    identify_threat::IdentifyThreat,
    identify_risk::IdentifyRisk,
    update_risk::UpdateRisk,
    record_perception::RecordPerception,
    propose_level::ProposeLevel,
);
