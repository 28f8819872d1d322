//! What happens to a risk when every side consented to a joint level.

use entity::{
    consent_request, risk,
    value::{Impact, Likelihood},
};

use super::{
    assess,
    rules::{LIFECYCLE, View},
};
use crate::{
    partnerships,
    platform::{
        error::{Error, Result},
        tx::Tx,
    },
};

/// The agreed likelihood and impact become the joint level.
pub async fn agree(tx: &mut Tx, request: &consent_request::Model) -> Result<()> {
    let (partnership, risk): (_, risk::Model) =
        tx.lock_within(request.subject_id, "requestId", risk::Column::PartnershipId).await?;
    partnerships::rules::partnership_is_living(partnership.state)?;
    let step = LIFECYCLE.step(risk.state, "agree")?;
    let content: serde_json::Value =
        serde_json::from_str(&request.content).map_err(|e| Error::internal(e.to_string()))?;
    let point = |name: &str| {
        content
            .get(name)
            .and_then(serde_json::Value::as_i64)
            .ok_or_else(|| Error::internal(format!("{name} is missing")))
    };
    let view = View {
        likelihood: Likelihood::new(point("likelihood")?).map_err(|v| Error::internal(v.message))?,
        impact: Impact::new(point("impact")?).map_err(|v| Error::internal(v.message))?,
    };
    let before = assess::levels(tx, risk.id, None).await?.in_effect;
    assess::put_in_effect(tx, &risk, step.to, Some((view, false)), before, &[request.id]).await
}
