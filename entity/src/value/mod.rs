//! Value types: each is checked once, stores itself and speaks GraphQL.

mod codes;
mod date;
mod foundations;
mod id;
mod partial_date;
mod patch;
mod review;
mod risk;
mod sharing;
mod text;
mod together;

pub use codes::{
    AccountStatus, ActorType, AgreementOnSecurity, AttackContext, CommandStatus, ConsentAction, ConsentDecision,
    ConsentState, IncidentGrouping, IncidentSite, IncidentState, LevelCause, MeansOfAttack, Motive, OrganisationKind,
    OrganisationRole, PartnershipState, ProgrammeImpact, ProtocolState, Recruitment, RiskKind, RiskOrigin, RiskState,
    Severity, ShareLevel, SharingScope, SideStanding, SyncConflictKind, ThreatKind,
};
pub use date::Date;
pub use foundations::{
    ConcernAudience, ConcernState, Principle, RiskAppetite, RiskTransferState, RiskType, TransferBearing,
    TransferChannel, TransferEffect, TransferIntent,
};
pub use id::Id;
pub use partial_date::PartialDate;
pub use patch::Patch;
pub use review::{ActionState, IndicatorCategory, IndicatorState, Perspective, ReviewMode, ReviewReturn, ReviewState};
pub use risk::{Impact, Likelihood, RiskLevel, Scale, Strategy};
pub use sharing::{Share, Sharing};
pub use text::{ContentHash, CountryCode, EvidenceKinds, LanguageTag, LanguageTags, Text, Title};
pub use together::{
    ActivityKind, ActivityState, AdvocacyScope, BenefitHorizon, ConsultationState, ConversationMethod, DecisionState,
    FeedbackState, LibraryKind, LibraryVisibility, NeedState, PlanState, PolicyPosition, StrategyState,
    UnderstandingStatus, UnderstandingTopic,
};

use async_graphql::Value;

/// Why a value was refused: a stable rule and a sentence for humans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Stable key of the rule, for programs.
    pub rule: &'static str,
    /// What is wrong and what is expected, for humans.
    pub message: String,
}

/// A check of one scalar, by its GraphQL name.
pub type Check = fn(&Value) -> Result<(), Violation>;

/// Every scalar that checks itself: the front end uses this to name the offending field before
/// anything runs.
pub const CHECKS: &[(&str, Check)] = &[
    ("Title", Title::check),
    ("Text", Text::check),
    ("CountryCode", CountryCode::check),
    ("LanguageTag", LanguageTag::check),
    ("LanguageTags", LanguageTags::check),
    ("EvidenceKinds", EvidenceKinds::check),
    ("ContentHash", ContentHash::check),
    ("Date", Date::check),
    ("PartialDate", PartialDate::check),
    ("Likelihood", Likelihood::check),
    ("Impact", Impact::check),
    ("Scale", Scale::check),
    ("ID", Id::check),
];
