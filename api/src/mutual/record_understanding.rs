use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, understanding,
    value::{Text, UnderstandingStatus, UnderstandingTopic},
};
use sea_orm::{ColumnTrait, Condition};

use super::{Understanding, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, restate::supersede, sdl::requires, tx::Tx, whole::Whole},
};

/// What your side understands.
#[derive(InputObject)]
pub struct RecordUnderstandingInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The side that it is about.
    of_side_id: Id,
    /// What it is about.
    topic: UnderstandingTopic,
    /// How far your side understands, and whether it agrees.
    status: UnderstandingStatus,
    /// What is not clear, or not agreed with.
    note: Option<Text>,
}

/// Says how far another side is understood.
#[derive(Default)]
pub struct RecordUnderstanding;

#[Object]
impl RecordUnderstanding {
    /// Says how far your side understands another one, and whether it is at ease with it. What it said before is kept as
    /// history. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn record_understanding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it understands.")] input: RecordUnderstandingInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Understanding>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { record(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn record(tx: &mut Tx, input: RecordUnderstandingInput) -> Result<Id> {
    use understanding::Column;
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    let sides = partnerships::side_ids(tx, partnership.id).await?;
    rules::of_another_side(&sides, side, input.of_side_id)?;
    let known = Condition::all()
        .add(Column::SideId.eq(side))
        .add(Column::OfSideId.eq(input.of_side_id))
        .add(Column::Topic.eq(input.topic))
        .add(Column::Current.eq(true));
    let revision = supersede::<understanding::Model>(tx, known, "understanding.superseded").await?;
    let (id, now) = (tx.id(), tx.now());
    let row = understanding::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        of_side_id: input.of_side_id,
        topic: input.topic,
        status: input.status,
        note: input.note,
        revision,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("understanding.recorded", row).await?.id)
}
