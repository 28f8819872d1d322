use async_graphql::{Context, Object};
use entity::{Id, Right, sharing_protocol, value::ProtocolState};

use super::{SharingProtocol, effects, rules};
use crate::{
    consents,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::is_at,
        whole::Whole,
    },
};

/// Ends what is shared.
#[derive(Default)]
pub struct EndSharingProtocol;

#[Object]
impl EndSharingProtocol {
    /// Ends what is shared: any side may, alone and at once. Everything that was released under it is released no more.
    /// Codes: NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentRelease))]
    async fn end_sharing_protocol(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The protocol.")] id: Id,
        #[graphql(desc = "The version you read.")] expected_version: i32,
        #[graphql(desc = "The side you act for, where you stand on more than one.")] side_id: Option<Id>,
    ) -> Result<Whole<SharingProtocol>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let (_, before): (_, sharing_protocol::Model) =
                        tx.lock_within(id, "id", sharing_protocol::Column::PartnershipId).await?;
                    is_at(&before, expected_version)?;
                    tx.act_for_side(before.partnership_id, side_id).await?;
                    if !matches!(before.state, ProtocolState::Proposed | ProtocolState::InEffect) {
                        return Err(Error::refused(&rules::PROTOCOL_IN_EFFECT).field("id"));
                    }
                    consents::void(tx, before.id).await?;
                    effects::finish_protocol(tx, &before, ProtocolState::Ended).await?;
                    Ok(before.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
