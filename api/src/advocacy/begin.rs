//! Putting a joint strategy to every side.

use std::collections::BTreeMap;

use entity::{
    Id, Kind, advocacy_issue, advocacy_strategy,
    value::{ConsentAction, StrategyState},
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::json;

use super::rules;
use crate::{
    consents,
    platform::{caller::Sort, error::Result, tx::Tx},
};

/// Asks every side about a strategy.
pub(super) async fn ask(tx: &mut Tx, strategy: &advocacy_strategy::Model, side: Id) -> Result<Id> {
    let content = BTreeMap::from([
        ("advocacyStrategy", json!(strategy.id)),
        ("issue", json!(strategy.issue_id)),
        ("title", json!(strategy.title)),
        ("goals", json!(strategy.goals)),
        ("objectives", json!(strategy.objectives)),
        ("targets", json!(strategy.targets)),
        ("messages", json!(strategy.messages)),
        ("allies", json!(strategy.allies)),
        ("opportunities", json!(strategy.opportunities)),
    ]);
    let subject = consents::Subject {
        partnership: strategy.partnership_id,
        kind: Kind::AdvocacyStrategy,
        id: strategy.id,
        action: ConsentAction::AdoptAdvocacyStrategy,
    };
    Ok(consents::ask(tx, subject, side, content).await?.id)
}

/// A joint strategy that waits for sides is a draft again: the issue that it is for is closed.
pub(super) async fn take_back_proposals(tx: &mut Tx, issue: Id) -> Result<()> {
    use advocacy_strategy::Column;
    let waiting = Condition::all().add(Column::IssueId.eq(issue)).add(Column::State.eq(StrategyState::Proposed));
    let waiting: Vec<advocacy_strategy::Model> = tx.all(waiting, &Sort::asc(Column::CreatedAt)).await?;
    for before in waiting {
        consents::void(tx, before.id).await?;
        let after = advocacy_strategy::Model { state: StrategyState::Draft, ..before.clone() };
        tx.update("advocacy_strategy.returned", &before, after).await?;
    }
    Ok(())
}

/// Work on a strategy goes on while its issue is open.
pub(super) async fn its_issue_is_open(tx: &Tx, strategy: &advocacy_strategy::Model) -> Result<()> {
    let issue: advocacy_issue::Model = tx.lock(strategy.issue_id, "issueId").await?;
    rules::issue_is_open(&issue)
}
