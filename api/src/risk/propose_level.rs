use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Kind, Right,
    value::{ConsentAction, Impact, Likelihood, Text},
};
use serde_json::json;

use super::{assess, matrix::Matrix, rules};
use crate::{
    consents::{self, ConsentRequest},
    partnerships,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// A joint level to agree on. Score and level are computed by the server.
#[derive(InputObject)]
pub struct ProposeLevelInput {
    /// The risk.
    risk_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// How likely, 1 to 5.
    likelihood: Likelihood,
    /// How much harm, 1 to 5.
    impact: Impact,
    /// Why every side can live with it.
    rationale: Text,
}

/// Proposes a joint level.
#[derive(Default)]
pub struct ProposeLevel;

#[Object]
impl ProposeLevel {
    /// Asks every side to agree on one likelihood and impact. An earlier proposal is void. There is no joint level without
    /// the consent of every side. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::RiskAssess))]
    async fn propose_level(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The joint level.")] input: ProposeLevelInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeLevelInput) -> Result<Id> {
    let (partnership, side, risk) = assess::begin(tx, input.risk_id, input.side_id).await?;
    let views = assess::current_views(tx, risk.id).await?;
    let spoke: Vec<Id> = views.iter().map(|view| view.side_id).collect();
    let missing = rules::sides_missing(&partnerships::side_ids(tx, partnership.id).await?, &spoke);
    if !missing.is_empty() {
        return Err(Error::waits_for(&rules::EVERY_SIDE_HAS_SPOKEN, "riskId", &missing));
    }
    rules::LIFECYCLE.step(risk.state, "agree")?;
    let content = BTreeMap::from([
        ("risk", json!(risk.id)),
        ("likelihood", json!(input.likelihood.get())),
        ("impact", json!(input.impact.get())),
        ("matrixVersion", json!(Matrix::current().version()?)),
        ("rationale", json!(input.rationale)),
        ("perceptions", json!(views.iter().map(|view| view.id).collect::<Vec<_>>())),
    ]);
    let subject = consents::Subject {
        partnership: partnership.id,
        kind: Kind::Risk,
        id: risk.id,
        action: ConsentAction::AgreeRiskLevel,
    };
    Ok(consents::ask(tx, subject, side, content).await?.id)
}
