use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, benefit,
    value::{BenefitHorizon, Text},
};

use super::Benefit;
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A benefit of your side.
#[derive(InputObject)]
pub struct NameBenefitInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// When your side gains it.
    horizon: BenefitHorizon,
    /// What it gains.
    text: Text,
}

/// Names a benefit.
#[derive(Default)]
pub struct NameBenefit;

#[Object]
impl NameBenefit {
    /// Names what your side gains from the partnership. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn name_benefit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The benefit.")] input: NameBenefitInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Benefit>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { name(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn name(tx: &mut Tx, input: NameBenefitInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;

    let (id, now) = (tx.id(), tx.now());
    let row = benefit::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        horizon: input.horizon,
        text: input.text,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("benefit.named", row).await?.id)
}
