use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, SpaceRef, library_item,
    value::{LanguageTag, LibraryKind, LibraryVisibility, Text, Title},
};

use super::{LibraryItem, begin, rules};
use crate::platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole};

/// A library item.
#[derive(InputObject)]
pub struct AddLibraryItemInput {
    /// Your organisation.
    organisation_id: Id,
    /// Who finds it.
    visibility: LibraryVisibility,
    /// The partnership that it is shared with, where it is for one.
    partnership_id: Option<Id>,
    /// What it is.
    kind: LibraryKind,
    /// Title, in its language.
    title: Title,
    /// What it is for.
    description: Text,
    /// Its language.
    language: LanguageTag,
    /// Where it is found: an address that begins with https.
    link: Option<Text>,
    /// Which edition it is.
    edition: Option<Title>,
    /// Who may use it, and how.
    rights: Text,
    /// The item that it is a translation of.
    translation_of_id: Option<Id>,
    /// The item that it was adapted from.
    adapted_from_id: Option<Id>,
    /// The edition that it takes the place of, one of your organisation.
    replaces_id: Option<Id>,
}

/// Puts an item into the library.
#[derive(Default)]
pub struct AddLibraryItem;

#[Object]
impl AddLibraryItem {
    /// Puts an item into the library in the name of your organisation: something new, a translation, an adaptation, or a new
    /// edition. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::LibraryKeep))]
    async fn add_library_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item.")] input: AddLibraryItemInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<LibraryItem>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { add(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn add(tx: &mut Tx, input: AddLibraryItemInput) -> Result<Id> {
    tx.authorise(SpaceRef::organisation(input.organisation_id)).await?;
    rules::link(input.link.as_ref())?;
    begin::shared_with_own(tx, input.organisation_id, input.visibility, input.partnership_id).await?;
    let origin = begin::origin(tx, input.translation_of_id, input.adapted_from_id, input.replaces_id).await?;
    begin::fits_its_origin(tx, input.organisation_id, &input.language, &origin).await?;
    let sources = origin.source.iter().map(|source| source.id);
    begin::fits_its_sources(tx, input.organisation_id, sources, input.visibility, input.partnership_id).await?;
    let work_id = origin.work();
    if let Some(before) = origin.replaced() {
        let after = library_item::Model { current: false, ..before.clone() };
        tx.update("library_item.superseded", before, after).await?;
    }
    let (id, now) = (tx.id(), tx.now());
    let row = library_item::Model {
        id,
        organisation_id: input.organisation_id,
        partnership_id: input.partnership_id,
        work_id: work_id.unwrap_or(id),
        adapted_from_id: input.adapted_from_id,
        previous_id: input.replaces_id,
        visibility: input.visibility,
        kind: input.kind,
        title: input.title,
        description: input.description,
        language: input.language,
        link: input.link,
        edition: input.edition,
        rights: input.rights,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("library_item.added", row).await?.id)
}
