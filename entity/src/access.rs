//! Who may see a row: a pure function of the row, and nothing else.
//!
//! A **space** is a set of people who see the same things. [`Record::audience`] names the spaces in
//! which a row is published and at what level; the platform publishes it there in the same commit.

use async_graphql::Enum;
use sea_orm::{
    ActiveModelTrait, DeriveActiveEnum, EntityTrait, EnumIter, FromQueryResult, IntoActiveModel, ModelTrait,
};
use serde::{Deserialize, Serialize};

use crate::value::Id;

/// What a space stands for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum, Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SpaceKind {
    /// Everybody with a standing in any organisation.
    Network,
    /// The people of one organisation.
    Organisation,
    /// The people of all sides of one partnership.
    Partnership,
    /// The people of one side of one partnership.
    Side,
    /// One person.
    Person,
}

/// A space by what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpaceRef {
    /// What it stands for.
    pub kind: SpaceKind,
    /// The organisation, partnership, side or person; nil for the network.
    pub subject: Id,
}

impl SpaceRef {
    /// Everybody with a standing in any organisation.
    pub const NETWORK: Self = Self { kind: SpaceKind::Network, subject: Id::NIL };

    /// The people of one organisation.
    pub const fn organisation(subject: Id) -> Self {
        Self { kind: SpaceKind::Organisation, subject }
    }

    /// The people of all sides of one partnership.
    pub const fn partnership(subject: Id) -> Self {
        Self { kind: SpaceKind::Partnership, subject }
    }

    /// The people of one side.
    pub const fn side(subject: Id) -> Self {
        Self { kind: SpaceKind::Side, subject }
    }

    /// One person.
    pub const fn person(subject: Id) -> Self {
        Self { kind: SpaceKind::Person, subject }
    }
}

/// How much of a row a space sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Without the restricted fields.
    Basic = 1,
    /// Everything.
    Full = 2,
}

impl Level {
    /// Number as stored in `publication.level`.
    pub const fn stored(self) -> i16 {
        self as i16
    }

    /// From the stored number; an unknown one reads as the lesser level.
    pub const fn from_stored(stored: i16) -> Self {
        if stored >= 2 { Self::Full } else { Self::Basic }
    }
}

/// The spaces of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// The record with whose audience this one is published too.
    pub inherits: Option<Id>,
    /// Spaces of its own.
    pub spaces: Vec<(SpaceRef, Level)>,
}

impl Audience {
    /// Published where, and only where, the parent is.
    pub const fn inherits(parent: Id) -> Self {
        Self { inherits: Some(parent), spaces: Vec::new() }
    }

    /// Published in one space, whole.
    pub fn of(space: SpaceRef) -> Self {
        Self { inherits: None, spaces: vec![(space, Level::Full)] }
    }

    /// And in one more space.
    #[must_use]
    pub fn and(mut self, space: SpaceRef, level: Level) -> Self {
        self.spaces.push((space, level));
        self
    }
}

/// The kinds of records, one for each table of the domain.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum, Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "RecordKind")]
pub enum Kind {
    /// An organisation.
    Organisation,
    /// A person.
    Person,
    /// A person's way to sign in.
    Account,
    /// A person's standing in an organisation.
    Membership,
    /// A partnership.
    Partnership,
    /// One side of a partnership.
    PartnershipSide,
    /// A person's standing on one side of a partnership.
    SideRole,
    /// A request for the consent of every side.
    ConsentRequest,
    /// What one side said.
    Consent,
    /// A threat.
    Threat,
    /// A risk.
    Risk,
    /// How one side sees a risk.
    RiskPerception,
    /// One computed level of a risk, append-only.
    RiskLevelRecord,
    /// An incident.
    Incident,
    /// The part of an incident that never leaves its organisation.
    IncidentRestricted,
    /// What the sides of a partnership agreed to share of their incidents.
    SharingProtocol,
    /// One incident released to one partnership.
    IncidentRelease,
    /// A write from a device that lost or was refused.
    SyncConflict,
    /// A command that was given offline.
    SyncCommand,
    /// A device on which somebody works offline.
    Device,
    /// A principle that a side stands by.
    PrincipleAdoption,
    /// How much risk a side is ready to take.
    RiskAttitude,
    /// A risk that comes from one side to another.
    RiskTransfer,
    /// A statement that no risk is transferred.
    NoRiskTransfer,
    /// What one side owes another.
    DutyOfCareStatement,
    /// What worries a side.
    Concern,
    /// A joint review.
    Review,
    /// A question of a review.
    ReviewQuestion,
    /// An answer in a review.
    ReviewAnswer,
    /// A side has answered everything.
    ReviewSubmission,
    /// What was said about answers.
    ReviewNote,
    /// An indicator of a review.
    ReviewIndicator,
    /// What the categories of a review mean.
    CategoryDefinitions,
    /// How one side judges an indicator.
    IndicatorRating,
    /// A task of an action plan.
    ReviewAction,
    /// A look at how far an action plan is.
    MonitoringCheck,
    /// What the end of a partnership means for a side.
    EndAssessment,
    /// A meeting that a review is planned with.
    ReviewSession,
    /// Another assessment that a review is aligned with.
    RelatedAssessment,
    /// An honest conversation between the sides, also about what is hard to talk about.
    Conversation,
    /// How a conversation went, as one side says it.
    ConversationAccount,
    /// How often, by what means and in which languages the sides speak, share and look at their security risk management together.
    CommunicationPlan,
    /// Whom the others ask on a side about security, as the side names them.
    CommunicationContact,
    /// What one side tells another about how they work together.
    Feedback,
    /// Information or a practice that a side shared with the others, as it agreed to do regularly.
    SharedPractice,
    /// A look by the sides together at how they manage security risk in their partnership.
    HealthCheck,
    /// What the sides decide together because it could affect them.
    Decision,
    /// What a side brought into a decision.
    DecisionContribution,
    /// A policy about which a side asks the others before it is made or changed.
    PolicyConsultation,
    /// What one side answered in a consultation, or that it did not answer.
    PolicyResponse,
    /// What a side is good at, for the others to build on.
    Strength,
    /// What a side gains from the partnership.
    Benefit,
    /// Whether a side understands another, and is at ease with it.
    Understanding,
    /// Who does what for security risk management on a side.
    SrmRole,
    /// What a side says of its own capacity to manage security risk.
    CapacityDeclaration,
    /// Something that a side needs to learn or to get, agreed by every side.
    CapacityNeed,
    /// Something that is done to strengthen capacity.
    CapacityActivity,
    /// A piece of guidance, a tool, a template, a policy or a lesson that an organisation shares.
    LibraryItem,
    /// Something that no organisation solves alone, and that needs others to act.
    AdvocacyIssue,
    /// How the sides, or one of them, bring others to act.
    AdvocacyStrategy,
    /// What is done in public or behind doors under a strategy.
    Campaign,
}

/// What a caller may be allowed to do. Used in three places only: the policy table, `@requires` on
/// the root field, and the check of the target space.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum, Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Right {
    /// Be signed in: own account, reference data, limits.
    SignedIn,
    /// Read and revoke devices: one's own, and those of one's organisation.
    DeviceKeep,
    /// Read organisations.
    OrganisationRead,
    /// Keep the entry of one's own organisation.
    OrganisationKeep,
    /// Read the people of one's own organisation.
    PeopleRead,
    /// Keep the people of one's own organisation: persons, standings, accounts.
    PeopleKeep,
    /// Open a draft partnership in the name of one's own organisation.
    PartnershipOpen,
    /// Read partnerships, their sides, roles and consents.
    PartnershipRead,
    /// Name the people of one's own side.
    SideStaff,
    /// Edit a draft or proposed partnership.
    PartnershipEdit,
    /// Put a partnership to every side, take it back, ask for it to be resumed.
    PartnershipPropose,
    /// Suspend a partnership.
    PartnershipSuspend,
    /// Consent, refuse or withdraw for one's own side; stand by principles or step back from them.
    ConsentDecide,
    /// State for one's own side what it thinks of risk: attitudes, transfers, duty of care.
    FoundationsKeep,
    /// Raise, answer and close concerns for one's own side.
    ConcernRaise,
    /// Write down conversations, feedback, what was shared and looks at the partnership; bring something into a decision.
    DialogueKeep,
    /// Propose what the sides do together (plans of communication, decisions, consultations, needs and activities), and say for
    /// one's own side what it brings, gains, understands and can do.
    JointPropose,
    /// Read advocacy: joint, and of one's own side.
    AdvocacyRead,
    /// Name issues and write strategies and campaigns.
    AdvocacyKeep,
    /// Find items of the library.
    LibraryRead,
    /// Put items of one's own organisation into the library.
    LibraryKeep,
    /// Plan joint reviews, propose their questions, indicators, meanings and tasks, judge for one's own side, submit, and ask
    /// for the next step.
    ReviewKeep,
    /// Answer questions of a review and write down what was said about them.
    ReviewContribute,
    /// Read answers of a review: sealed ones of one's own side, and what was revealed.
    ReviewAnswerRead,
    /// Read threats, risks, perceptions and levels, and follow level changes.
    RiskRead,
    /// Name threats and risks and edit them.
    RiskEdit,
    /// Record how one's own side sees a risk; propose a joint level.
    RiskAssess,
    /// Read the ledger of a space.
    LedgerRead,
    /// Read incidents, releases and summaries, and follow them.
    IncidentRead,
    /// Report incidents of one's own organisation and edit reports.
    IncidentReport,
    /// Verify, follow up, close and retract incidents of one's own organisation, link duplicates, import.
    IncidentVerify,
    /// Read and keep the restricted part of the incidents of one's own organisation.
    IncidentRestrictedRead,
    /// Propose and end the protocol of what is shared; release incidents of one's own organisation under it.
    IncidentRelease,
}

/// A row of a domain table: who sees it, and what is held back at the lesser level.
pub trait Record:
    ModelTrait<Entity: EntityTrait<Model = Self, ActiveModel: ActiveModelTrait<Entity = Self::Entity> + Send>>
    + FromQueryResult
    + IntoActiveModel<<Self::Entity as EntityTrait>::ActiveModel>
    + Serialize
    + Clone
    + Send
    + Sync
    + 'static
{
    /// Its kind.
    const KIND: Kind;
    /// The right that reads it.
    const READ: Right;
    /// Whether some fields are held back at [`Level::Basic`].
    const REDACTS: bool = false;
    /// The fields that [`Level::Basic`] empties, as the API spells them; none where it does more than empty some.
    const EMPTIED: Option<&'static [&'static str]> = None;

    /// Stable id.
    fn id(&self) -> Id;
    /// Counts the edits, from 1.
    fn version(&self) -> i32;
    /// Sets version and time of change.
    fn stamp(&mut self, version: i32, at: chrono::DateTime<chrono::Utc>);
    /// Sets who made it and when.
    fn made(&mut self, by: Id, at: chrono::DateTime<chrono::Utc>);
    /// The spaces in which it is published. Pure, and independent of the clock.
    fn audience(&self) -> Audience;
    /// Empties what [`Level::Basic`] holds back and names the emptied fields as the API spells them.
    fn redact(&mut self) -> &'static [&'static str] {
        &[]
    }
}

/// How a record travels to and from devices that work offline.
pub trait Synced: Record {
    /// Name of its collection, as clients write it.
    const COLLECTION: &'static str;
    /// Columns that lead to other records: the object shows the record, the document its id.
    const LINKS: &'static [&'static str];
    /// Fields that belong to the client, as clients write them; empty where nothing is pushed.
    const WRITES: &'static [&'static str];
}

/// Declares a record as a collection of offline sync.
macro_rules! synced {
    ($collection:literal, links: [$($link:ident),*], writes: [$($write:literal),* $(,)?]) => {
        impl $crate::access::Synced for Model {
            const COLLECTION: &'static str = $collection;
            const LINKS: &'static [&'static str] = &[$(stringify!($link)),*];
            const WRITES: &'static [&'static str] = &[$($write),*];
        }
    };
}
pub(crate) use synced;

/// Declares a table row as a record: kind, right to read, audience.
macro_rules! record {
    ($kind:ident, $read:ident, |$row:ident| $audience:expr
     $(, redact |$red:ident| $redact:block)? $(, empties { $($column:ident: $field:literal),+ })?) => {
        impl $crate::access::Record for Model {
            const KIND: $crate::access::Kind = $crate::access::Kind::$kind;
            const READ: $crate::access::Right = $crate::access::Right::$read;
            $(
                const REDACTS: bool = true;
                fn redact(&mut self) -> &'static [&'static str] {
                    let $red = self;
                    $redact
                }
            )?
            $(
                const REDACTS: bool = true;
                const EMPTIED: Option<&'static [&'static str]> = Some(&[$($field),+]);
                fn redact(&mut self) -> &'static [&'static str] {
                    $(self.$column = None;)+
                    Self::EMPTIED.unwrap_or_default()
                }
            )?

            fn id(&self) -> $crate::value::Id {
                self.id
            }

            fn version(&self) -> i32 {
                self.version
            }

            fn stamp(&mut self, version: i32, at: chrono::DateTime<chrono::Utc>) {
                self.version = version;
                self.updated_at = at;
            }

            fn made(&mut self, by: $crate::value::Id, at: chrono::DateTime<chrono::Utc>) {
                self.created_by = by;
                self.created_at = at;
            }

            fn audience(&self) -> $crate::access::Audience {
                let $row = self;
                $audience
            }
        }
    };
}
pub(crate) use record;
