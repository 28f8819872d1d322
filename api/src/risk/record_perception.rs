use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, risk, risk_perception,
    value::{Impact, Likelihood, Text},
};

use super::{
    Risk,
    assess::{self, Assessment, Levels},
    rules::{self, LIFECYCLE, View},
};
use crate::{
    consents, partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// How one side sees a risk. Score and level are computed by the server.
#[derive(InputObject)]
pub struct RecordPerceptionInput {
    /// The risk.
    risk_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// How likely, 1 to 5.
    likelihood: Likelihood,
    /// How much harm, 1 to 5.
    impact: Impact,
    /// Why your side sees it so.
    rationale: Text,
}

/// Records how a side sees a risk.
#[derive(Default)]
pub struct RecordPerception;

#[Object]
impl RecordPerception {
    /// Records how your side sees a risk. An earlier view of your side is kept as history; a proposed joint level is void.
    /// Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::RiskAssess))]
    async fn record_perception(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The view of your side.")] input: RecordPerceptionInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Risk>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { perceive(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn perceive(tx: &mut Tx, input: RecordPerceptionInput) -> Result<Id> {
    let (partnership, side, risk) = assess::begin(tx, input.risk_id, input.side_id).await?;
    let mut views = assess::current_views(tx, risk.id).await?;
    let before = views.iter().position(|view| view.side_id == side).map(|at| views.remove(at));
    if let Some(before) = &before {
        if (before.likelihood, before.impact) == (input.likelihood, input.impact) && before.rationale == input.rationale
        {
            return Ok(risk.id);
        }
        let mut after = before.clone();
        after.current = false;
        tx.update("risk.perception_superseded", before, after).await?;
    }
    let (id, now) = (tx.id(), tx.now());
    let row = risk_perception::Model {
        id,
        partnership_id: partnership.id,
        risk_id: risk.id,
        side_id: side,
        likelihood: input.likelihood,
        impact: input.impact,
        rationale: input.rationale,
        revision: before.map_or(1, |before| before.revision + 1),
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    views.push(tx.insert("risk.perception_recorded", row).await?);
    let view = View { likelihood: input.likelihood, impact: input.impact };
    let levels = assess::levels(tx, risk.id, Some(side)).await?;
    let previous = levels.of_side.clone();
    let assessment = Assessment { view, side: Some(side), provisional: false, based_on: &[id], previous };
    assess::record(tx, &risk, assessment).await?;
    // What a joint level was proposed on has changed.
    consents::void(tx, risk.id).await?;
    settle(tx, &risk, &views, levels).await?;
    Ok(risk.id)
}

/// Moves the risk to where the views of its sides lead.
async fn settle(tx: &mut Tx, risk: &risk::Model, views: &[risk_perception::Model], before: Levels) -> Result<()> {
    let spoke: Vec<Id> = views.iter().map(|view| view.side_id).collect();
    let missing = rules::sides_missing(&partnerships::side_ids(tx, risk.partnership_id).await?, &spoke);
    let seen: Vec<View> = views.iter().map(|view| View { likelihood: view.likelihood, impact: view.impact }).collect();
    let verdict = if missing.is_empty() { rules::verdict(&seen) } else { "aSideIsMissing" };
    let step = LIFECYCLE.step(risk.state, verdict)?;
    let level = if missing.is_empty() { rules::in_effect(before.agreed, &seen) } else { None };
    let based_on: Vec<Id> = views.iter().map(|view| view.id).collect();
    assess::put_in_effect(tx, risk, step.to, level, before.in_effect, &based_on).await
}
