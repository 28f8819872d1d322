//! `node(id:)`, and what every client asks first: limits, errors, position.

use async_graphql::{Context, Interface, Object};
use entity::{Id, Kind, Record, Right};

use crate::{
    accounts::{Account, Device},
    advocacy::{AdvocacyIssue, AdvocacyStrategy, Campaign},
    capacity::{CapacityActivity, CapacityDeclaration, CapacityNeed},
    concerns::Concern,
    consents::{Consent, ConsentRequest},
    decisions::{Decision, DecisionContribution, PolicyConsultation, PolicyResponse},
    dialogue::{
        CommunicationContact, CommunicationPlan, Conversation, ConversationAccount, Feedback, HealthCheck,
        SharedPractice,
    },
    foundations::{DutyOfCareStatement, NoRiskTransfer, PrincipleAdoption, RiskAttitude, RiskTransfer},
    incidents::{Incident, IncidentRelease, IncidentRestricted, SharingProtocol},
    library::LibraryItem,
    mutual::{Benefit, SrmRole, Strength, Understanding},
    organisations::{Membership, Organisation, Person},
    partnerships::{EndAssessment, Partnership, PartnershipSide, SideRole},
    platform::{
        batch::Row,
        caller::Caller,
        error::{Error, ErrorCode, Result},
        gate::Ask,
        limits::Limits,
        sdl::requires,
    },
    reviews::{
        CategoryDefinitions, IndicatorRating, MonitoringCheck, RelatedAssessment, Review, ReviewAction, ReviewAnswer,
        ReviewIndicator, ReviewNote, ReviewQuestion, ReviewSession, ReviewSubmission,
    },
    risk::{Risk, RiskLevelRecord, RiskPerception, Threat},
    sync::{SyncCommand, SyncConflict},
};

/// Anything with a stable id.
#[derive(Interface, Clone)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and its variants are what the executor's derive takes")]
#[graphql(field(name = "id", ty = "&Id", desc = "Stable id, for `node(id:)` too."))]
pub enum Node {
    /// An organisation.
    Organisation(Organisation),
    /// A person.
    Person(Person),
    /// A standing in an organisation.
    Membership(Membership),
    /// A way to sign in.
    Account(Account),
    /// A partnership.
    Partnership(Partnership),
    /// A side.
    PartnershipSide(PartnershipSide),
    /// A standing on a side.
    SideRole(SideRole),
    /// A request for consent.
    ConsentRequest(ConsentRequest),
    /// A consent.
    Consent(Consent),
    /// A threat.
    Threat(Threat),
    /// A risk.
    Risk(Risk),
    /// A perception.
    RiskPerception(RiskPerception),
    /// A level record.
    RiskLevelRecord(RiskLevelRecord),
    /// An incident.
    Incident(Incident),
    /// The restricted part of an incident.
    IncidentRestricted(IncidentRestricted),
    /// A sharing protocol.
    SharingProtocol(SharingProtocol),
    /// A release of an incident.
    IncidentRelease(IncidentRelease),
    /// A write from a device that lost or was refused.
    SyncConflict(SyncConflict),
    /// A command that was given offline.
    SyncCommand(SyncCommand),
    /// A device.
    Device(Device),
    /// A principle that a side stands by.
    PrincipleAdoption(PrincipleAdoption),
    /// How much risk a side is ready to take.
    RiskAttitude(RiskAttitude),
    /// A risk that comes from one side to another.
    RiskTransfer(RiskTransfer),
    /// A statement that no risk is transferred.
    NoRiskTransfer(NoRiskTransfer),
    /// What one side owes another.
    DutyOfCareStatement(DutyOfCareStatement),
    /// What worries a side.
    Concern(Concern),
    /// A joint review.
    Review(Review),
    /// A question of a review.
    ReviewQuestion(ReviewQuestion),
    /// An answer in a review.
    ReviewAnswer(ReviewAnswer),
    /// A side has answered everything.
    ReviewSubmission(ReviewSubmission),
    /// What was said about answers.
    ReviewNote(ReviewNote),
    /// An indicator of a review.
    ReviewIndicator(ReviewIndicator),
    /// What the categories of a review mean.
    CategoryDefinitions(CategoryDefinitions),
    /// How one side judges an indicator.
    IndicatorRating(IndicatorRating),
    /// A task of an action plan.
    ReviewAction(ReviewAction),
    /// A look at how far an action plan is.
    MonitoringCheck(MonitoringCheck),
    /// What the end of a partnership means for a side.
    EndAssessment(EndAssessment),
    /// A meeting that a review is planned with.
    ReviewSession(ReviewSession),
    /// Another assessment that a review is aligned with.
    RelatedAssessment(RelatedAssessment),
    /// An honest conversation between the sides, also about what is hard to talk about.
    Conversation(Conversation),
    /// How a conversation went, as one side says it.
    ConversationAccount(ConversationAccount),
    /// How often, by what means and in which languages the sides speak, share and look at their security risk management together.
    CommunicationPlan(CommunicationPlan),
    /// Whom the others ask on a side about security, as the side names them.
    CommunicationContact(CommunicationContact),
    /// What one side tells another about how they work together.
    Feedback(Feedback),
    /// Information or a practice that a side shared with the others, as it agreed to do regularly.
    SharedPractice(SharedPractice),
    /// A look by the sides together at how they manage security risk in their partnership.
    HealthCheck(HealthCheck),
    /// What the sides decide together because it could affect them.
    Decision(Decision),
    /// What a side brought into a decision.
    DecisionContribution(DecisionContribution),
    /// A policy about which a side asks the others before it is made or changed.
    PolicyConsultation(PolicyConsultation),
    /// What one side answered in a consultation, or that it did not answer.
    PolicyResponse(PolicyResponse),
    /// What a side is good at, for the others to build on.
    Strength(Strength),
    /// What a side gains from the partnership.
    Benefit(Benefit),
    /// Whether a side understands another, and is at ease with it.
    Understanding(Understanding),
    /// Who does what for security risk management on a side.
    SrmRole(SrmRole),
    /// What a side says of its own capacity to manage security risk.
    CapacityDeclaration(CapacityDeclaration),
    /// Something that a side needs to learn or to get, agreed by every side.
    CapacityNeed(CapacityNeed),
    /// Something that is done to strengthen capacity.
    CapacityActivity(CapacityActivity),
    /// A piece of guidance, a tool, a template, a policy or a lesson that an organisation shares.
    LibraryItem(LibraryItem),
    /// Something that no organisation solves alone, and that needs others to act.
    AdvocacyIssue(AdvocacyIssue),
    /// How the sides, or one of them, bring others to act.
    AdvocacyStrategy(AdvocacyStrategy),
    /// What is done in public or behind doors under a strategy.
    Campaign(Campaign),
}

async fn load<M: Record, O: From<Row<M>>>(caller: &Caller, id: Id) -> Result<Option<O>> {
    Ok(caller.find::<M>(id).await?.map(O::from))
}

/// The record of an id, where the caller sees it.
pub async fn find(caller: &Caller, id: Id) -> Result<Option<Node>> {
    // An unknown id takes the same two statements as an invisible one.
    let kind = caller.kind_of(id).await?.unwrap_or(Kind::Risk);
    Ok(match kind {
        Kind::Organisation => load(caller, id).await?.map(Node::Organisation),
        Kind::Person => load(caller, id).await?.map(Node::Person),
        Kind::Membership => load(caller, id).await?.map(Node::Membership),
        Kind::Account => load(caller, id).await?.map(Node::Account),
        Kind::Partnership => load(caller, id).await?.map(Node::Partnership),
        Kind::PartnershipSide => load(caller, id).await?.map(Node::PartnershipSide),
        Kind::SideRole => load(caller, id).await?.map(Node::SideRole),
        Kind::ConsentRequest => load(caller, id).await?.map(Node::ConsentRequest),
        Kind::Consent => load(caller, id).await?.map(Node::Consent),
        Kind::Threat => load(caller, id).await?.map(Node::Threat),
        Kind::Risk => load(caller, id).await?.map(Node::Risk),
        Kind::RiskPerception => load(caller, id).await?.map(Node::RiskPerception),
        Kind::RiskLevelRecord => load(caller, id).await?.map(Node::RiskLevelRecord),
        Kind::Incident => load(caller, id).await?.map(Node::Incident),
        Kind::IncidentRestricted => load(caller, id).await?.map(Node::IncidentRestricted),
        Kind::SharingProtocol => load(caller, id).await?.map(Node::SharingProtocol),
        Kind::IncidentRelease => load(caller, id).await?.map(Node::IncidentRelease),
        Kind::SyncConflict => load(caller, id).await?.map(Node::SyncConflict),
        Kind::SyncCommand => load(caller, id).await?.map(Node::SyncCommand),
        Kind::Device => load(caller, id).await?.map(Node::Device),
        Kind::PrincipleAdoption => load(caller, id).await?.map(Node::PrincipleAdoption),
        Kind::RiskAttitude => load(caller, id).await?.map(Node::RiskAttitude),
        Kind::RiskTransfer => load(caller, id).await?.map(Node::RiskTransfer),
        Kind::NoRiskTransfer => load(caller, id).await?.map(Node::NoRiskTransfer),
        Kind::DutyOfCareStatement => load(caller, id).await?.map(Node::DutyOfCareStatement),
        Kind::Concern => load(caller, id).await?.map(Node::Concern),
        Kind::Review => load(caller, id).await?.map(Node::Review),
        Kind::ReviewQuestion => load(caller, id).await?.map(Node::ReviewQuestion),
        Kind::ReviewAnswer => load(caller, id).await?.map(Node::ReviewAnswer),
        Kind::ReviewSubmission => load(caller, id).await?.map(Node::ReviewSubmission),
        Kind::ReviewNote => load(caller, id).await?.map(Node::ReviewNote),
        Kind::ReviewIndicator => load(caller, id).await?.map(Node::ReviewIndicator),
        Kind::CategoryDefinitions => load(caller, id).await?.map(Node::CategoryDefinitions),
        Kind::IndicatorRating => load(caller, id).await?.map(Node::IndicatorRating),
        Kind::ReviewAction => load(caller, id).await?.map(Node::ReviewAction),
        Kind::MonitoringCheck => load(caller, id).await?.map(Node::MonitoringCheck),
        Kind::EndAssessment => load(caller, id).await?.map(Node::EndAssessment),
        Kind::ReviewSession => load(caller, id).await?.map(Node::ReviewSession),
        Kind::RelatedAssessment => load(caller, id).await?.map(Node::RelatedAssessment),
        Kind::Conversation => load(caller, id).await?.map(Node::Conversation),
        Kind::ConversationAccount => load(caller, id).await?.map(Node::ConversationAccount),
        Kind::CommunicationPlan => load(caller, id).await?.map(Node::CommunicationPlan),
        Kind::CommunicationContact => load(caller, id).await?.map(Node::CommunicationContact),
        Kind::Feedback => load(caller, id).await?.map(Node::Feedback),
        Kind::SharedPractice => load(caller, id).await?.map(Node::SharedPractice),
        Kind::HealthCheck => load(caller, id).await?.map(Node::HealthCheck),
        Kind::Decision => load(caller, id).await?.map(Node::Decision),
        Kind::DecisionContribution => load(caller, id).await?.map(Node::DecisionContribution),
        Kind::PolicyConsultation => load(caller, id).await?.map(Node::PolicyConsultation),
        Kind::PolicyResponse => load(caller, id).await?.map(Node::PolicyResponse),
        Kind::Strength => load(caller, id).await?.map(Node::Strength),
        Kind::Benefit => load(caller, id).await?.map(Node::Benefit),
        Kind::Understanding => load(caller, id).await?.map(Node::Understanding),
        Kind::SrmRole => load(caller, id).await?.map(Node::SrmRole),
        Kind::CapacityDeclaration => load(caller, id).await?.map(Node::CapacityDeclaration),
        Kind::CapacityNeed => load(caller, id).await?.map(Node::CapacityNeed),
        Kind::CapacityActivity => load(caller, id).await?.map(Node::CapacityActivity),
        Kind::LibraryItem => load(caller, id).await?.map(Node::LibraryItem),
        Kind::AdvocacyIssue => load(caller, id).await?.map(Node::AdvocacyIssue),
        Kind::AdvocacyStrategy => load(caller, id).await?.map(Node::AdvocacyStrategy),
        Kind::Campaign => load(caller, id).await?.map(Node::Campaign),
    })
}

/// Queries that belong to no capability.
#[derive(Default)]
pub struct NodeQueries;

#[Object]
impl NodeQueries {
    /// The record of an id; empty where there is none for you.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The id.")] id: Id) -> Result<Option<Node>> {
        find(ctx.caller()?, id).await
    }

    /// The limits of this server.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn limits(&self, ctx: &Context<'_>) -> Result<Limits> {
        #[expect(clippy::disallowed_methods, reason = "configuration, the same for everybody")]
        let limits = ctx.data::<Limits>().map_err(|e| Error::internal(e.message))?;
        Ok(limits.clone())
    }

    /// Every code that an error can carry in `extensions.code`.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn error_codes(&self) -> Vec<ErrorCode> {
        use ErrorCode as E;
        vec![
            E::Unauthenticated,
            E::Forbidden,
            E::NotFound,
            E::BadUserInput,
            E::ValidationFailed,
            E::Refused,
            E::Conflict,
            E::IdempotencyMismatch,
            E::InvalidCursor,
            E::RateLimited,
            E::TooComplex,
            E::PersistedDocumentNotFound,
            E::PayloadTooLarge,
            E::Unavailable,
            E::Internal,
        ]
    }

    /// Position in the ledgers you may follow, taken before any other field of this request resolves. Send it as
    /// `after` of a subscription: nothing between this answer and the subscription is missed.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn stream_position(&self, ctx: &Context<'_>) -> Result<String> {
        let caller = ctx.caller()?;
        let position = caller.taken_position().ok_or_else(|| Error::internal("no position was taken"))?;
        caller.sign(position)
    }
}
