//! What the commands of the library look at.

use std::collections::BTreeSet;

use entity::{
    Id, SpaceRef, library_item, partnership,
    value::{LanguageTag, LibraryVisibility},
};
use sea_orm::{ColumnTrait, Condition};

use super::rules;
use crate::{
    partnerships,
    platform::{
        caller::Sort,
        error::{Error, Result},
        tx::Tx,
    },
};

/// Where an item comes from.
pub(super) struct Origin {
    /// The item that it is made of.
    pub(super) source: Option<library_item::Model>,
    same_work: bool,
    replaces: bool,
}

impl Origin {
    /// The work that the item belongs to; its own where it is a new one.
    pub(super) fn work(&self) -> Option<Id> {
        self.source.as_ref().filter(|_| self.same_work).map(|source| source.work_id)
    }

    /// The edition whose place it takes.
    pub(super) fn replaced(&self) -> Option<&library_item::Model> {
        self.source.as_ref().filter(|_| self.replaces)
    }
}

/// Reads where an item comes from.
pub(super) async fn origin(
    tx: &Tx,
    translation_of: Option<Id>,
    adapted_from: Option<Id>,
    replaces: Option<Id>,
) -> Result<Origin> {
    let named = [("translationOfId", translation_of), ("adaptedFromId", adapted_from), ("replacesId", replaces)];
    let mut named = named.into_iter().filter_map(|(field, id)| Some((field, id?)));
    let (first, second) = (named.next(), named.next());
    if let Some((field, _)) = second {
        return Err(Error::refused(&rules::ONE_ORIGIN).field(field));
    }
    let source = match first {
        // Two new editions at once come one after the other.
        Some((field, id)) if replaces.is_some() => Some(tx.lock::<library_item::Model>(id, field).await?),
        Some((field, id)) => Some(tx.get::<library_item::Model>(id, field).await?),
        None => None,
    };
    Ok(Origin { source, same_work: adapted_from.is_none(), replaces: replaces.is_some() })
}

/// A new edition takes the place of one's own newest, and a language of a work is there once.
pub(super) async fn fits_its_origin(tx: &Tx, organisation: Id, language: &LanguageTag, origin: &Origin) -> Result<()> {
    use library_item::Column;
    let replaced = origin.replaced();
    if replaced.is_some_and(|before| before.organisation_id != organisation || !before.current) {
        return Err(Error::refused(&rules::OWN_NEWEST_EDITION).field("replacesId"));
    }
    let Some(work) = origin.work() else { return Ok(()) };
    let there = Condition::all()
        .add(Column::WorkId.eq(work))
        .add(Column::OrganisationId.eq(organisation))
        .add(Column::Language.eq(language.as_str()))
        .add(Column::Current.eq(true));
    let there: Vec<library_item::Model> = tx.all(there, &Sort::asc(Column::CreatedAt)).await?;
    if there.iter().any(|item| replaced.is_none_or(|before| before.id != item.id)) {
        return Err(Error::refused(&rules::LANGUAGE_IS_THERE).field("language"));
    }
    Ok(())
}

/// An item of the caller's organisation, at the version that was read.
pub(super) async fn own_item(tx: &mut Tx, id: Id, expected: i32) -> Result<library_item::Model> {
    let item: library_item::Model = tx.lock_at(id, "id", expected).await?;
    tx.authorise(SpaceRef::organisation(item.organisation_id)).await?;
    rules::is_newest(&item)?;
    Ok(item)
}

/// What comes from items of others is not shared wider than these, however many of one's own lie between; not at all where they
/// are not found any more.
pub(super) async fn fits_its_sources(
    tx: &Tx,
    organisation: Id,
    sources: impl Iterator<Item = Id>,
    visibility: LibraryVisibility,
    partnership: Option<Id>,
) -> Result<()> {
    use library_item::Column;
    if visibility == LibraryVisibility::Organisation {
        return Ok(());
    }
    let mut known = BTreeSet::new();
    let mut next: BTreeSet<Id> = sources.collect();
    while !next.is_empty() {
        known.extend(next.iter().copied());
        let found: Vec<library_item::Model> =
            tx.all(Condition::all().add(Column::Id.is_in(next.clone())), &Sort::asc(Column::CreatedAt)).await?;
        if found.len() < next.len() {
            return Err(Error::refused(&rules::NOT_WIDER_THAN_ITS_SOURCE).field("visibility"));
        }
        next = BTreeSet::new();
        for source in &found {
            rules::not_wider_than_its_source(source, organisation, visibility, partnership)?;
            if source.organisation_id == organisation {
                next.extend(origins(source).filter(|id| !known.contains(id)));
            }
        }
    }
    Ok(())
}

/// The items that an item is made of.
pub(super) fn origins(item: &library_item::Model) -> impl Iterator<Item = Id> {
    let own = item.id;
    [Some(item.work_id), item.adapted_from_id, item.previous_id].into_iter().flatten().filter(move |id| *id != own)
}

/// Every edition of an item in its language, of its organisation: who finds one finds the others.
pub(super) async fn editions(tx: &Tx, item: &library_item::Model) -> Result<Vec<library_item::Model>> {
    use library_item::Column;
    let of = Condition::all()
        .add(Column::WorkId.eq(item.work_id))
        .add(Column::OrganisationId.eq(item.organisation_id))
        .add(Column::Language.eq(item.language.as_str()));
    tx.all(of, &Sort::asc(Column::CreatedAt)).await
}

/// An item is shared with a partnership of one's own.
pub(super) async fn shared_with_own(
    tx: &Tx,
    organisation: Id,
    visibility: LibraryVisibility,
    partnership: Option<Id>,
) -> Result<()> {
    rules::partnership_is_named(visibility, partnership)?;
    let Some(partnership) = partnership else { return Ok(()) };
    let partnership: partnership::Model = tx.get(partnership, "partnershipId").await?;
    partnerships::rules::partnership_is_living(partnership.state)?;
    let sides = partnerships::sides(tx, partnership.id).await?;
    if sides.iter().any(|side| side.organisation_id == organisation) {
        return Ok(());
    }
    Err(Error::refused(&rules::OWN_PARTNERSHIP).field("partnershipId"))
}
