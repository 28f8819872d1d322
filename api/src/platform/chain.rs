//! The hash chain of a ledger: what is hashed, and how.

use aws_lc_rs::digest::{Context, SHA256};
use entity::{Id, Kind, ledger};
use minicbor::Encoder;

/// SHA-256 of some parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Salted digest of a payload: it can be erased later without breaking the chain.
pub fn digest(salt: &[u8], payload: &str) -> Vec<u8> {
    sha256(&[salt, payload.as_bytes()])
}

/// Hash of an entry: SHA-256 of the hash before it and of the entry as a CBOR array, payload and salt left out.
pub fn hash(entry: &ledger::Model) -> Vec<u8> {
    sha256(&[&entry.prev_hash, &canonical(entry)])
}

/// CBOR with definite lengths and shortest integers: one entry has one encoding.
fn canonical(entry: &ledger::Model) -> Vec<u8> {
    let mut out = Encoder::new(Vec::with_capacity(256));
    let id = |out: &mut Encoder<Vec<u8>>, id: Option<Id>| match id {
        Some(id) => out.bytes(id.0.as_bytes()).map(|_| ()),
        None => out.null().map(|_| ()),
    };
    // Writing to memory cannot fail: the error type has no value.
    let written: Result<(), minicbor::encode::Error<std::convert::Infallible>> = (|| {
        out.array(13)?.i32(entry.space_no)?.i64(entry.seq)?.i64(entry.at.timestamp_micros())?;
        out.str(&entry.event)?.str(kind_name(entry.kind))?;
        id(&mut out, Some(entry.record_id))?;
        out.i32(entry.version)?.bool(entry.live)?.str(&entry.command)?;
        id(&mut out, Some(entry.actor))?;
        id(&mut out, entry.authority)?;
        out.str(&entry.request_id)?.bytes(&entry.payload_digest)?;
        Ok(())
    })();
    debug_assert!(written.is_ok());
    out.into_writer()
}

/// Stable name of a kind. Spelled out here, because a renamed enum must not change old hashes.
pub const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Organisation => "ORGANISATION",
        Kind::Person => "PERSON",
        Kind::Account => "ACCOUNT",
        Kind::Membership => "MEMBERSHIP",
        Kind::Partnership => "PARTNERSHIP",
        Kind::PartnershipSide => "PARTNERSHIP_SIDE",
        Kind::SideRole => "SIDE_ROLE",
        Kind::ConsentRequest => "CONSENT_REQUEST",
        Kind::Consent => "CONSENT",
        Kind::Threat => "THREAT",
        Kind::Risk => "RISK",
        Kind::RiskPerception => "RISK_PERCEPTION",
        Kind::RiskLevelRecord => "RISK_LEVEL_RECORD",
        Kind::Incident => "INCIDENT",
        Kind::IncidentRestricted => "INCIDENT_RESTRICTED",
        Kind::SharingProtocol => "SHARING_PROTOCOL",
        Kind::IncidentRelease => "INCIDENT_RELEASE",
        Kind::SyncConflict => "SYNC_CONFLICT",
        Kind::SyncCommand => "SYNC_COMMAND",
        Kind::Device => "DEVICE",
        Kind::PrincipleAdoption => "PRINCIPLE_ADOPTION",
        Kind::RiskAttitude => "RISK_ATTITUDE",
        Kind::RiskTransfer => "RISK_TRANSFER",
        Kind::NoRiskTransfer => "NO_RISK_TRANSFER",
        Kind::DutyOfCareStatement => "DUTY_OF_CARE_STATEMENT",
        Kind::Concern => "CONCERN",
        Kind::Review => "REVIEW",
        Kind::ReviewQuestion => "REVIEW_QUESTION",
        Kind::ReviewAnswer => "REVIEW_ANSWER",
        Kind::ReviewSubmission => "REVIEW_SUBMISSION",
        Kind::ReviewNote => "REVIEW_NOTE",
        Kind::ReviewIndicator => "REVIEW_INDICATOR",
        Kind::CategoryDefinitions => "CATEGORY_DEFINITIONS",
        Kind::IndicatorRating => "INDICATOR_RATING",
        Kind::ReviewAction => "REVIEW_ACTION",
        Kind::MonitoringCheck => "MONITORING_CHECK",
        Kind::EndAssessment => "END_ASSESSMENT",
        Kind::ReviewSession => "REVIEW_SESSION",
        Kind::RelatedAssessment => "RELATED_ASSESSMENT",
        Kind::Conversation => "CONVERSATION",
        Kind::ConversationAccount => "CONVERSATION_ACCOUNT",
        Kind::CommunicationPlan => "COMMUNICATION_PLAN",
        Kind::CommunicationContact => "COMMUNICATION_CONTACT",
        Kind::Feedback => "FEEDBACK",
        Kind::SharedPractice => "SHARED_PRACTICE",
        Kind::HealthCheck => "HEALTH_CHECK",
        Kind::Decision => "DECISION",
        Kind::DecisionContribution => "DECISION_CONTRIBUTION",
        Kind::PolicyConsultation => "POLICY_CONSULTATION",
        Kind::PolicyResponse => "POLICY_RESPONSE",
        Kind::Strength => "STRENGTH",
        Kind::Benefit => "BENEFIT",
        Kind::Understanding => "UNDERSTANDING",
        Kind::SrmRole => "SRM_ROLE",
        Kind::CapacityDeclaration => "CAPACITY_DECLARATION",
        Kind::CapacityNeed => "CAPACITY_NEED",
        Kind::CapacityActivity => "CAPACITY_ACTIVITY",
        Kind::LibraryItem => "LIBRARY_ITEM",
        Kind::AdvocacyIssue => "ADVOCACY_ISSUE",
        Kind::AdvocacyStrategy => "ADVOCACY_STRATEGY",
        Kind::Campaign => "CAMPAIGN",
    }
}
