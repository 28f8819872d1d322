//! Reference data of the guidelines: complete, versioned, in our own words with the source paragraph.
//!
//! The files in `data/` are part of the program. A partnership adopts a list by copy; what it edits then
//! never changes the list here or the copy of anybody else (P-04).

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use entity::Right;
use serde::Deserialize;

use crate::platform::{
    error::{Error, Result},
    sdl::requires,
};

/// A list of the guidelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CatalogueKey {
    /// The six principles of an equitable partnership.
    Principles,
    /// The 15 elements of the security risk management framework.
    FrameworkElements,
    /// The 28 preliminary questions of the joint review, by element.
    Questions,
    /// The four sample indicators, by element.
    Indicators,
    /// Accept, control, avoid, transfer.
    Acat,
    /// Categories of security costs.
    BudgetCategories,
    /// The 158 lettered responsibilities of the accountability framework and that of the Secretary-General, by actor.
    Responsibilities,
    /// The 25 arrangements of Saving Lives Together, by level.
    SltItems,
    /// The five types of security information.
    InformationTypes,
}

/// A group of items: an element, an actor or a level.
#[derive(SimpleObject, Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueGroup {
    /// Stable code.
    code: String,
    /// Title.
    title: String,
    /// Paragraph of the guideline, such as `[003] Annex C III.E`.
    source: String,
}

/// One item of a list.
#[derive(SimpleObject, Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueItem {
    /// Stable code, such as `Q05`, `DO-a` or `RC1`.
    code: String,
    /// Code of the group it belongs to.
    group: Option<String>,
    /// Theme within the group.
    #[serde(default)]
    theme: Option<String>,
    /// Title.
    title: String,
    /// What it says, in our own words.
    text: String,
    /// Paragraph of the guideline.
    source: String,
    /// For a responsibility: what in the data shows that it was met.
    #[serde(default)]
    evidence: Option<String>,
    /// For a responsibility: whether it is met by attestation, because no data can show it.
    #[serde(default)]
    attested: Option<bool>,
}

/// A list of the guidelines in one version.
#[derive(SimpleObject, Clone, Debug, Deserialize)]
#[graphql(complex)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Which list.
    key: CatalogueKey,
    /// Version. What adopts the list pins it.
    version: String,
    /// Title.
    title: String,
    /// The guideline it comes from.
    source: String,
    /// Groups of its items.
    groups: Vec<CatalogueGroup>,
    #[graphql(skip)]
    items: Vec<CatalogueItem>,
}

#[async_graphql::ComplexObject]
impl Catalogue {
    /// Its items in the order of the guideline, all of them or those of one group or theme.
    async fn items(
        &self,
        #[graphql(desc = "Code of a group.")] group: Option<String>,
        #[graphql(desc = "A theme.")] theme: Option<String>,
    ) -> Vec<&CatalogueItem> {
        let wanted = |item: &&CatalogueItem| {
            (group.is_none() || item.group == group) && (theme.is_none() || item.theme == theme)
        };
        self.items.iter().filter(wanted).collect()
    }
}

/// Every list.
pub struct Catalogues(Vec<Catalogue>);

impl Catalogues {
    /// Reads the files of the program; a damaged one stops the start.
    pub fn load() -> anyhow::Result<Self> {
        let files = [
            include_str!("data/principles.json"),
            include_str!("data/framework_elements.json"),
            include_str!("data/questions.json"),
            include_str!("data/indicators.json"),
            include_str!("data/acat.json"),
            include_str!("data/budget_categories.json"),
            include_str!("data/responsibilities.json"),
            include_str!("data/slt_items.json"),
            include_str!("data/information_types.json"),
        ];
        files.into_iter().map(|file| Ok(serde_json::from_str(file)?)).collect::<anyhow::Result<_>>().map(Self)
    }
}

fn lists<'c>(ctx: &'c Context<'_>) -> Result<&'c Catalogues> {
    #[expect(clippy::disallowed_methods, reason = "reference data of the program, the same for everybody")]
    let lists = ctx.data::<Arc<Catalogues>>().map_err(|e| Error::internal(e.message))?;
    Ok(lists)
}

/// The newest version of a list.
pub(crate) fn version<'c>(ctx: &'c Context<'_>, key: CatalogueKey) -> Result<&'c str> {
    let list = lists(ctx)?.0.iter().find(|list| list.key == key);
    list.map(|list| list.version.as_str()).ok_or_else(|| Error::internal("a list is missing"))
}

/// An item of a list, as what adopts it copies it.
pub(crate) struct Printed {
    /// Its code.
    pub(crate) code: String,
    /// Code of the group it belongs to.
    pub(crate) group: String,
    /// What it says.
    pub(crate) text: String,
}

/// The items of the newest version of a list.
pub(crate) fn printed(ctx: &Context<'_>, key: CatalogueKey) -> Result<Vec<Printed>> {
    let list = lists(ctx)?.0.iter().find(|list| list.key == key);
    let list = list.ok_or_else(|| Error::internal("a list is missing"))?;
    let item = |item: &CatalogueItem| Printed {
        code: item.code.clone(),
        group: item.group.clone().unwrap_or_default(),
        text: item.text.clone(),
    };
    Ok(list.items.iter().map(item).collect())
}

/// Queries of the catalogue.
#[derive(Default)]
pub struct CatalogueQueries;

#[Object]
impl CatalogueQueries {
    /// Every list of the guidelines, newest versions.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn catalogues(&self, ctx: &Context<'_>) -> Result<Vec<Catalogue>> {
        Ok(lists(ctx)?.0.clone())
    }

    /// One list of the guidelines; empty where there is no such version.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn catalogue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which list.")] key: CatalogueKey,
        #[graphql(desc = "A version; the newest where none is named.")] version: Option<String>,
    ) -> Result<Option<Catalogue>> {
        let fits =
            |list: &&Catalogue| list.key == key && version.as_ref().is_none_or(|version| list.version == *version);
        Ok(lists(ctx)?.0.iter().find(fits).cloned())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{CatalogueKey as K, *};

    #[test]
    fn every_list_is_complete() {
        let lists = Catalogues::load().unwrap();
        let counts: Vec<_> = lists.0.iter().map(|list| (list.key, list.items.len())).collect();
        assert_eq!(
            counts,
            [
                (K::Principles, 6),
                (K::FrameworkElements, 15),
                (K::Questions, 28),
                (K::Indicators, 4),
                (K::Acat, 4),
                (K::BudgetCategories, 7),
                (K::Responsibilities, 159),
                (K::SltItems, 25),
                (K::InformationTypes, 5),
            ]
        );
        for list in &lists.0 {
            let codes: HashSet<_> = list.items.iter().map(|item| &item.code).collect();
            assert_eq!(codes.len(), list.items.len(), "{:?}", list.key);
            for item in &list.items {
                assert!(!item.text.is_empty() && item.source.starts_with('['), "{}", item.code);
                let known = |group: &String| list.groups.iter().any(|known| known.code == *group);
                assert!(item.group.as_ref().is_none_or(known), "{}", item.code);
            }
        }
    }

    #[test]
    fn the_responsibilities_are_those_of_the_framework() {
        let lists = Catalogues::load().unwrap();
        let list = lists.0.iter().find(|list| list.key == CatalogueKey::Responsibilities).unwrap();
        let counts: Vec<_> = list
            .groups
            .iter()
            .map(|group| {
                (group.code.as_str(), list.items.iter().filter(|i| i.group.as_ref() == Some(&group.code)).count())
            })
            .collect();
        assert_eq!(
            counts,
            [
                ("SG", 1),
                ("USG", 7),
                ("EH", 10),
                ("SSM", 9),
                ("DO", 19),
                ("REP", 17),
                ("SMT", 9),
                ("ASC", 8),
                ("CSA", 21),
                ("CSFP", 8),
                ("CSSS", 11),
                ("CSO", 13),
                ("FSO", 5),
                ("SASO", 5),
                ("WRD", 6),
                ("PER", 10),
            ]
        );
        assert!(list.items.iter().all(|item| item.evidence.is_some() && item.attested.is_some()));
    }
}
