use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, srm_role};

use super::{SrmRole, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A role to end.
#[derive(InputObject)]
pub struct EndSrmRoleInput {
    /// The role.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
}

/// Ends a role.
#[derive(Default)]
pub struct EndSrmRole;

#[Object]
impl EndSrmRole {
    /// Says that somebody is not responsible any more. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn end_srm_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role.")] input: EndSrmRoleInput,
    ) -> Result<Whole<SrmRole>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { end(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn end(tx: &mut Tx, input: EndSrmRoleInput) -> Result<Id> {
    let (side, before) =
        partnerships::begin_on::<srm_role::Model>(tx, input.id, input.side_id, input.expected_version).await?;
    partnerships::rules::who_said_it(before.side_id, side)?;
    rules::role_is_held(&before)?;
    let after = srm_role::Model { ended_at: Some(tx.now()), ..before.clone() };
    Ok(tx.update("srm_role.ended", &before, after).await?.id)
}
