use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, risk_attitude,
    value::{RiskAppetite, RiskType, Text},
};
use sea_orm::{ColumnTrait, Condition};

use super::{RiskAttitude, begin};
use crate::platform::{error::Result, gate::Ask, restate::supersede, sdl::requires, tx::Tx, whole::Whole};

/// A risk attitude of your side.
#[derive(InputObject)]
pub struct RecordRiskAttitudeInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The type of risk.
    risk_type: RiskType,
    /// How much of it your side is ready to take.
    appetite: RiskAppetite,
    /// What that means, in the words of your side.
    statement: Text,
}

/// Says how much risk a side is ready to take.
#[derive(Default)]
pub struct RecordRiskAttitude;

#[Object]
impl RecordRiskAttitude {
    /// Says how much risk of a type your side is ready to take. What it said before is kept as history. Codes: NOT_FOUND,
    /// FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::FoundationsKeep))]
    async fn record_risk_attitude(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The attitude.")] input: RecordRiskAttitudeInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<RiskAttitude>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { record(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn record(tx: &mut Tx, input: RecordRiskAttitudeInput) -> Result<Id> {
    use risk_attitude::Column;
    let (partnership, side) = begin::act(tx, input.partnership_id, input.side_id).await?;
    let known = Condition::all()
        .add(Column::SideId.eq(side))
        .add(Column::RiskType.eq(input.risk_type))
        .add(Column::Current.eq(true));
    let revision = supersede::<risk_attitude::Model>(tx, known, "risk_attitude.superseded").await?;
    let (id, now) = (tx.id(), tx.now());
    let row = risk_attitude::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        risk_type: input.risk_type,
        appetite: input.appetite,
        statement: input.statement,
        revision,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("risk_attitude.recorded", row).await?.id)
}
