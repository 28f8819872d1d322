use async_graphql::{Context, InputObject, Object};
use entity::{Id, Kind, Right, partnership, value::ConsentAction};

use super::{Partnership, rules, side::sides};
use crate::{
    consents,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        whole::Whole,
    },
};

/// A draft to put to every side.
#[derive(InputObject)]
pub struct ProposePartnershipInput {
    /// The partnership.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Puts a draft to every side.
#[derive(Default)]
pub struct ProposePartnership;

#[Object]
impl ProposePartnership {
    /// Puts a draft to every side and asks each for its consent. From now on every side sees it. A proposed one that was refused is
    /// asked about anew. Codes: NOT_FOUND,
    /// FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::PartnershipPropose))]
    async fn propose_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft.")] input: ProposePartnershipInput,
    ) -> Result<Whole<Partnership>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: partnership::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
                    let side = tx.act_for_side(before.id, input.side_id).await?;
                    let step = rules::LIFECYCLE.step(before.state, "proposePartnership")?;
                    if !rules::agreement_stated(&before) {
                        return Err(Error::refused(&rules::AGREEMENT_STATED).field("agreementRef"));
                    }
                    let sides = sides(tx, before.id).await?;
                    let mut after = before.clone();
                    after.state = step.to;
                    after.proposed_at = before.proposed_at.or(Some(tx.now()));
                    let after = tx.update("partnership.proposed", &before, after).await?;
                    let subject = consents::Subject {
                        partnership: after.id,
                        kind: Kind::Partnership,
                        id: after.id,
                        action: ConsentAction::ActivatePartnership,
                    };
                    consents::ask(tx, subject, side, rules::content(&after, &sides)).await?;
                    Ok(after.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
