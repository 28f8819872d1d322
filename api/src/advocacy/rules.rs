//! Rules of advocacy, in the words of the guideline. Pure functions.

use entity::{
    advocacy_issue, advocacy_strategy, campaign,
    value::{
        AdvocacyScope, ConcernAudience,
        StrategyState::{self, Adopted, Draft, Proposed},
    },
};

use crate::{
    partnerships::rules::EVERY_SIDE_CONSENTS,
    platform::{
        error::{Error, Result, Rule},
        lifecycle::{Lifecycle, Transition},
    },
};

/// Work goes on for what is open (V-01).
pub const ISSUE_IS_OPEN: Rule = Rule { key: "ISSUE_IS_OPEN", requirement: "V-01", says: "this issue is closed" };
/// A joint strategy is about what every side reads (V-02).
pub const JOINT_ON_WHAT_ALL_READ: Rule = Rule {
    key: "JOINT_ON_WHAT_ALL_READ",
    requirement: "V-02",
    says: "a joint strategy is for an issue that every side reads",
};
/// A joint strategy is adopted by every side (V-02).
pub const JOINT_BY_ALL: Rule = Rule {
    key: "JOINT_BY_ALL",
    requirement: "V-02",
    says: "a joint strategy is put to every side, and adopted when all consent",
};
/// One side's strategy is adopted by that side (V-03).
pub const SINGLE_BY_ONE: Rule = Rule {
    key: "SINGLE_BY_ONE",
    requirement: "V-03",
    says: "a strategy of one side is adopted by a signatory of that side, and put to nobody else",
};
/// A campaign carries out what was adopted (V-04).
pub const STRATEGY_IS_ADOPTED: Rule =
    Rule { key: "STRATEGY_IS_ADOPTED", requirement: "V-04", says: "a campaign begins under an adopted strategy" };
/// What is over is not edited (V-04).
pub const CAMPAIGN_GOES_ON: Rule =
    Rule { key: "CAMPAIGN_GOES_ON", requirement: "V-04", says: "this campaign has ended" };

/// The life of a strategy.
pub const STRATEGY: Lifecycle<StrategyState> = Lifecycle {
    of: "advocacy_strategy",
    start: Draft,
    transitions: &[
        Transition { by: "amendAdvocacyStrategy", from: &[Draft, Proposed], to: Draft, guards: &[] },
        Transition { by: "proposeAdvocacyStrategy", from: &[Draft], to: Proposed, guards: &[&JOINT_BY_ALL] },
        Transition { by: "agree", from: &[Proposed], to: Adopted, guards: &[&EVERY_SIDE_CONSENTS] },
        Transition { by: "refuse", from: &[Proposed], to: Draft, guards: &[] },
        Transition { by: "adoptAdvocacyStrategy", from: &[Draft], to: Adopted, guards: &[&SINGLE_BY_ONE] },
    ],
};

/// [`ISSUE_IS_OPEN`].
pub fn issue_is_open(issue: &advocacy_issue::Model) -> Result<()> {
    if issue.closed_at.is_none() { Ok(()) } else { Err(Error::refused(&ISSUE_IS_OPEN).field("id")) }
}

/// [`JOINT_ON_WHAT_ALL_READ`].
pub fn joint_on_what_all_read(issue: &advocacy_issue::Model, scope: AdvocacyScope) -> Result<()> {
    if scope == AdvocacyScope::Joint && issue.audience == ConcernAudience::OwnSide {
        return Err(Error::refused(&JOINT_ON_WHAT_ALL_READ).field("scope"));
    }
    Ok(())
}

/// [`SINGLE_BY_ONE`], for what is put to every side.
pub fn is_joint(strategy: &advocacy_strategy::Model) -> Result<()> {
    match strategy.scope {
        AdvocacyScope::Joint => Ok(()),
        AdvocacyScope::SingleSide => Err(Error::refused(&SINGLE_BY_ONE).field("id")),
    }
}

/// [`JOINT_BY_ALL`], for what one side adopts.
pub fn is_of_one_side(strategy: &advocacy_strategy::Model) -> Result<()> {
    match strategy.scope {
        AdvocacyScope::SingleSide => Ok(()),
        AdvocacyScope::Joint => Err(Error::refused(&JOINT_BY_ALL).field("id")),
    }
}

/// [`STRATEGY_IS_ADOPTED`].
pub fn strategy_is_adopted(strategy: &advocacy_strategy::Model) -> Result<()> {
    if strategy.state == Adopted { Ok(()) } else { Err(Error::refused(&STRATEGY_IS_ADOPTED).field("strategyId")) }
}

/// [`CAMPAIGN_GOES_ON`].
pub fn campaign_goes_on(campaign: &campaign::Model) -> Result<()> {
    if campaign.ended_at.is_none() { Ok(()) } else { Err(Error::refused(&CAMPAIGN_GOES_ON).field("id")) }
}
