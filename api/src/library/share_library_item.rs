use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, library_item, value::LibraryVisibility};

use super::{LibraryItem, begin};
use crate::platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole};

/// Who finds an item.
#[derive(InputObject)]
pub struct ShareLibraryItemInput {
    /// The item.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// Who finds it from now on.
    visibility: LibraryVisibility,
    /// The partnership that it is shared with, where it is for one.
    partnership_id: Option<Id>,
}

/// Changes who finds an item.
#[derive(Default)]
pub struct ShareLibraryItem;

#[Object]
impl ShareLibraryItem {
    /// Changes who finds an item of your organisation, with its earlier editions. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::LibraryKeep))]
    async fn share_library_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item.")] input: ShareLibraryItemInput,
    ) -> Result<Whole<LibraryItem>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { share(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn share(tx: &mut Tx, input: ShareLibraryItemInput) -> Result<Id> {
    let before = begin::own_item(tx, input.id, input.expected_version).await?;
    begin::shared_with_own(tx, before.organisation_id, input.visibility, input.partnership_id).await?;
    let organisation = before.organisation_id;
    let sources = begin::origins(&before);
    begin::fits_its_sources(tx, organisation, sources, input.visibility, input.partnership_id).await?;
    for edition in begin::editions(tx, &before).await? {
        let after = library_item::Model {
            visibility: input.visibility,
            partnership_id: input.partnership_id,
            ..edition.clone()
        };
        tx.update("library_item.shared", &edition, after).await?;
    }
    Ok(before.id)
}
