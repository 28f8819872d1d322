//! Rules of the security library. Pure functions.

use entity::{
    Id, library_item,
    value::{LibraryVisibility, Text},
};

use crate::platform::error::{Error, Result, Rule};

/// Who finds an item fits the partnership that is named (L-01).
pub const PARTNERSHIP_IS_NAMED: Rule = Rule {
    key: "PARTNERSHIP_IS_NAMED",
    requirement: "L-01",
    says: "name the partnership where its people find the item, and none where others do",
};
/// Only what is shared in a partnership of one's own is shared there (L-01).
pub const OWN_PARTNERSHIP: Rule =
    Rule { key: "OWN_PARTNERSHIP", requirement: "L-01", says: "your organisation is a side of the partnership" };
/// An item comes from one other at most (L-04).
pub const ONE_ORIGIN: Rule = Rule {
    key: "ONE_ORIGIN",
    requirement: "L-04",
    says: "an item is a translation, an adaptation or a new edition: one of the three",
};
/// A new edition takes the place of one's own newest (L-04).
pub const OWN_NEWEST_EDITION: Rule = Rule {
    key: "OWN_NEWEST_EDITION",
    requirement: "L-04",
    says: "a new edition takes the place of the newest one of your organisation",
};
/// What was taken back, or has a newer edition, is not shared anew (L-04).
pub const IT_IS_THE_NEWEST: Rule = Rule {
    key: "IT_IS_THE_NEWEST",
    requirement: "L-04",
    says: "this item was taken back or has a newer edition: share that one",
};
/// One language, one item of a work (L-03).
pub const LANGUAGE_IS_THERE: Rule = Rule {
    key: "LANGUAGE_IS_THERE",
    requirement: "L-03",
    says: "your organisation has this work in this language: put a new edition in its place",
};
/// What others share with few is not handed on to many (L-04).
pub const NOT_WIDER_THAN_ITS_SOURCE: Rule = Rule {
    key: "NOT_WIDER_THAN_ITS_SOURCE",
    requirement: "L-04",
    says: "what comes from the item of another organisation is found by nobody who does not find that item",
};

/// [`IT_IS_THE_NEWEST`].
pub fn is_newest(item: &library_item::Model) -> Result<()> {
    if item.current { Ok(()) } else { Err(Error::refused(&IT_IS_THE_NEWEST).field("id")) }
}

/// Where an item is found begins with https.
pub fn link(link: Option<&Text>) -> Result<()> {
    let fits = |link: &Text| {
        let rest = link.as_str().strip_prefix("https://");
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace)) && link.as_str().len() <= 2000
    };
    if link.is_none_or(fits) {
        return Ok(());
    }
    Err(Error::invalid("link", "LINK_IS_HTTPS", "expected an address that begins with https://, without spaces"))
}

/// [`PARTNERSHIP_IS_NAMED`].
pub fn partnership_is_named(visibility: LibraryVisibility, partnership: Option<Id>) -> Result<()> {
    if (visibility == LibraryVisibility::Partnership) == partnership.is_some() {
        return Ok(());
    }
    Err(Error::refused(&PARTNERSHIP_IS_NAMED).field("partnershipId"))
}

/// [`NOT_WIDER_THAN_ITS_SOURCE`].
pub fn not_wider_than_its_source(
    source: &library_item::Model,
    organisation: Id,
    visibility: LibraryVisibility,
    partnership: Option<Id>,
) -> Result<()> {
    use LibraryVisibility::{Network, Organisation};
    let fits = source.organisation_id == organisation
        || source.visibility == Network
        || visibility == Organisation
        || (source.visibility == visibility && source.partnership_id == partnership);
    if fits { Ok(()) } else { Err(Error::refused(&NOT_WIDER_THAN_ITS_SOURCE).field("visibility")) }
}
