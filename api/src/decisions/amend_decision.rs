use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, decision,
    value::{ConsentAction, Patch, Text, Title},
};

use super::{Decision, begin, rules};
use crate::{
    organisations::cleared,
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A change of a proposed decision.
#[derive(InputObject)]
pub struct AmendDecisionInput {
    /// The decision.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What is decided, in short.
    title: Patch<Title>,
    /// What is decided.
    description: Patch<Text>,
    /// How it affects each side and its people.
    effects: Patch<Text>,
    /// What else was thought of, and why not that.
    alternatives: Patch<Text>,
}

/// Edits a proposed decision.
#[derive(Default)]
pub struct AmendDecision;

#[Object]
impl AmendDecision {
    /// Edits a proposed decision, whichever side proposed it. What was consented so far is void, and every side is asked
    /// anew. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn amend_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: AmendDecisionInput,
    ) -> Result<Whole<Decision>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { amend(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn amend(tx: &mut Tx, input: AmendDecisionInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<decision::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    rules::LIFECYCLE.step(before.state, "amendDecision")?;
    let mut after = before.clone();
    cleared("title", input.title.apply_required(&mut after.title))?;
    cleared("description", input.description.apply_required(&mut after.description))?;
    cleared("effects", input.effects.apply_required(&mut after.effects))?;
    input.alternatives.apply(&mut after.alternatives);
    let after = tx.update("decision.amended", &before, after).await?;
    begin::ask(tx, &after, ConsentAction::MakeDecision, side).await?;

    Ok(after.id)
}
