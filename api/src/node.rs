//! `node(id:)`, and what every client asks first: limits, errors, position.

use async_graphql::{Context, Interface, Object};
use entity::{Id, Kind, Record, Right};

use crate::{
    accounts::{Account, Device},
    concerns::Concern,
    consents::{Consent, ConsentRequest},
    foundations::{DutyOfCareStatement, NoRiskTransfer, PrincipleAdoption, RiskAttitude, RiskTransfer},
    incidents::{Incident, IncidentRelease, IncidentRestricted, SharingProtocol},
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
        CategoryDefinitions, IndicatorRating, MonitoringCheck, Review, ReviewAction, ReviewAnswer, ReviewIndicator,
        ReviewNote, ReviewQuestion, ReviewSubmission,
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
