use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, duty_of_care_statement, value::Text};
use sea_orm::{ColumnTrait, Condition};

use super::{DutyOfCareStatement, begin, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, restate::supersede, sdl::requires, tx::Tx, whole::Whole},
};

/// What your side owes another.
#[derive(InputObject)]
pub struct StateDutyOfCareInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The side to which it is owed.
    to_side_id: Id,
    /// What the law or a contract demands.
    legal: Option<Text>,
    /// True to state that there is none.
    #[graphql(default)]
    no_legal_duty: bool,
    /// What your side holds itself to beyond the law.
    moral: Option<Text>,
    /// True to state that there is none.
    #[graphql(default)]
    no_moral_duty: bool,
}

/// States a duty of care.
#[derive(Default)]
pub struct StateDutyOfCare;

#[Object]
impl StateDutyOfCare {
    /// States what your side owes another to keep its people from harm: the legal and the moral part, each of them stated
    /// or stated to be none. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::FoundationsKeep))]
    async fn state_duty_of_care(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The statement.")] input: StateDutyOfCareInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<DutyOfCareStatement>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { state(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn state(tx: &mut Tx, input: StateDutyOfCareInput) -> Result<Id> {
    use duty_of_care_statement::Column;
    rules::none_is_said("legal", input.legal.as_ref(), input.no_legal_duty)?;
    rules::none_is_said("moral", input.moral.as_ref(), input.no_moral_duty)?;
    let (partnership, side) = begin::act(tx, input.partnership_id, input.side_id).await?;
    rules::between_two_sides(&partnerships::side_ids(tx, partnership.id).await?, side, input.to_side_id)?;
    let known = Condition::all()
        .add(Column::SideId.eq(side))
        .add(Column::ToSideId.eq(input.to_side_id))
        .add(Column::Current.eq(true));
    let revision = supersede::<duty_of_care_statement::Model>(tx, known, "duty_of_care.superseded").await?;
    let (id, now) = (tx.id(), tx.now());
    let row = duty_of_care_statement::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        to_side_id: input.to_side_id,
        legal: input.legal,
        moral: input.moral,
        revision,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("duty_of_care.stated", row).await?.id)
}
