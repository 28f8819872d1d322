//! Enumerations of the joint review.

use async_graphql::Enum;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::codes::code;

code! {
    /// The steps of a joint review ([001] The joint SRM review). Each is entered when every side has agreed to the one before.
    ReviewState {
        /// The sides plan it: when, where and how.
        Planning,
        /// Step 1: they agree on the questions.
        Questions,
        /// Step 2: they answer them, each for itself and sealed, or together.
        Answering,
        /// Step 2: every answer is open to every side, and they talk about them.
        Revealed,
        /// Step 3: they agree on indicators.
        Discussed,
        /// Step 4: they agree on what present, partially present and not present mean.
        IndicatorsAgreed,
        /// Step 4: they assess the indicators.
        Assessing,
        /// Step 5: every indicator has a result; they agree on an action plan.
        Assessed,
        /// Step 6: the plan is carried out and looked after.
        Monitoring,
        /// Everything is done or waived.
        Closed,
        /// Every side agreed to give it up.
        Abandoned,
    }
}
code! {
    /// Where a review goes back to. Never behind the answers once they are open.
    ReviewReturn {
        /// The sides plan it anew: when, where and how.
        Planning,
        /// They change the questions.
        Questions,
        /// They talk about the answers again.
        Discussion,
        /// They change the indicators.
        Indicators,
        /// They agree anew on what the categories mean.
        Definitions,
        /// They assess the indicators anew.
        Assessment,
        /// They change the action plan.
        ActionPlan,
    }
}
code! {
    /// How the questions of a review are answered.
    ReviewMode {
        /// Each side answers alone and sealed, then they talk about it.
        SeparateThenDiscuss,
        /// They answer together in meetings.
        JointMeeting,
    }
}
code! {
    /// From where an answer is seen (P-02, R-14).
    Perspective {
        /// People who work where the danger is.
        Frontline,
        /// Senior management.
        SeniorManagement,
        /// Finance.
        Finance,
        /// Advocacy.
        Advocacy,
        /// Security.
        Security,
        /// Another one.
        Other,
    }
}
code! {
    /// How much of an indicator is there. What each word means, the sides agree on before they use it.
    IndicatorCategory {
        /// It is there.
        Present,
        /// Some of it is there.
        PartiallyPresent,
        /// It is not there.
        NotPresent,
    }
}
code! {
    /// Where the assessment of an indicator stands.
    IndicatorState {
        /// Not every side has judged it.
        Unrated,
        /// Every side judged it alike; the joint result waits for their consent.
        Alike,
        /// The sides judge it differently.
        Disputed,
        /// Every side agreed on one result.
        Agreed,
        /// Every side agreed that they disagree.
        Disagreed,
    }
}
code! {
    /// Where a task of the action plan stands.
    ActionState {
        /// Waiting for the side whose task it would be.
        Proposed,
        /// Taken on by a named person of that side.
        Accepted,
        /// Declined, with a reason.
        Declined,
        /// Begun.
        InProgress,
        /// Done, as the side whose task it is says.
        Done,
        /// Done, as another side has seen.
        Confirmed,
    }
}
