use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, partnership, threat,
    value::{Scale, Text, ThreatKind, Title},
};

use super::{Threat, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, whole::Whole},
};

/// A threat that a partnership looks at.
#[derive(InputObject)]
pub struct IdentifyThreatInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Short name.
    title: Title,
    /// Kind.
    kind: ThreatKind,
    /// What is known.
    description: Option<Text>,
    /// Mind-set of human actors. Required for HUMAN, refused for others.
    mind_set: Option<Scale>,
    /// Capability of human actors. Required for HUMAN, refused for others.
    capability: Option<Scale>,
    /// How far the context lets human actors act. Required for HUMAN, refused for others.
    context: Option<Scale>,
}

/// Names a threat.
#[derive(Default)]
pub struct IdentifyThreat;

#[Object]
impl IdentifyThreat {
    /// Names a threat. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::RiskEdit))]
    async fn identify_threat(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The threat.")] input: IdentifyThreatInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Threat>> {
        rules::human_threat_components(input.kind, input.mind_set, input.capability, input.context)?;
        let caller = ctx.caller()?;
        let id = caller
            .command_once(ctx, idempotency_key, |tx| {
                Box::pin(async move {
                    let partnership: partnership::Model = tx.lock(input.partnership_id, "partnershipId").await?;
                    tx.act_for_side(partnership.id, input.side_id).await?;
                    partnerships::rules::partnership_is_living(partnership.state)?;
                    let (id, now) = (tx.id(), tx.now());
                    let row = threat::Model {
                        id,
                        partnership_id: partnership.id,
                        title: input.title,
                        kind: input.kind,
                        description: input.description,
                        mind_set: input.mind_set,
                        capability: input.capability,
                        context: input.context,
                        created_by: id,
                        created_at: now,
                        updated_at: now,
                        version: 1,
                    };
                    Ok(tx.insert("threat.identified", row).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
