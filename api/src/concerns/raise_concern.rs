use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, concern, partnership,
    value::{ConcernAudience, ConcernState, Date, Text, Title},
};

use super::{Concern, about_what_all_see, rules};
use crate::{
    partnerships,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// A concern of your side.
#[derive(InputObject)]
pub struct RaiseConcernInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Short name.
    title: Title,
    /// What worries your side, and what it proposes.
    description: Text,
    /// Who reads it.
    audience: ConcernAudience,
    /// The record that it is about, one that you see.
    about_id: Option<Id>,
    /// Last day on which an answer is in time.
    respond_by: Option<Date>,
    /// Whether you stay unnamed, for the leadership of your own side too: no ledger names you, nor the role in which you act.
    /// A command that you gave offline stays in your own list of commands, which nobody else reads.
    #[graphql(default)]
    anonymous: bool,
}

/// Raises a concern.
#[derive(Default)]
pub struct RaiseConcern;

#[Object]
impl RaiseConcern {
    /// Raises a concern of your side. You choose who reads it: your side, or all of them. Codes: NOT_FOUND, FORBIDDEN,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ConcernRaise))]
    async fn raise_concern(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The concern.")] input: RaiseConcernInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Concern>> {
        let caller = ctx.caller()?;
        if let Some(about) = input.about_id
            && crate::node::find(caller, about).await?.is_none()
        {
            return Err(Error::not_found("aboutId"));
        }
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { raise(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn raise(tx: &mut Tx, input: RaiseConcernInput) -> Result<Id> {
    let partnership: partnership::Model = tx.lock(input.partnership_id, "partnershipId").await?;
    let side = tx.act_for_side(partnership.id, input.side_id).await?;
    partnerships::rules::partnership_is_living(partnership.state)?;
    rules::respond_by_is_ahead(input.respond_by, tx.now())?;
    if input.audience == ConcernAudience::Partnership {
        about_what_all_see(tx, partnership.id, input.about_id).await?;
    }
    if input.anonymous {
        tx.stays_unnamed();
    }
    let (id, now) = (tx.id(), tx.now());
    let row = concern::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        about_id: input.about_id,
        title: input.title,
        description: input.description,
        audience: input.audience,
        anonymous: input.anonymous,
        respond_by: input.respond_by,
        state: ConcernState::Raised,
        answer: None,
        answered_by_side: None,
        answered_at: None,
        closed_at: None,
        closing: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("concern.raised", row).await?.id)
}
