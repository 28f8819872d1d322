use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, srm_role,
    value::{Text, Title},
};

use super::SrmRole;
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A role of your side.
#[derive(InputObject)]
pub struct NameSrmRoleInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Who it is: a name or, where a name is dangerous, a function.
    shown_as: Title,
    /// What they are responsible for.
    responsibility: Text,
}

/// Names who does what.
#[derive(Default)]
pub struct NameSrmRole;

#[Object]
impl NameSrmRole {
    /// Names who does what for security risk management on your side. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn name_srm_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role.")] input: NameSrmRoleInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<SrmRole>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { name(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn name(tx: &mut Tx, input: NameSrmRoleInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;

    let (id, now) = (tx.id(), tx.now());
    let row = srm_role::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        shown_as: input.shown_as,
        responsibility: input.responsibility,
        ended_at: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("srm_role.named", row).await?.id)
}
