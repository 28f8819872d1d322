//! The security library: guidance, tools, templates, policies and lessons that organisations share, in the languages of their people.
//!
//! An organisation says who finds what it puts there. What was made of the item of another organisation is found by nobody who does
//! not find that item.

mod add_library_item;
mod begin;
mod library_item;
mod missing;
pub mod rules;
mod share_library_item;
mod withdraw_library_item;

pub use library_item::{LibraryItem, LibraryItemConnection};

/// Commands of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct LibraryMutations(
    add_library_item::AddLibraryItem,
    share_library_item::ShareLibraryItem,
    withdraw_library_item::WithdrawLibraryItem,
);

/// Queries of this capability.
#[derive(async_graphql::MergedObject, Default)]
pub struct LibraryRootQueries(library_item::LibraryQueries);
