use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, concern,
    value::{ConcernAudience, Date, Patch},
};

use super::{Concern, about_what_all_see, begin, rules};
use crate::platform::{
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
    tx::Tx,
    whole::Whole,
};

/// A concern for every side.
#[derive(InputObject)]
pub struct ShareConcernInput {
    /// The concern.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Last day on which an answer is in time; `null` for none. Where the day of before has passed, another one.
    respond_by: Patch<Date>,
}

/// Lets every side read a concern.
#[derive(Default)]
pub struct ShareConcern;

#[Object]
impl ShareConcern {
    /// Lets every side read a concern that only your side read so far. What your side answered to itself is not shown to the
    /// others: it is taken off, and another side is asked. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::ConcernRaise))]
    async fn share_concern(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The concern.")] input: ShareConcernInput,
    ) -> Result<Whole<Concern>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { share(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn share(tx: &mut Tx, input: ShareConcernInput) -> Result<Id> {
    let (side, before) = begin(tx, input.id, input.side_id, input.expected_version).await?;
    rules::who_raised_it(&before, side)?;
    if before.anonymous {
        tx.stays_unnamed();
    }
    if before.audience == ConcernAudience::Partnership {
        return Err(Error::refused(&rules::IT_IS_SHARED).field("id"));
    }
    about_what_all_see(tx, before.partnership_id, before.about_id).await?;
    let step = rules::LIFECYCLE.step(before.state, "shareConcern")?;
    let mut respond_by = before.respond_by;
    input.respond_by.apply(&mut respond_by);
    // The others are not late for what they could not read.
    rules::respond_by_is_ahead(respond_by, tx.now())?;
    let after = concern::Model {
        state: step.to,
        respond_by,
        audience: ConcernAudience::Partnership,
        // What the side said to itself is not for the others.
        answer: None,
        answered_by_side: None,
        answered_at: None,
        ..before.clone()
    };
    Ok(tx.update("concern.shared", &before, after).await?.id)
}
