//! Reference data of the guidelines: complete, versioned, in our own words with the source paragraph.
//!
//! The files in `data/` are part of the program. A partnership adopts a list by copy; what it edits then
//! never changes the list here or the copy of anybody else (P-04).

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, Object, SimpleObject};
use entity::{
    Right,
    value::{LanguageTag, Title},
};
use serde::Deserialize;

use crate::{
    language::{Language, Texts, Wish},
    platform::{
        error::{Error, Result, Rule},
        sdl::requires,
    },
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
    /// The 14 habits by which partners communicate and build trust.
    TrustHabits,
    /// The six tools of the full guide: pointers, not their text.
    Tools,
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
    /// Tag of the language in which title and text are: another than the one you asked for where they are not there in it.
    #[serde(default = "english")]
    language: String,
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
    /// Tag of the language in which its title is.
    #[serde(default = "english")]
    language: String,
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

fn english() -> String {
    Language::ENGLISH.tag().to_owned()
}

impl Catalogue {
    /// The same in another language, as far as it is there.
    fn said_in(&self, texts: &Texts) -> Self {
        let mut out = self.clone();
        out.language.clone_from(&texts.language);
        out.title.clone_from(&texts.title);
        for group in &mut out.groups {
            if let Some(title) = texts.groups.get(&group.code) {
                group.title.clone_from(title);
            }
        }
        for item in &mut out.items {
            if let Some(known) = texts.items.get(&item.code) {
                item.language.clone_from(&texts.language);
                item.title.clone_from(&known.title);
                item.text.clone_from(&known.text);
            }
        }
        out
    }
}

/// Every list, in every language that it is there in.
pub struct Catalogues {
    english: Vec<Catalogue>,
    others: HashMap<Language, Vec<Texts>>,
}

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
            include_str!("data/trust_habits.json"),
            include_str!("data/tools.json"),
        ];
        let english: Vec<Catalogue> =
            files.into_iter().map(|file| Ok(serde_json::from_str(file)?)).collect::<anyhow::Result<_>>()?;
        let mut others: HashMap<Language, Vec<Texts>> = HashMap::new();
        for language in Language::others() {
            for file in language.catalogues() {
                others.entry(language).or_default().push(serde_json::from_str(file)?);
            }
        }
        Ok(Self { english, others })
    }

    /// A list in a language, as far as it is there in it; the newest version where none is named.
    fn list(&self, key: CatalogueKey, version: Option<&str>, language: Language) -> Option<Catalogue> {
        let list = self.english.iter().find(|list| list.key == key && version.is_none_or(|v| list.version == v))?;
        let texts = self.others.get(&language).into_iter().flatten();
        let mut texts = texts.filter(|texts| texts.key == key && texts.version == list.version);
        Some(texts.next().map_or_else(|| list.clone(), |texts| list.said_in(texts)))
    }
}

/// The language that is asked for, else the one in which the caller reads.
fn language(ctx: &Context<'_>, named: Option<&LanguageTag>) -> Language {
    #[expect(clippy::disallowed_methods, reason = "what the request said of languages")]
    let wish = ctx.data::<Wish>().copied().unwrap_or(Wish::None);
    named.map_or(wish.language(), |tag| Language::of(tag.as_str()).unwrap_or(Language::ENGLISH))
}

fn lists<'c>(ctx: &'c Context<'_>) -> Result<&'c Catalogues> {
    #[expect(clippy::disallowed_methods, reason = "reference data of the program, the same for everybody")]
    let lists = ctx.data::<Arc<Catalogues>>().map_err(|e| Error::internal(e.message))?;
    Ok(lists)
}

/// The newest version of a list.
pub(crate) fn version<'c>(ctx: &'c Context<'_>, key: CatalogueKey) -> Result<&'c str> {
    let list = lists(ctx)?.english.iter().find(|list| list.key == key);
    list.map(|list| list.version.as_str()).ok_or_else(|| Error::internal("a list is missing"))
}

/// An item of a list, as what adopts it copies it.
pub(crate) struct Printed {
    /// Its code.
    pub(crate) code: String,
    /// Code of the group it belongs to.
    pub(crate) group: String,
    /// Its title.
    pub(crate) title: String,
    /// What it says.
    pub(crate) text: String,
}

/// The items of the newest version of a list. Copied, they stay as they are for every reader: in English where no language is
/// named.
pub(crate) fn printed(ctx: &Context<'_>, key: CatalogueKey, named: Option<&LanguageTag>) -> Result<Vec<Printed>> {
    let language = named.and_then(|tag| Language::of(tag.as_str())).unwrap_or(Language::ENGLISH);
    let list = lists(ctx)?.list(key, None, language);
    let list = list.ok_or_else(|| Error::internal("a list is missing"))?;
    let item = |item: &CatalogueItem| Printed {
        code: item.code.clone(),
        group: item.group.clone().unwrap_or_default(),
        title: item.title.clone(),
        text: item.text.clone(),
    };
    Ok(list.items.iter().map(item).collect())
}

/// The element is one of the framework.
pub const ELEMENT_IS_KNOWN: Rule =
    Rule { key: "ELEMENT_IS_KNOWN", requirement: "R-04", says: "name an element of the framework by its code" };

/// [`ELEMENT_IS_KNOWN`], where one is named.
pub(crate) fn element_is_known(ctx: &Context<'_>, field: &str, code: Option<&Title>) -> Result<()> {
    let elements = printed(ctx, CatalogueKey::FrameworkElements, None)?;
    match code {
        Some(code) if !elements.iter().any(|element| element.code == code.as_str()) => {
            Err(Error::refused(&ELEMENT_IS_KNOWN).field(field))
        }
        _ => Ok(()),
    }
}

/// Queries of the catalogue.
#[derive(Default)]
pub struct CatalogueQueries;

#[Object]
impl CatalogueQueries {
    /// Every list of the guidelines, newest versions.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn catalogues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A language; yours where none is named. What is not there in it is in English.")]
        language: Option<LanguageTag>,
    ) -> Result<Vec<Catalogue>> {
        let (lists, language) = (lists(ctx)?, self::language(ctx, language.as_ref()));
        Ok(lists.english.iter().filter_map(|list| lists.list(list.key, Some(&list.version), language)).collect())
    }

    /// One list of the guidelines; empty where there is no such version.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn catalogue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which list.")] key: CatalogueKey,
        #[graphql(desc = "A version; the newest where none is named.")] version: Option<String>,
        #[graphql(desc = "A language; yours where none is named. What is not there in it is in English.")]
        language: Option<LanguageTag>,
    ) -> Result<Option<Catalogue>> {
        Ok(lists(ctx)?.list(key, version.as_deref(), self::language(ctx, language.as_ref())))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{CatalogueKey as K, *};

    #[test]
    fn every_list_is_complete() {
        let lists = Catalogues::load().unwrap();
        let counts: Vec<_> = lists.english.iter().map(|list| (list.key, list.items.len())).collect();
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
                (K::TrustHabits, 14),
                (K::Tools, 6),
            ]
        );
        for list in &lists.english {
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
    fn every_list_is_there_in_every_language() {
        let lists = Catalogues::load().unwrap();
        for (language, texts) in &lists.others {
            for list in &lists.english {
                let said = texts.iter().find(|texts| texts.key == list.key).unwrap();
                assert_eq!((said.version.as_str(), said.language.as_str()), (list.version.as_str(), language.tag()));
                let codes: HashSet<_> = list.items.iter().map(|item| &item.code).collect();
                assert_eq!(codes, said.items.keys().collect(), "{:?}", list.key);
                let groups: HashSet<_> = list.groups.iter().map(|group| &group.code).collect();
                assert_eq!(groups, said.groups.keys().collect(), "{:?}", list.key);
            }
        }
    }

    #[test]
    fn the_responsibilities_are_those_of_the_framework() {
        let lists = Catalogues::load().unwrap();
        let list = lists.english.iter().find(|list| list.key == CatalogueKey::Responsibilities).unwrap();
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
