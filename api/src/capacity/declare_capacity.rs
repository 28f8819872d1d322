use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, capacity_declaration,
    value::{Text, Title},
};
use sea_orm::{ColumnTrait, Condition};

use super::CapacityDeclaration;
use crate::{
    catalogue, partnerships,
    platform::{error::Result, gate::Ask, restate::supersede, sdl::requires, tx::Tx, whole::Whole},
};

/// A declaration of your side.
#[derive(InputObject)]
pub struct DeclareCapacityInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Code of the framework element that it is about, from the catalogue `FRAMEWORK_ELEMENTS`.
    element: Title,
    /// What your side can do, and what it cannot.
    text: Text,
}

/// Declares capacity.
#[derive(Default)]
pub struct DeclareCapacity;

#[Object]
impl DeclareCapacity {
    /// Says what your side can do and what it cannot, by framework element. What it said before is kept as history; nobody
    /// says it for another side. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn declare_capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The declaration.")] input: DeclareCapacityInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<CapacityDeclaration>> {
        let caller = ctx.caller()?;
        catalogue::element_is_known(ctx, "element", Some(&input.element))?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { declare(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn declare(tx: &mut Tx, input: DeclareCapacityInput) -> Result<Id> {
    use capacity_declaration::Column;
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    let known = Condition::all()
        .add(Column::SideId.eq(side))
        .add(Column::Element.eq(input.element.as_str()))
        .add(Column::Current.eq(true));
    let revision = supersede::<capacity_declaration::Model>(tx, known, "capacity.superseded").await?;
    let (id, now) = (tx.id(), tx.now());
    let row = capacity_declaration::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        element: input.element,
        text: input.text,
        revision,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("capacity.declared", row).await?.id)
}
