//! The risk matrix and the suggested strategies: data with a version, computed here and nowhere else.

use std::sync::LazyLock;

use async_graphql::{Object, SimpleObject};
use entity::{
    Right,
    value::{Impact, Likelihood, RiskLevel, Strategy, Title},
};
use serde::Deserialize;

use crate::platform::{
    error::{Error, Result},
    sdl::requires,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Band {
    level: RiskLevel,
    lowest: i32,
    highest: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Erratum {
    likelihood: i16,
    impact: i16,
    printed_score: i32,
    note: String,
}

/// A matrix as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    version: String,
    source: String,
    likelihoods: [String; 5],
    impacts: [String; 5],
    bands: Vec<Band>,
    strategies: [[Vec<Strategy>; 5]; 5],
    errata: Vec<Erratum>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a unit test reads it")]
static UNICEF_2008: LazyLock<Matrix> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../catalogue/data/matrix_unicef_2008.json")).expect("the matrix of the program")
});

/// One cell: what a likelihood and an impact mean.
#[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
pub struct RiskCell {
    /// How likely, 1 to 5.
    pub likelihood: Likelihood,
    /// How much harm, 1 to 5.
    pub impact: Impact,
    /// Likelihood times impact, 1 to 25.
    pub score: i32,
    /// Band of the score.
    pub level: RiskLevel,
    /// Suggested strategies, the first one first. Their order matters.
    pub strategies: Vec<Strategy>,
    /// The same in words, as printed: "Control & Avoid".
    pub suggestion: String,
    /// Score as printed, where the printed table is in error.
    pub printed_score: Option<i32>,
    /// What the error is, and how it is resolved.
    pub erratum: Option<String>,
}

impl Matrix {
    /// The matrix in use.
    pub fn current() -> &'static Self {
        &UNICEF_2008
    }

    /// Its version, as records pin it.
    pub fn version(&self) -> Result<Title> {
        Title::new(&self.version).map_err(|v| Error::internal(v.message))
    }

    /// What a likelihood and an impact mean.
    pub fn cell(&self, likelihood: Likelihood, impact: Impact) -> RiskCell {
        let score = i32::from(likelihood.get()) * i32::from(impact.get());
        // Every product lies in a band; a unit test checks all 25.
        let band = self.bands.iter().find(|band| (band.lowest..=band.highest).contains(&score));
        let at = |point: i16| usize::try_from(point - 1).unwrap_or_default();
        let strategies = self
            .strategies
            .get(at(likelihood.get()))
            .and_then(|row| row.get(at(impact.get())))
            .cloned()
            .unwrap_or_default();
        let words: Vec<&str> = strategies.iter().map(|strategy| strategy.label()).collect();
        let erratum =
            self.errata.iter().find(|erratum| erratum.likelihood == likelihood.get() && erratum.impact == impact.get());
        RiskCell {
            likelihood,
            impact,
            score,
            level: band.map_or(RiskLevel::Critical, |band| band.level),
            suggestion: words.join(" & "),
            strategies,
            printed_score: erratum.map(|erratum| erratum.printed_score),
            erratum: erratum.map(|erratum| erratum.note.clone()),
        }
    }

    /// Label of a likelihood.
    pub fn likelihood_label(&self, likelihood: Likelihood) -> &str {
        usize::try_from(likelihood.get() - 1).ok().and_then(|at| self.likelihoods.get(at)).map_or("", String::as_str)
    }

    /// Label of an impact.
    pub fn impact_label(&self, impact: Impact) -> &str {
        usize::try_from(impact.get() - 1).ok().and_then(|at| self.impacts.get(at)).map_or("", String::as_str)
    }
}

/// A point of one of the two scales.
#[derive(SimpleObject)]
pub struct ScalePoint {
    /// 1 to 5.
    point: i32,
    /// What it is called.
    label: String,
}

/// A band of scores.
#[derive(SimpleObject)]
pub struct RiskBand {
    /// The level.
    level: RiskLevel,
    /// Lowest score of the band.
    lowest: i32,
    /// Highest score of the band.
    highest: i32,
}

/// A risk matrix: two five-point scales, 25 cells with level and suggested strategies.
#[derive(SimpleObject)]
pub struct RiskMatrix {
    /// Version. Every level pins the one it was computed with.
    version: String,
    /// The guideline it comes from.
    source: String,
    /// The scale of likelihood.
    likelihoods: Vec<ScalePoint>,
    /// The scale of impact.
    impacts: Vec<ScalePoint>,
    /// The bands, from low to high.
    bands: Vec<RiskBand>,
    /// All 25 cells, by likelihood, then impact.
    cells: Vec<RiskCell>,
}

impl From<&Matrix> for RiskMatrix {
    fn from(matrix: &Matrix) -> Self {
        let scale = |labels: &[String]| {
            (1..).zip(labels).map(|(point, label)| ScalePoint { point, label: label.clone() }).collect()
        };
        let band = |band: &Band| RiskBand { level: band.level, lowest: band.lowest, highest: band.highest };
        let row = |l: Likelihood| Impact::ALL.into_iter().map(move |i| (l, i));
        Self {
            version: matrix.version.clone(),
            source: matrix.source.clone(),
            likelihoods: scale(&matrix.likelihoods),
            impacts: scale(&matrix.impacts),
            bands: matrix.bands.iter().map(band).collect(),
            cells: Likelihood::ALL.into_iter().flat_map(row).map(|(l, i)| matrix.cell(l, i)).collect(),
        }
    }
}

/// Queries of the matrix.
#[derive(Default)]
pub struct MatrixQueries;

#[Object]
impl MatrixQueries {
    /// The risk matrix of a version; empty where there is none.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn risk_matrix(
        &self,
        #[graphql(desc = "A version, such as UNICEF-2008; the one in use where none is named.")] version: Option<
            String,
        >,
    ) -> Option<RiskMatrix> {
        let matrix = Matrix::current();
        version.is_none_or(|version| version == matrix.version).then(|| matrix.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both tables as printed (`[003]` Annex D), row by row.
    const PRINTED: [[(&str, i32, &str); 5]; 5] = [
        [
            ("Negligible", 1, "Accept"),
            ("Low", 2, "Transfer & Accept"),
            ("Low", 3, "Transfer"),
            ("Low", 4, "Transfer"),
            ("Low", 5, "Transfer & Control"),
        ],
        [
            ("Low", 2, "Control & Accept"),
            ("Low", 4, "Control & Transfer"),
            ("Medium", 6, "Transfer & Control"),
            ("Medium", 8, "Transfer & Control"),
            ("Medium", 10, "Transfer & Control"),
        ],
        [
            ("Low", 3, "Control"),
            ("Medium", 6, "Control & Transfer"),
            ("Medium", 9, "Control & Transfer"),
            ("High", 12, "Control & Avoid"),
            ("High", 15, "Avoid & Control"),
        ],
        [
            ("Low", 4, "Control"),
            ("Medium", 8, "Control & Transfer"),
            ("High", 12, "Control & Avoid"),
            ("High", 16, "Control & Avoid"),
            ("Critical", 20, "Avoid & Control"),
        ],
        [
            ("Low", 5, "Control"),
            ("Medium", 10, "Control & Transfer"),
            ("High", 12, "Control & Avoid"),
            ("Critical", 20, "Control & Avoid"),
            ("Critical", 25, "Avoid"),
        ],
    ];

    #[test]
    fn all_cells_are_as_printed_but_for_the_erratum() {
        for (row, likelihood) in PRINTED.iter().zip(Likelihood::ALL) {
            for ((level, score, suggestion), impact) in row.iter().zip(Impact::ALL) {
                let cell = Matrix::current().cell(likelihood, impact);
                assert_eq!(format!("{:?}", cell.level), *level, "{likelihood:?} {impact:?}");
                assert_eq!(cell.suggestion, *suggestion, "{likelihood:?} {impact:?}");
                assert_eq!(cell.printed_score.unwrap_or(cell.score), *score);
                assert_eq!(cell.erratum.is_some(), (likelihood.get(), impact.get()) == (5, 3));
            }
        }
    }

    #[test]
    fn five_times_three_is_fifteen() {
        let cell = Matrix::current().cell(Likelihood::new(5).unwrap(), Impact::new(3).unwrap());
        assert_eq!((cell.score, cell.level, cell.printed_score), (15, RiskLevel::High, Some(12)));
    }
}
