//! Rules of risk, in the words of the guideline. Pure functions.

use entity::{
    Id,
    value::{
        Impact, Likelihood, RiskLevel,
        RiskState::{self as State, Assessed, Identified, LevelAgreed, LevelDisputed},
        Scale, ThreatKind,
    },
};

use super::matrix::{Matrix, RiskCell};
use crate::platform::{
    error::{Error, Result, Rule},
    lifecycle::{Lifecycle, Transition},
};

/// Human threats are assessed by mind-set, capability and context; others are not (M-04).
pub const HUMAN_THREAT_COMPONENTS: Rule = Rule {
    key: "HUMAN_THREAT_COMPONENTS",
    requirement: "M-04",
    says: "mind-set, capability and context are required for a human threat and refused for any other",
};
/// Every side says how it sees the risk before there is a joint level (J-02).
pub const EVERY_SIDE_HAS_SPOKEN: Rule = Rule {
    key: "EVERY_SIDE_HAS_SPOKEN",
    requirement: "J-02",
    says: "a joint level can be proposed once every side has said how it sees the risk",
};

/// The life of a risk, as far as levels go.
pub const LIFECYCLE: Lifecycle<State> = Lifecycle {
    of: "risk",
    start: Identified,
    transitions: &[
        Transition { by: "aSideIsMissing", from: &[Identified], to: Identified, guards: &[] },
        Transition {
            by: "theSidesSeeItAlike",
            from: &[Identified, Assessed, LevelDisputed, LevelAgreed],
            to: Assessed,
            guards: &[],
        },
        Transition {
            by: "theSidesSeeItDifferently",
            from: &[Identified, Assessed, LevelDisputed, LevelAgreed],
            to: LevelDisputed,
            guards: &[],
        },
        Transition {
            by: "agree",
            from: &[Assessed, LevelDisputed, LevelAgreed],
            to: LevelAgreed,
            guards: &[&EVERY_SIDE_HAS_SPOKEN, &crate::partnerships::rules::EVERY_SIDE_CONSENTS],
        },
    ],
};

/// [`HUMAN_THREAT_COMPONENTS`].
pub fn human_threat_components(
    kind: ThreatKind,
    mind_set: Option<Scale>,
    capability: Option<Scale>,
    context: Option<Scale>,
) -> Result<()> {
    let human = kind == ThreatKind::Human;
    let fields = [("mindSet", mind_set), ("capability", capability), ("context", context)];
    match fields.into_iter().find(|(_, value)| value.is_some() != human) {
        Some((field, _)) => {
            let rule = &HUMAN_THREAT_COMPONENTS;
            Err(Error::invalid(field, rule.key, rule.says).with("requirement", rule.requirement))
        }
        None => Ok(()),
    }
}

/// How one side sees a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// How likely.
    pub likelihood: Likelihood,
    /// How much harm.
    pub impact: Impact,
}

impl View {
    /// Level, then score, then impact (M-09).
    pub fn urgency(self) -> i32 {
        urgency(&Matrix::current().cell(self.likelihood, self.impact))
    }
}

/// Order of risks: level, then score, then impact (M-09).
pub fn urgency(cell: &RiskCell) -> i32 {
    i32::from(cell.level.rank()) * 10_000 + cell.score * 100 + i32::from(cell.impact.get())
}

/// A risk of low likelihood and critical impact must not be forgotten (M-10).
pub fn belongs_on_watchlist(cell: &RiskCell) -> bool {
    cell.impact.get() == 5 && cell.level <= RiskLevel::Low
}

/// Sides that have not said how they see the risk.
pub fn sides_missing(sides: &[Id], spoke: &[Id]) -> Vec<Id> {
    sides.iter().filter(|side| !spoke.contains(side)).copied().collect()
}

/// Where the views of all sides lead.
pub fn verdict(views: &[View]) -> &'static str {
    let alike = views.first().is_none_or(|first| views.iter().all(|view| view == first));
    if alike { "theSidesSeeItAlike" } else { "theSidesSeeItDifferently" }
}

/// What counts for alerts while nothing new is agreed: the highest of the views, but never less than what was
/// agreed before. No side lowers an agreed level by disagreeing. Answers with the view and whether it is provisional.
pub fn in_effect(agreed: Option<View>, views: &[View]) -> Option<(View, bool)> {
    let highest = views.iter().copied().max_by_key(|view| view.urgency());
    match (agreed, highest) {
        (Some(agreed), Some(highest)) if highest.urgency() > agreed.urgency() => Some((highest, true)),
        (Some(agreed), _) => Some((agreed, false)),
        (None, highest) => highest.map(|view| (view, true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(likelihood: i64, impact: i64) -> View {
        View { likelihood: Likelihood::new(likelihood).unwrap(), impact: Impact::new(impact).unwrap() }
    }

    #[test]
    fn a_dispute_raises_provisionally_and_never_lowers() {
        assert_eq!(in_effect(None, &[view(4, 3), view(3, 5)]), Some((view(3, 5), true)));
        assert_eq!(in_effect(Some(view(4, 4)), &[view(1, 1), view(5, 5)]), Some((view(5, 5), true)));
        assert_eq!(in_effect(Some(view(4, 4)), &[view(1, 1), view(2, 1)]), Some((view(4, 4), false)));
        assert_eq!(in_effect(None, &[]), None);
    }

    #[test]
    fn critical_impact_is_watched_at_low_level_only() {
        let watched = |l, i| belongs_on_watchlist(&Matrix::current().cell(view(l, i).likelihood, view(l, i).impact));
        assert!(watched(1, 5));
        assert!(!watched(2, 5) && !watched(1, 4));
    }

    #[test]
    fn only_human_threats_have_a_mind() {
        let three = Scale::new(3).ok();
        assert!(human_threat_components(ThreatKind::Human, three, three, three).is_ok());
        let missing = human_threat_components(ThreatKind::Human, three, None, three).unwrap_err();
        assert_eq!((missing.field.as_deref(), missing.rule), (Some("capability"), Some("HUMAN_THREAT_COMPONENTS")));
        assert!(human_threat_components(ThreatKind::Hazard, None, None, three).is_err());
        assert!(human_threat_components(ThreatKind::Hazard, None, None, None).is_ok());
    }
}
