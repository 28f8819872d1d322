use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, advocacy_issue, advocacy_strategy,
    value::{AdvocacyScope, StrategyState, Text, Title},
};

use super::{AdvocacyStrategy, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A strategy.
#[derive(InputObject)]
pub struct DraftAdvocacyStrategyInput {
    /// The issue.
    issue_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Whose it is.
    scope: AdvocacyScope,
    /// Short name.
    title: Title,
    /// What is different in the end.
    goals: Text,
    /// What is reached on the way.
    objectives: Text,
    /// Who decides, and must be moved.
    targets: Text,
    /// What is said to them.
    messages: Text,
    /// Who helps.
    allies: Text,
    /// When and where it is said.
    opportunities: Text,
}

/// Writes a strategy.
#[derive(Default)]
pub struct DraftAdvocacyStrategy;

#[Object]
impl DraftAdvocacyStrategy {
    /// Writes a strategy for an issue: a joint one, or one of your side alone that no other side reads. Codes: NOT_FOUND,
    /// FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::AdvocacyKeep))]
    async fn draft_advocacy_strategy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The strategy.")] input: DraftAdvocacyStrategyInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<AdvocacyStrategy>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { draft(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn draft(tx: &mut Tx, input: DraftAdvocacyStrategyInput) -> Result<Id> {
    let issue: advocacy_issue::Model = tx.get(input.issue_id, "issueId").await?;
    let (partnership, side) = partnerships::begin(tx, issue.partnership_id, input.side_id).await?;
    let issue: advocacy_issue::Model = tx.lock(issue.id, "issueId").await?;
    rules::issue_is_open(&issue)?;
    rules::joint_on_what_all_read(&issue, input.scope)?;
    let (id, now) = (tx.id(), tx.now());
    let row = advocacy_strategy::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        issue_id: issue.id,
        scope: input.scope,
        title: input.title,
        goals: input.goals,
        objectives: input.objectives,
        targets: input.targets,
        messages: input.messages,
        allies: input.allies,
        opportunities: input.opportunities,
        state: StrategyState::Draft,
        adopted_at: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("advocacy_strategy.drafted", row).await?.id)
}
