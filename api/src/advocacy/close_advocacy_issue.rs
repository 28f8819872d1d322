use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, advocacy_issue, value::Text};

use super::{AdvocacyIssue, begin, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// An issue to close.
#[derive(InputObject)]
pub struct CloseAdvocacyIssueInput {
    /// The issue.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What came of it.
    outcome: Text,
}

/// Closes an issue.
#[derive(Default)]
pub struct CloseAdvocacyIssue;

#[Object]
impl CloseAdvocacyIssue {
    /// Closes an issue: the side that named it. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::AdvocacyKeep))]
    async fn close_advocacy_issue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The issue.")] input: CloseAdvocacyIssueInput,
    ) -> Result<Whole<AdvocacyIssue>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { close(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn close(tx: &mut Tx, input: CloseAdvocacyIssueInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<advocacy_issue::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    partnerships::rules::who_said_it(before.side_id, side)?;
    rules::issue_is_open(&before)?;
    begin::take_back_proposals(tx, before.id).await?;
    let after = advocacy_issue::Model { closed_at: Some(tx.now()), outcome: Some(input.outcome), ..before.clone() };
    Ok(tx.update("advocacy_issue.closed", &before, after).await?.id)
}
