//! Lifecycles: the states of an aggregate and every way between them, as one table. The same table
//! decides, and draws the diagram in the documentation.

use super::error::{Error, Result, Rule};

/// One way from some states to another.
pub struct Transition<S: 'static> {
    /// The command or the event that takes it.
    pub by: &'static str,
    /// From these states.
    pub from: &'static [S],
    /// To this state.
    pub to: S,
    /// Rules that must hold, by key.
    pub guards: &'static [&'static Rule],
}

/// The lifecycle of one aggregate.
pub struct Lifecycle<S: 'static> {
    /// Name of the aggregate.
    pub of: &'static str,
    /// First state.
    pub start: S,
    /// Every transition.
    pub transitions: &'static [Transition<S>],
}

/// A command that the present state does not allow.
pub const STATE_ALLOWS: Rule =
    Rule { key: "STATE_ALLOWS", requirement: "4.2", says: "the state of the record does not allow this now" };

impl<S: Copy + PartialEq + std::fmt::Debug> Lifecycle<S> {
    /// The transition that a command takes from a state; refused where there is none.
    pub fn step(&self, from: S, by: &str) -> Result<&'static Transition<S>> {
        self.transitions.iter().find(|transition| transition.by == by && transition.from.contains(&from)).ok_or_else(
            || {
                let allowed: Vec<String> =
                    self.transitions.iter().filter(|t| t.by == by).flat_map(|t| t.from).map(word).collect();
                Error::refused(&STATE_ALLOWS)
                    .field("state")
                    .with("state", word(&from))
                    .with("allowed", async_graphql::Value::from(allowed))
            },
        )
    }

    /// The diagram, as Mermaid text.
    pub fn diagram(&self) -> String {
        let mut out = format!("stateDiagram-v2\n  [*] --> {}\n", word(&self.start));
        for transition in self.transitions {
            let guards: Vec<&str> = transition.guards.iter().map(|rule| rule.key).collect();
            let guards = if guards.is_empty() { String::new() } else { format!(" [{}]", guards.join(", ")) };
            for from in transition.from {
                out.push_str(&format!("  {} --> {}: {}{guards}\n", word(from), word(&transition.to), transition.by));
            }
        }
        out
    }
}

/// `LevelDisputed` as `LEVEL_DISPUTED`: the spelling of the API.
fn word<S: std::fmt::Debug>(state: &S) -> String {
    let mut out = String::new();
    for (at, c) in format!("{state:?}").chars().enumerate() {
        if at > 0 && c.is_uppercase() {
            out.push('_');
        }
        out.extend(c.to_uppercase());
    }
    out
}
