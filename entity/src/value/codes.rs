//! Enumerations of the domain, in the field's own words. One enum is column, GraphQL enum and text.

use async_graphql::Enum;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

macro_rules! code {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $vdoc:literal])+ $variant:ident,)+ }) => {
        $(#[doc = $doc])+
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum, EnumIter, DeriveActiveEnum, Serialize,
            Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name { $($(#[doc = $vdoc])+ $variant,)+ }
    };
}

pub(super) use code;

code! {
    /// What an organisation is ([001] Definitions; [004] Partner Organizations).
    OrganisationKind {
        /// International non-governmental organisation or international organisation.
        International,
        /// Non-governmental organisation working in its own country, at national level.
        National,
        /// Organisation rooted in one community or part of a country.
        Local,
        /// Organisation of the United Nations security management system.
        Un,
        /// Government agency, fund or foundation that pays for programmes.
        Donor,
        /// Authority of a host government.
        Government,
    }
}
code! {
    /// How a person was recruited: the dangers differ ([000] recommendation 5).
    Recruitment {
        /// Recruited internationally.
        International,
        /// Recruited in the country; nine of ten victims are.
        Local,
    }
}
code! {
    /// Standing of a person in an organisation.
    OrganisationRole {
        /// Speaks for the organisation: keeps its entry, people and the staffing of its partnership sides.
        Representative,
        /// Looks after security risk management; may open partnerships.
        SecurityFocalPoint,
        /// Works there.
        Staff,
    }
}
code! {
    /// Standing of a person on one side of a partnership. Every side has the same roles with the same rights (P-20).
    SideStanding {
        /// May consent for the side.
        Signatory,
        /// Security risk management focal point of the side: drafts, proposes, records how the side sees a risk.
        SrmFocalPoint,
        /// Contributes threats and risks.
        Contributor,
        /// Reads.
        Viewer,
    }
}
code! {
    /// Whether an account may sign in.
    AccountStatus {
        /// May sign in.
        Active,
        /// May not sign in; tokens are refused at once.
        Suspended,
    }
}
code! {
    /// Where a partnership stands in its life (§4.2.1 of the domain).
    PartnershipState {
        /// Written by one side, seen by that side only until it is proposed.
        Draft,
        /// Put to every side; each consents on the same content.
        Proposed,
        /// In force: every side agreed on the same content.
        Active,
        /// Paused by one side with a reason; every side must consent to resume.
        Suspended,
        /// Being brought to an end.
        Ending,
        /// Over.
        Ended,
        /// Taken back before it came into force.
        Withdrawn,
    }
}
code! {
    /// Whether the agreement speaks of security risks and their management (P-33).
    AgreementOnSecurity {
        /// It does.
        Yes,
        /// It does not: a gap.
        No,
        /// Not stated yet.
        NotStated,
    }
}
code! {
    /// What takes effect once every side agrees on the same content.
    ConsentAction {
        /// The partnership comes into force.
        ActivatePartnership,
        /// The suspended partnership is in force again.
        ResumePartnership,
        /// Likelihood and impact become the joint level of a risk.
        AgreeRiskLevel,
        /// The protocol says from then on what may be shared of incidents.
        AdoptSharingProtocol,
        /// The sides treat a transfer of risk as written down.
        AgreeTransferTreatment,
        /// A transfer of risk needs no attention any more.
        CloseRiskTransfer,
        /// The partnership is over.
        EndPartnership,
        /// The partnership ends on another day, or attitudes are looked at again after other days.
        ChangeTerms,
        /// A review enters its next step.
        AdvanceReview,
        /// A review goes back to a step before.
        ReturnReview,
        /// Progress of a review is looked at after other days.
        ChangeMonitoringInterval,
        /// A review is given up.
        AbandonReview,
        /// An indicator has a joint result, or the sides agree that they disagree.
        AgreeIndicatorResult,
        /// Nothing is done about an indicator.
        WaiveIndicator,
        /// The sides speak, share and look at their work together as planned.
        AgreeCommunicationPlan,
        /// A decision takes effect.
        MakeDecision,
        /// What a side did in an emergency stands.
        RatifyDecision,
        /// Something is a need for capacity.
        AgreeCapacityNeed,
        /// A joint strategy of advocacy counts.
        AdoptAdvocacyStrategy,
    }
}
code! {
    /// Where a request for consent stands.
    ConsentState {
        /// Waiting for sides.
        Open,
        /// Every side agreed on the same content hash; the action took place.
        Effective,
        /// A side refused.
        Refused,
        /// The content was edited, or what it belongs to went another way: nothing said so far counts.
        Void,
    }
}
code! {
    /// What a side said.
    ConsentDecision {
        /// Agrees to exactly this content.
        Agreed,
        /// Does not agree; the reason is kept.
        Refused,
        /// Took back an earlier word before it took effect.
        Withdrawn,
    }
}
code! {
    /// Kind of a threat ([003] Annex D, step 2).
    ThreatKind {
        /// People who mean harm: assessed by mind-set, capability and context (M-04).
        Human,
        /// Natural or man-made hazard.
        Hazard,
        /// Accident.
        Accident,
        /// Disease or another danger to health.
        Health,
    }
}
code! {
    /// Where a risk comes from, seen from the partnership (J-04).
    RiskOrigin {
        /// Was there before the partnership.
        PreExisting,
        /// Exists because of the partnership.
        CausedByPartnership,
        /// Changed, up or down, by the partnership.
        Transformed,
    }
}
code! {
    /// Where a risk stands (§4.2.3 of the domain).
    RiskState {
        /// Named; not every side has said how it sees it.
        Identified,
        /// Every side sees it the same way; the joint level waits for consent.
        Assessed,
        /// The sides see it differently: there is no joint level, both views stand.
        LevelDisputed,
        /// Every side consented to one likelihood and impact.
        LevelAgreed,
    }
}
code! {
    /// Which risk a level speaks of (M-11).
    RiskKind {
        /// As things are now.
        Present,
        /// As it would be once the agreed measures are in place.
        Residual,
    }
}
code! {
    /// Why a level was recorded.
    LevelCause {
        /// A side recorded how it sees the risk, or the sides agreed.
        Reassessment,
        /// Something happened.
        Incident,
        /// A measure was put in place or failed.
        Measure,
        /// A decision ran out.
        Expiry,
        /// A new version of the matrix was adopted.
        Matrix,
    }
}
code! {
    /// Where an incident stands (§4.2.4 of the domain).
    IncidentState {
        /// Captured by anybody of the organisation.
        Reported,
        /// Checked by the security focal point of the organisation.
        Verified,
        /// Verified, and being followed up.
        UnderFollowUp,
        /// Follow-up is over.
        Closed,
        /// Another report of an incident that is counted already.
        DuplicateOf,
        /// Taken back; it does not count.
        Retracted,
    }
}
code! {
    /// What kind of place an incident happened in.
    IncidentSite {
        /// On the road.
        Road,
        /// In a public place.
        PublicLocation,
        /// Where a programme is carried out.
        ProjectSite,
        /// In an office or compound.
        OfficeCompound,
        /// Where somebody lives.
        Home,
        /// In detention.
        Custody,
        /// Not known.
        Unknown,
    }
}
code! {
    /// Means of an attack on aid workers.
    MeansOfAttack {
        /// Shooting with small arms.
        Shooting,
        /// Kidnapping, victims alive.
        Kidnapping,
        /// Kidnapping, victims killed.
        KidnapKilling,
        /// Beating, stabbing or other bodily assault.
        BodilyAssault,
        /// Rape or another sexual assault.
        SexualViolence,
        /// Bombs or missiles from the air.
        AerialBombardment,
        /// Artillery, mortars or rockets.
        Shelling,
        /// Explosive device in a vehicle.
        VehicleBorneIed,
        /// Explosive device by the road.
        RoadsideIed,
        /// Explosive device on a body.
        BodyBorneIed,
        /// Mine.
        Landmine,
        /// Other explosives, grenades included.
        OtherExplosives,
        /// Several means at once.
        ComplexAttack,
        /// Another means.
        Other,
        /// Not known.
        Unknown,
    }
}
code! {
    /// Situation of an attack.
    AttackContext {
        /// Ambush on the road.
        Ambush,
        /// Attack on one person.
        IndividualAttack,
        /// Combat or crossfire.
        CombatCrossfire,
        /// Armed group forces its way in.
        Raid,
        /// Mob, rioting.
        MobViolence,
        /// Held by an authority or group.
        Detention,
        /// Not known.
        Unknown,
    }
}
code! {
    /// Kind of actor behind an incident.
    ActorType {
        /// Forces of the host state.
        HostState,
        /// Police or paramilitary forces.
        PoliceOrParamilitary,
        /// Foreign or coalition forces.
        ForeignOrCoalitionForces,
        /// Forces of a state, not known which.
        StateUnknown,
        /// Non-state armed group within part of a country.
        NonStateSubnational,
        /// Non-state armed group of national reach.
        NonStateNational,
        /// Non-state armed group across a region.
        NonStateRegional,
        /// Non-state armed group of global reach.
        NonStateGlobal,
        /// Non-state armed group, not known which.
        NonStateUnknown,
        /// Criminals.
        Criminal,
        /// People who receive aid.
        AidRecipient,
        /// Staff.
        StaffMember,
        /// Somebody who belongs to no group.
        Unaffiliated,
        /// Not known.
        Unknown,
    }
}
code! {
    /// Motive behind an incident, as far as known.
    Motive {
        /// Because of what the organisation is or stands for.
        Political,
        /// For money or goods.
        Economic,
        /// Victims were in the wrong place.
        Incidental,
        /// Accounts differ.
        Disputed,
        /// Another motive.
        Other,
        /// Not known.
        Unknown,
    }
}
code! {
    /// How grave an incident was.
    Severity {
        /// Nobody was harmed.
        Minor,
        /// Harm that does not last.
        Moderate,
        /// Serious injury, abduction, detention or grave threat.
        Severe,
        /// Death or mass harm.
        Critical,
    }
}
code! {
    /// What an incident did to the programme ([003] §26c).
    ProgrammeImpact {
        /// Nothing.
        None,
        /// Activities were delayed.
        Delayed,
        /// Activities were reduced.
        Reduced,
        /// Activities were suspended.
        Suspended,
        /// The organisation left.
        Withdrawn,
        /// Not known.
        Unknown,
    }
}
code! {
    /// How much of an incident is released.
    ShareLevel {
        /// When (to the month), country and region, means, context, actor type and victims in numbers.
        Basic,
        /// Everything but the restricted part.
        Full,
    }
}
code! {
    /// Which incidents a sharing protocol covers.
    SharingScope {
        /// Every incident.
        All,
        /// Those in which somebody was killed, wounded or kidnapped.
        WithVictims,
    }
}
code! {
    /// Where a sharing protocol stands.
    ProtocolState {
        /// Put to every side.
        Proposed,
        /// Every side agreed: incidents may be released under it.
        InEffect,
        /// A later protocol took its place.
        Superseded,
        /// A side ended it: what was released under it is released no more.
        Ended,
    }
}
code! {
    /// Why a write from a device did not go through.
    SyncConflictKind {
        /// Somebody else changed the same field: theirs stands, yours is kept here.
        SameField,
        /// A rule refused it.
        Refused,
        /// You may not see the document, or not any more.
        Revoked,
        /// The document was taken back meanwhile.
        DeletedMeanwhile,
    }
}
code! {
    /// What became of a command that was given offline.
    CommandStatus {
        /// Here, not run yet.
        Received,
        /// It took place.
        Done,
        /// A rule refused it; code, rule and field say which.
        Refused,
    }
}
code! {
    /// What summaries of incidents count by.
    IncidentGrouping {
        /// Year in which they happened.
        Year,
        /// Country code, or the name where there is no code.
        Country,
        /// Means of the attack.
        Means,
        /// Kind of actor.
        ActorType,
        /// Where they stand.
        State,
    }
}
