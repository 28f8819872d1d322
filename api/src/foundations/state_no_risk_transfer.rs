use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, no_risk_transfer, risk_transfer,
    value::{RiskTransferState, Text},
};
use sea_orm::{ColumnTrait, Condition};

use super::{NoRiskTransfer, begin, rules};
use crate::platform::{
    caller::Sort,
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
    tx::Tx,
    whole::Whole,
};

/// A statement that there is none.
#[derive(InputObject)]
pub struct StateNoRiskTransferInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// How your side looked, and with whom.
    statement: Text,
}

/// States that there is none.
#[derive(Default)]
pub struct StateNoRiskTransfer;

#[Object]
impl StateNoRiskTransfer {
    /// States that your side looked for transferred risk and found none. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::FoundationsKeep))]
    async fn state_no_risk_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The statement.")] input: StateNoRiskTransferInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<NoRiskTransfer>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { state(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn state(tx: &mut Tx, input: StateNoRiskTransferInput) -> Result<Id> {
    use risk_transfer::Column;
    let (partnership, side) = begin::act(tx, input.partnership_id, input.side_id).await?;
    let named = Condition::all()
        .add(Column::PartnershipId.eq(partnership.id))
        .add(Column::SideId.eq(side))
        .add(Column::State.ne(RiskTransferState::Closed));
    if tx.first::<risk_transfer::Model>(named, &Sort::asc(Column::CreatedAt)).await?.is_some() {
        return Err(Error::refused(&rules::TRANSFER_IS_NAMED).field("partnershipId"));
    }
    if let Some(before) = begin::none_stated(tx, side).await? {
        let after = no_risk_transfer::Model { current: false, ..before.clone() };
        tx.update("risk_transfer.none_superseded", &before, after).await?;
    }
    let (id, now) = (tx.id(), tx.now());
    let row = no_risk_transfer::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        statement: input.statement,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("risk_transfer.none_stated", row).await?.id)
}
