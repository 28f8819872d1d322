use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, capacity_need,
    value::{NeedState, Text, Title},
};

use super::{CapacityNeed, begin};
use crate::{
    catalogue, partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A need.
#[derive(InputObject)]
pub struct ProposeCapacityNeedInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The side whose need it is.
    for_side_id: Id,
    /// Code of the framework element that it belongs to, from the catalogue `FRAMEWORK_ELEMENTS`.
    element: Title,
    /// What is needed, in short.
    title: Title,
    /// What is needed, for whom, and why.
    description: Text,
}

/// Proposes a need.
#[derive(Default)]
pub struct ProposeCapacityNeed;

#[Object]
impl ProposeCapacityNeed {
    /// Proposes what a side needs to learn or to get. It is a need when every side consents. Codes: NOT_FOUND, FORBIDDEN,
    /// VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn propose_capacity_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] input: ProposeCapacityNeedInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<CapacityNeed>> {
        let caller = ctx.caller()?;
        catalogue::element_is_known(ctx, "element", Some(&input.element))?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeCapacityNeedInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    begin::is_a_side(tx, partnership.id, "forSideId", Some(input.for_side_id)).await?;
    let (id, now) = (tx.id(), tx.now());
    let row = capacity_need::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        for_side_id: input.for_side_id,
        element: input.element,
        title: input.title,
        description: input.description,
        state: NeedState::Proposed,
        closing: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let row = tx.insert("capacity_need.proposed", row).await?;
    begin::ask(tx, &row, side).await?;
    Ok(row.id)
}
