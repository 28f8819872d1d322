use super::missing::{MissingTranslation, missing_translations};
use crate::{
    organisations::Organisation,
    partnerships::Partnership,
    platform::{
        caller::Sort, error::Result, gate::Ask, object::object, page::Paging, page::connection, sdl::requires,
        whole::Whole,
    },
};
use async_graphql::{Context, Object};
use entity::{
    Id, Right, library_item,
    value::{LanguageTag, LibraryKind},
};
use sea_orm::{ColumnTrait, Condition};

object! {
 /// A piece of guidance, a tool, a template, a policy or a lesson that an organisation shares (L-01 to L-04; `[001]` Supporting
 /// resources; `[000]` recommendation 4).
 LibraryItem, library_item::Model {
     /// The partnership.
     partnership: One<Partnership> by library_item::Column::PartnershipId;
     /// The organisation that put it there.
     organisation: One<Organisation> by library_item::Column::OrganisationId;
     /// The first item of the same work: its translations and editions name the same one.
     work: One<LibraryItem> by library_item::Column::WorkId;
     /// The item that it was adapted from.
     adapted_from: One<LibraryItem> by library_item::Column::AdaptedFromId;
     /// The edition before it.
     previous: One<LibraryItem> by library_item::Column::PreviousId;
     /// The same work in other languages.
     translations: Many<LibraryItem> by library_item::Column::WorkId, asc library_item::Column::CreatedAt,
         if library_item::Column::Current.eq(true);
 }
}
connection!(
    LibraryItemConnection,
    LibraryItemEdge,
    LibraryItem,
    library_item::Model,
    "A page of library items.",
    "An item in a list."
);

/// Queries of the library.
#[derive(Default)]
pub struct LibraryQueries;

#[Object]
impl LibraryQueries {
    /// The library items that you find, newest first: those of your organisation, those shared in your partnerships, and
    /// those for
    /// everybody. Earlier editions stand behind `previous`.
    #[graphql(directive = requires::apply(Right::LibraryRead))]
    async fn library_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Shared in this partnership.")] partnership_id: Option<Id>,
        #[graphql(desc = "Of this kind.")] kind: Option<LibraryKind>,
        #[graphql(desc = "In this language.")] language: Option<LanguageTag>,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Whole<LibraryItemConnection>> {
        use library_item::Column;
        let language = language.map(|tag| tag.as_str().to_owned());
        let list = format!("libraryItems:{partnership_id:?}:{kind:?}:{language:?}");
        let filter = Condition::all()
            .add(Column::Current.eq(true))
            .add_option(partnership_id.map(|id| Column::PartnershipId.eq(id)))
            .add_option(kind.map(|kind| Column::Kind.eq(kind)))
            .add_option(language.map(|tag| Column::Language.eq(tag)));
        let paging = Paging { first, after, last, before };
        ctx.caller()?.answer_page::<LibraryItem, _>(ctx, &list, filter, Sort::desc(Column::CreatedAt), &paging).await
    }

    /// What the library of a partnership lacks in the languages of its sides.
    #[graphql(directive = requires::apply(Right::LibraryRead))]
    async fn missing_translations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partnership.")] partnership_id: Id,
    ) -> Result<Vec<MissingTranslation>> {
        missing_translations(ctx.caller()?, partnership_id).await
    }
}
