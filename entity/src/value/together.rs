//! Enumerations of what the sides do together: dialogue, decisions, capacity, library, advocacy.

use async_graphql::Enum;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::codes::code;

code! {
    /// How the sides spoke.
    ConversationMethod {
        /// Face to face.
        InPerson,
        /// By video.
        Video,
        /// By telephone or radio.
        Voice,
        /// In writing.
        Writing,
        /// In another way.
        Other,
    }
}
code! {
    /// Where a plan of communication stands.
    PlanState {
        /// Waiting for the consent of every side.
        Proposed,
        /// Every side consented: it counts.
        Agreed,
        /// Another one took its place.
        Superseded,
    }
}
code! {
    /// Where feedback stands.
    FeedbackState {
        /// Given.
        Given,
        /// The side that it is for has answered.
        Acknowledged,
    }
}
code! {
    /// Where a decision stands.
    DecisionState {
        /// Waiting for the consent of every side.
        Proposed,
        /// Every side consented.
        Effective,
        /// A side acted at once, because it could not wait; the others have not said yet whether it stands.
        Emergency,
        /// The others said that what was done in an emergency stands.
        Ratified,
        /// A side said that what was done in an emergency does not stand: it is undone as far as it can be.
        NotRatified,
        /// It was carried out.
        CarriedOut,
        /// The side that proposed it took it back.
        Withdrawn,
    }
}
code! {
    /// Where a consultation stands.
    ConsultationState {
        /// Answers are awaited.
        Open,
        /// Closed by the side that asked.
        Closed,
    }
}
code! {
    /// Where a side stands on a policy.
    PolicyPosition {
        /// For it.
        Supports,
        /// For it, if it is changed as said.
        SupportsWithChanges,
        /// Against it.
        Objects,
        /// It did not answer in time. That is no consent.
        NoAnswer,
    }
}
code! {
    /// When a side gains something.
    BenefitHorizon {
        /// Within months.
        WithinMonths,
        /// While the partnership lasts.
        DuringThePartnership,
        /// Beyond the partnership.
        BeyondThePartnership,
    }
}
code! {
    /// What one side understands of another ([001] Preliminary questions, Policies and principles).
    UnderstandingTopic {
        /// What the organisation is there for.
        Mandate,
        /// What it wants to reach.
        Mission,
        /// What it holds to be right.
        Values,
        /// Its position on the humanitarian principles.
        HumanitarianPrinciples,
        /// How it works.
        Operations,
        /// How it goes about security.
        Security,
    }
}
code! {
    /// How far a side understands another.
    UnderstandingStatus {
        /// Understood, and at ease with it.
        Understood,
        /// Not understood yet.
        NotYet,
        /// Understood, and not agreed with.
        Disagrees,
    }
}
code! {
    /// Where a need for capacity stands.
    NeedState {
        /// Waiting for the consent of every side.
        Proposed,
        /// Every side agrees that it is a need.
        Agreed,
        /// The side whose need it is says that it is met.
        Met,
        /// Not needed any more.
        Withdrawn,
    }
}
code! {
    /// What is done to strengthen capacity ([001] Strengthen capacity).
    ActivityKind {
        /// Information and resources are shared.
        ShareResources,
        /// A training is given or paid for.
        Training,
        /// Expert staff work with the other side for a short time.
        EmbedExpert,
        /// One accompanies another over time.
        Mentoring,
        /// A training of several organisations, with people from outside.
        InteragencyTraining,
        /// Something else.
        Other,
    }
}
code! {
    /// Where an activity stands.
    ActivityState {
        /// Planned.
        Planned,
        /// Begun.
        UnderWay,
        /// Done, with a plan for how it lasts.
        Completed,
        /// Called off.
        Cancelled,
    }
}
code! {
    /// Who finds a library item.
    LibraryVisibility {
        /// The people of the organisation that put it there.
        Organisation,
        /// And everybody in one partnership.
        Partnership,
        /// Everybody on this server.
        Network,
    }
}
code! {
    /// What a library item is.
    LibraryKind {
        /// Guidance.
        Guidance,
        /// A tool.
        Tool,
        /// A template.
        Template,
        /// A policy.
        Policy,
        /// Training material.
        Training,
        /// A lesson that was learnt.
        Lesson,
    }
}
code! {
    /// Whose strategy it is.
    AdvocacyScope {
        /// Of every side.
        Joint,
        /// Of one side, read by that side alone.
        SingleSide,
    }
}
code! {
    /// Where a strategy stands.
    StrategyState {
        /// Written, and edited.
        Draft,
        /// Waiting for the consent of every side.
        Proposed,
        /// It counts.
        Adopted,
    }
}
