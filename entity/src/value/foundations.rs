//! Enumerations of the foundations of a partnership, and of concerns.

use async_graphql::Enum;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::codes::code;

code! {
    /// The six principles of an equitable partnership ([001] Adopt partnership principles).
    Principle {
        /// Equal rights to be heard, whatever the balance of power.
        Equity,
        /// Open and honest conversations.
        TransparencyAndTrust,
        /// Good for every side, in the long term.
        MutualBenefit,
        /// Differences are an asset; each builds on the strengths of the other.
        Complementarity,
        /// What is done is realistic and aims at results.
        ResultOrientedApproach,
        /// Done with integrity, within one's competencies, skills, capacities and resources.
        Responsibility,
    }
}
code! {
    /// Types of risk that organisations weigh, as aid organisations commonly group them.
    RiskType {
        /// Violence, crime and other harm that somebody means.
        Security,
        /// Accidents, illness and natural hazards.
        Safety,
        /// Loss, theft and misuse of money and goods.
        Fiduciary,
        /// Breach of laws, sanctions and obligations.
        Legal,
        /// Work that cannot be done as planned.
        Operational,
        /// Loss of good name and acceptance.
        Reputational,
        /// Loss and misuse of information.
        Information,
        /// Harm by unethical conduct, also to those who are to be helped.
        Ethical,
    }
}
code! {
    /// How much risk a side is ready to take, from least to most.
    RiskAppetite {
        /// None, as far as it can be helped.
        Averse,
        /// As little as possible.
        Minimal,
        /// Some, where safeguards are in place.
        Cautious,
        /// As much as the work is worth.
        Open,
        /// Much, for work that saves lives.
        High,
    }
}
code! {
    /// Whether a transfer of risk is meant (P-26).
    TransferIntent {
        /// Meant, such as work in a place to which the other side does not go.
        Intended,
        /// Not meant, such as being taken for the partner.
        Unintended,
        /// Not known.
        Unknown,
    }
}
code! {
    /// What a transfer does to a risk (P-07).
    TransferEffect {
        /// It was not there before.
        NewThreat,
        /// It grew.
        Increased,
        /// It shrank.
        Decreased,
        /// It is another one now.
        Transformed,
    }
}
code! {
    /// By what a risk comes from one side to another (P-26).
    TransferChannel {
        /// Who the people are.
        Identity,
        /// How others see the partnership.
        Perception,
        /// Being there, or not.
        Presence,
        /// The work itself.
        Task,
        /// What the agreement demands.
        Contract,
    }
}
code! {
    /// Whether a side is better or worse off by a transfer (P-07: increase or decrease).
    TransferBearing {
        /// Better off.
        Positive,
        /// Worse off.
        Negative,
    }
}
code! {
    /// Where a transfer of risk stands (P-26).
    RiskTransferState {
        /// Named by a side.
        Identified,
        /// Talked about.
        Discussed,
        /// Every side agreed what to do about it.
        TreatmentAgreed,
        /// What was agreed is in place and watched.
        Monitored,
        /// Every side agreed that it needs no attention any more.
        Closed,
    }
}
code! {
    /// Who reads a concern (P-11, pitfall 45).
    ConcernAudience {
        /// The people of the side that raised it.
        OwnSide,
        /// Every side of the partnership.
        Partnership,
    }
}
code! {
    /// Where a concern stands (P-16).
    ConcernState {
        /// Waiting for an answer.
        Raised,
        /// Answered; the side that raised it says whether that is enough.
        Answered,
        /// Closed by the side that raised it.
        Closed,
    }
}
