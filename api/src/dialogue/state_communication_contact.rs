use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, communication_contact,
    value::{Text, Title},
};
use sea_orm::{ColumnTrait, Condition};

use super::CommunicationContact;
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, restate::supersede, sdl::requires, tx::Tx, whole::Whole},
};

/// A contact of your side.
#[derive(InputObject)]
pub struct StateCommunicationContactInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Who it is: a name or, where a name is dangerous, a function.
    shown_as: Title,
    /// How, and at what hours, they are reached.
    reach: Text,
}

/// Names whom the others ask.
#[derive(Default)]
pub struct StateCommunicationContact;

#[Object]
impl StateCommunicationContact {
    /// Names whom the others ask on your side about security. What your side named before is kept as history. Codes:
    /// NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn state_communication_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact.")] input: StateCommunicationContactInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<CommunicationContact>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { state(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn state(tx: &mut Tx, input: StateCommunicationContactInput) -> Result<Id> {
    use communication_contact::Column;
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    let known = Condition::all().add(Column::SideId.eq(side)).add(Column::Current.eq(true));
    let revision = supersede::<communication_contact::Model>(tx, known, "communication_contact.superseded").await?;
    let (id, now) = (tx.id(), tx.now());
    let row = communication_contact::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        shown_as: input.shown_as,
        reach: input.reach,
        revision,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("communication_contact.stated", row).await?.id)
}
