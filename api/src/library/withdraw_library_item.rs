use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, library_item, value::LibraryVisibility};

use super::{LibraryItem, begin};
use crate::platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole};

/// An item to take back.
#[derive(InputObject)]
pub struct WithdrawLibraryItemInput {
    /// The item.
    id: Id,
    /// The version you read.
    expected_version: i32,
}

/// Takes an item back.
#[derive(Default)]
pub struct WithdrawLibraryItem;

#[Object]
impl WithdrawLibraryItem {
    /// Takes an item of your organisation back, with its earlier editions: nobody else finds it any more. What others made of it
    /// under its rights stays theirs. Codes: NOT_FOUND, FORBIDDEN, CONFLICT,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::LibraryKeep))]
    async fn withdraw_library_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item.")] input: WithdrawLibraryItemInput,
    ) -> Result<Whole<LibraryItem>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { withdraw(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn withdraw(tx: &mut Tx, input: WithdrawLibraryItemInput) -> Result<Id> {
    let before = begin::own_item(tx, input.id, input.expected_version).await?;
    for edition in begin::editions(tx, &before).await? {
        let after = library_item::Model {
            visibility: LibraryVisibility::Organisation,
            partnership_id: None,
            current: false,
            ..edition.clone()
        };
        tx.update("library_item.withdrawn", &edition, after).await?;
    }
    Ok(before.id)
}
