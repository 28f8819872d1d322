use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, advocacy_issue,
    value::{ConcernAudience, Text, Title},
};

use super::AdvocacyIssue;
use crate::{
    concerns, node, partnerships,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// An issue.
#[derive(InputObject)]
pub struct NameAdvocacyIssueInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Short name.
    title: Title,
    /// What is wrong, and who could change it.
    description: Text,
    /// Who reads it.
    audience: ConcernAudience,
    /// The record that it comes from, one that you see.
    about_id: Option<Id>,
}

/// Names an issue.
#[derive(Default)]
pub struct NameAdvocacyIssue;

#[Object]
impl NameAdvocacyIssue {
    /// Names something that no organisation solves alone. You choose who reads it: your side, or all of them. Codes:
    /// NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::AdvocacyKeep))]
    async fn name_advocacy_issue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The issue.")] input: NameAdvocacyIssueInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<AdvocacyIssue>> {
        let caller = ctx.caller()?;
        if let Some(about) = input.about_id
            && node::find(caller, about).await?.is_none()
        {
            return Err(Error::not_found("aboutId"));
        }
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { name(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn name(tx: &mut Tx, input: NameAdvocacyIssueInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    if input.audience == ConcernAudience::Partnership {
        concerns::about_what_all_see(tx, partnership.id, input.about_id).await?;
    }
    let (id, now) = (tx.id(), tx.now());
    let row = advocacy_issue::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        about_id: input.about_id,
        title: input.title,
        description: input.description,
        audience: input.audience,
        closed_at: None,
        outcome: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("advocacy_issue.named", row).await?.id)
}
