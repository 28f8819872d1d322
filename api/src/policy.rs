//! Who may do what, and how far: the one table a security officer reads.
//!
//! A right exists only through a standing in the data (a membership of an organisation, a role on a
//! side, being a person) and counts in the spaces named here. Tokens say who you are, never what you
//! may do. Every side of a partnership has the same rights (P-20).

use entity::{
    Right::{
        self, AdvocacyKeep, AdvocacyRead, ConcernRaise, ConsentDecide, DeviceKeep, DialogueKeep, FoundationsKeep,
        IncidentRead, IncidentRelease, IncidentReport, IncidentRestrictedRead, IncidentVerify, JointPropose,
        LedgerRead, LibraryKeep, LibraryRead, OrganisationKeep, OrganisationRead, PartnershipEdit, PartnershipOpen,
        PartnershipPropose, PartnershipRead, PartnershipSuspend, PeopleKeep, PeopleRead, ReviewAnswerRead,
        ReviewContribute, ReviewKeep, RiskAssess, RiskEdit, RiskRead, SideStaff, SignedIn,
    },
    SpaceKind,
};

/// A standing that gives rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Being the person.
    Person,
    /// Speaks for an organisation.
    Representative,
    /// Security focal point of an organisation.
    SecurityFocalPoint,
    /// Works for an organisation.
    Staff,
    /// Signatory of a side.
    Signatory,
    /// Security risk management focal point of a side.
    SrmFocalPoint,
    /// Contributor of a side.
    Contributor,
    /// Viewer of a side.
    Viewer,
}

impl Role {
    /// From the word in the data.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "PERSON" => Self::Person,
            "REPRESENTATIVE" => Self::Representative,
            "SECURITY_FOCAL_POINT" => Self::SecurityFocalPoint,
            "STAFF" => Self::Staff,
            "SIGNATORY" => Self::Signatory,
            "SRM_FOCAL_POINT" => Self::SrmFocalPoint,
            "CONTRIBUTOR" => Self::Contributor,
            "VIEWER" => Self::Viewer,
            _ => return None,
        })
    }
}

impl Role {
    /// Whether it is a role on a side of a partnership.
    pub const fn is_of_a_side(self) -> bool {
        matches!(self, Self::Signatory | Self::SrmFocalPoint | Self::Contributor | Self::Viewer)
    }
}

/// One line of the table: in which space a standing gives which rights.
pub struct Line {
    /// The standing.
    pub role: Role,
    /// How far: the kind of space in which the rights count.
    pub space: SpaceKind,
    /// The rights.
    pub rights: &'static [Right],
}

const fn line(role: Role, space: SpaceKind, rights: &'static [Right]) -> Line {
    Line { role, space, rights }
}

/// The table.
pub const TABLE: &[Line] = &[
    line(
        Role::Person,
        SpaceKind::Person,
        &[
            SignedIn,
            DeviceKeep,
            OrganisationRead,
            PeopleRead,
            PartnershipRead,
            AdvocacyRead,
            LibraryRead,
            RiskRead,
            ReviewAnswerRead,
            LedgerRead,
        ],
    ),
    // Whoever works somewhere sees what they reported themselves.
    line(Role::Staff, SpaceKind::Person, &[IncidentRead]),
    line(Role::SecurityFocalPoint, SpaceKind::Person, &[IncidentRead]),
    line(Role::Representative, SpaceKind::Person, &[IncidentRead]),
    line(Role::Staff, SpaceKind::Network, &[OrganisationRead, LibraryRead]),
    // Whoever works there reports incidents, and sees the own reports (as a person); all of them only who must.
    line(Role::Staff, SpaceKind::Organisation, &[OrganisationRead, PeopleRead, LibraryRead, IncidentReport]),
    line(Role::SecurityFocalPoint, SpaceKind::Network, &[OrganisationRead, LibraryRead]),
    line(
        Role::SecurityFocalPoint,
        SpaceKind::Organisation,
        &[
            OrganisationRead,
            PeopleRead,
            LibraryRead,
            LibraryKeep,
            PartnershipOpen,
            LedgerRead,
            IncidentRead,
            IncidentReport,
            IncidentVerify,
            IncidentRestrictedRead,
        ],
    ),
    line(Role::Representative, SpaceKind::Network, &[OrganisationRead, LibraryRead]),
    line(
        Role::Representative,
        SpaceKind::Organisation,
        &[
            OrganisationRead,
            OrganisationKeep,
            PeopleRead,
            PeopleKeep,
            LibraryRead,
            LibraryKeep,
            DeviceKeep,
            PartnershipOpen,
            LedgerRead,
            IncidentRead,
            IncidentReport,
            IncidentRestrictedRead,
        ],
    ),
    // A representative sees the partnerships of the organisation and names its people there; to decide
    // for the side they name themselves signatory, which the ledger shows to every side.
    line(
        Role::Representative,
        SpaceKind::Side,
        &[PartnershipRead, AdvocacyRead, LibraryRead, RiskRead, SideStaff, LedgerRead, IncidentRead],
    ),
    line(
        Role::Representative,
        SpaceKind::Partnership,
        &[PartnershipRead, AdvocacyRead, LibraryRead, RiskRead, ReviewAnswerRead, LedgerRead, IncidentRead],
    ),
    line(
        Role::Signatory,
        SpaceKind::Side,
        &[
            PartnershipRead,
            PartnershipEdit,
            PartnershipPropose,
            PartnershipSuspend,
            ConsentDecide,
            FoundationsKeep,
            JointPropose,
            DialogueKeep,
            AdvocacyRead,
            AdvocacyKeep,
            LibraryRead,
            ConcernRaise,
            ReviewKeep,
            ReviewContribute,
            ReviewAnswerRead,
            RiskRead,
            RiskEdit,
            RiskAssess,
            LedgerRead,
            IncidentRead,
            IncidentRelease,
        ],
    ),
    line(
        Role::Signatory,
        SpaceKind::Partnership,
        &[PartnershipRead, AdvocacyRead, LibraryRead, RiskRead, ReviewAnswerRead, LedgerRead, IncidentRead],
    ),
    line(
        Role::SrmFocalPoint,
        SpaceKind::Side,
        &[
            PartnershipRead,
            PartnershipEdit,
            PartnershipPropose,
            FoundationsKeep,
            JointPropose,
            DialogueKeep,
            AdvocacyRead,
            AdvocacyKeep,
            LibraryRead,
            ConcernRaise,
            ReviewKeep,
            ReviewContribute,
            ReviewAnswerRead,
            RiskRead,
            RiskEdit,
            RiskAssess,
            LedgerRead,
            IncidentRead,
            IncidentRelease,
        ],
    ),
    line(
        Role::SrmFocalPoint,
        SpaceKind::Partnership,
        &[PartnershipRead, AdvocacyRead, LibraryRead, RiskRead, ReviewAnswerRead, LedgerRead, IncidentRead],
    ),
    line(
        Role::Contributor,
        SpaceKind::Side,
        &[PartnershipRead, LibraryRead, RiskRead, RiskEdit, ConcernRaise, DialogueKeep, ReviewContribute],
    ),
    line(
        Role::Contributor,
        SpaceKind::Partnership,
        &[PartnershipRead, AdvocacyRead, LibraryRead, RiskRead, ReviewAnswerRead],
    ),
    line(Role::Viewer, SpaceKind::Side, &[PartnershipRead, AdvocacyRead, LibraryRead, RiskRead]),
    line(
        Role::Viewer,
        SpaceKind::Partnership,
        &[PartnershipRead, AdvocacyRead, LibraryRead, RiskRead, ReviewAnswerRead],
    ),
];

/// Whether a standing gives a right in a space of a kind.
pub fn allows(role: Role, space: SpaceKind, right: Right) -> bool {
    TABLE.iter().any(|line| line.role == role && line.space == space && line.rights.contains(&right))
}
