use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, strength,
    value::{Text, Title},
};

use super::Strength;
use crate::{
    catalogue, partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A strength of your side.
#[derive(InputObject)]
pub struct NameStrengthInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Code of the framework element that it belongs to, from the catalogue `FRAMEWORK_ELEMENTS`.
    element: Option<Title>,
    /// What your side is good at.
    text: Text,
}

/// Names a strength.
#[derive(Default)]
pub struct NameStrength;

#[Object]
impl NameStrength {
    /// Names what your side is good at, for the others to build on. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn name_strength(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The strength.")] input: NameStrengthInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Strength>> {
        let caller = ctx.caller()?;
        catalogue::element_is_known(ctx, "element", input.element.as_ref())?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { name(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn name(tx: &mut Tx, input: NameStrengthInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;

    let (id, now) = (tx.id(), tx.now());
    let row = strength::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        element: input.element,
        text: input.text,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("strength.named", row).await?.id)
}
