//! What the library of a partnership lacks in the languages of its sides.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::SimpleObject;
use entity::{
    Id, communication_plan, library_item, organisation, partnership_side,
    value::{LanguageTag, LibraryVisibility, PlanState, Title},
};
use sea_orm::{ColumnTrait, Condition};

use crate::platform::{
    caller::{Caller, Sort},
    error::{Error, Result},
};

/// A work that is not there in a language.
#[derive(SimpleObject)]
pub struct MissingTranslation {
    /// The work: `workId` of its items.
    work_id: Id,
    /// Title of its first item that is shared here.
    title: Title,
    /// The language that is missing.
    language: LanguageTag,
}

/// The works shared in a partnership that are not there in a language of its sides: those of the agreed plan of communication
/// or,
/// without one, the languages of its organisations (L-03).
pub(super) async fn missing_translations(caller: &Caller, partnership: Id) -> Result<Vec<MissingTranslation>> {
    let languages = languages(caller, partnership).await?;
    let shared = {
        use library_item::Column;
        let current = Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::Current.eq(true));
        caller.all::<library_item::Model>(current, &Sort::asc(Column::CreatedAt)).await?
    };
    let everywhere = {
        use library_item::Column;
        let works: BTreeSet<Id> = shared.iter().map(|at| at.row.work_id).collect();
        let found = Condition::all()
            .add(Column::WorkId.is_in(works))
            .add(Column::Visibility.eq(LibraryVisibility::Network))
            .add(Column::Current.eq(true));
        caller.all::<library_item::Model>(found, &Sort::asc(Column::CreatedAt)).await?
    };
    let mut works: BTreeMap<Id, (Title, BTreeSet<String>)> = BTreeMap::new();
    for at in shared.into_iter().chain(everywhere) {
        let work = works.entry(at.row.work_id).or_insert_with(|| (at.row.title.clone(), BTreeSet::new()));
        work.1.insert(at.row.language.as_str().to_owned());
    }
    let mut out = Vec::new();
    for (work_id, (title, there)) in works {
        // A text in French serves who reads French of Congo; not the other way round.
        let serves = |tag: &str| there.iter().any(|known| tag == known || tag.starts_with(&format!("{known}-")));
        for tag in languages.iter().filter(|tag| !serves(tag)) {
            let language = LanguageTag::new(tag).map_err(|v| Error::internal(v.message))?;
            out.push(MissingTranslation { work_id, title: title.clone(), language });
        }
    }
    Ok(out)
}

async fn languages(caller: &Caller, partnership: Id) -> Result<BTreeSet<String>> {
    let agreed = {
        use communication_plan::Column;
        let agreed =
            Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::State.eq(PlanState::Agreed));
        caller.all::<communication_plan::Model>(agreed, &Sort::desc(Column::CreatedAt)).await?
    };
    if let Some(plan) = agreed.first() {
        return Ok(plan.row.languages.as_str().split(' ').map(str::to_owned).collect());
    }
    let sides = {
        use partnership_side::Column;
        let of = Condition::all().add(Column::PartnershipId.eq(partnership));
        caller.all::<partnership_side::Model>(of, &Sort::asc(Column::Position)).await?
    };
    let mut out = BTreeSet::new();
    for side in sides {
        if let Some(organisation) = caller.find::<organisation::Model>(side.row.organisation_id).await? {
            out.insert(organisation.row.base_language.as_str().to_owned());
        }
    }
    Ok(out)
}
