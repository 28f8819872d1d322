//! The risks of a partnership on the 5×5 heat map, as SVG: readable without colour, and by screen readers.

use entity::{
    partnership, partnership_side, risk, risk_level_record, risk_perception,
    value::{Impact, Likelihood, RiskLevel},
};
use sea_orm::{ColumnTrait, Condition};

use super::matrix::Matrix;
use crate::platform::{
    caller::{Caller, Sort},
    error::Result,
};

/// Side of a cell, and where the grid begins.
const CELL: i32 = 110;
const LEFT: i32 = 190;
const TOP: i32 = 40;

/// Escapes text for XML.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

/// Grey that darkens with the level: in print the order stays visible.
const fn shade(level: RiskLevel) -> (&'static str, &'static str) {
    match level {
        RiskLevel::Negligible => ("#ffffff", "#000000"),
        RiskLevel::Low => ("#e6efe0", "#000000"),
        RiskLevel::Medium => ("#f2dfa0", "#000000"),
        RiskLevel::High => ("#d98c4a", "#000000"),
        RiskLevel::Critical => ("#8c2f2f", "#ffffff"),
    }
}

/// A mark on the map: number of the risk, and whose view.
struct Mark {
    likelihood: Likelihood,
    impact: Impact,
    text: String,
}

/// Draws the risks that the caller sees: the level in effect as a number, the view of each side as number and letter.
pub async fn of_partnership(caller: &Caller, partnership: &partnership::Model) -> Result<String> {
    let of = |column: risk::Column| Condition::all().add(column.eq(partnership.id));
    let risks = caller.all::<risk::Model>(of(risk::Column::PartnershipId), &Sort::desc(risk::Column::Urgency)).await?;
    let sides = Condition::all().add(partnership_side::Column::PartnershipId.eq(partnership.id));
    let sides = caller.all::<partnership_side::Model>(sides, &Sort::asc(partnership_side::Column::Position)).await?;
    let mut marks = Vec::new();
    let mut legend = Vec::new();
    for (number, at) in (1..).zip(&risks) {
        use risk_perception::Column;
        let record = at.one::<risk_level_record::Model>(caller, "levelRecord", risk::Column::LevelRecordId).await?;
        let (sort, current) = (Sort::asc(Column::CreatedAt), Column::Current.eq(true));
        let views =
            at.many::<risk_perception::Model>(caller, "perceptions", Column::RiskId, sort, Some(current)).await?;
        let mut line = format!("{number}. {}: ", at.row.title);
        line.push_str(&match (at.row.level, at.row.provisional) {
            (Some(level), true) => format!("{level:?}, provisional"),
            (Some(level), false) => format!("{level:?}, agreed"),
            (None, _) => "no level yet".to_owned(),
        });
        if let Some(record) = record {
            let mark = if at.row.provisional { format!("{number}?") } else { number.to_string() };
            marks.push(Mark { likelihood: record.row.likelihood, impact: record.row.impact, text: mark });
        }
        for (letter, side) in ('A'..='Z').zip(&sides) {
            if let Some(view) = views.iter().find(|view| view.row.side_id == side.row.id) {
                let (likelihood, impact) = (view.row.likelihood, view.row.impact);
                marks.push(Mark { likelihood, impact, text: format!("{number}{letter}") });
                let cell = Matrix::current().cell(likelihood, impact);
                line.push_str(&format!("; {letter} sees {:?} ({} × {})", cell.level, likelihood.get(), impact.get()));
            }
        }
        legend.push(line);
    }
    let letters: Vec<String> =
        ('A'..='Z').zip(&sides).map(|(letter, side)| format!("{letter}: {}", side.row.shown_as)).collect();
    Ok(draw(
        partnership.title.as_str(),
        &marks,
        &legend,
        &format!("1 level in effect · 1? provisional · 1A as A sees it · {}", letters.join(" · ")),
    ))
}

fn draw(title: &str, marks: &[Mark], legend: &[String], letters: &str) -> String {
    let matrix = Matrix::current();
    let width = LEFT + 5 * CELL + 20;
    let bottom = TOP + 5 * CELL;
    let lines = i32::try_from(legend.len()).unwrap_or_default();
    let height = bottom + 90 + 22 * (lines + 1);
    let mut out = String::new();
    out.push_str(&format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="14"><title id="title">Risk map of {}</title><desc id="desc">{}</desc><rect width="100%" height="100%" fill="#ffffff"/>"##,
        escaped(title),
        escaped(&format!("{letters}. {}", legend.join(". "))),
    ));
    for likelihood in Likelihood::ALL {
        let y = TOP + i32::from(5 - likelihood.get()) * CELL;
        let label = escaped(matrix.likelihood_label(likelihood));
        out.push_str(&format!(
            r#"<text x="{}" y="{}" text-anchor="end" aria-hidden="true">{} {label}</text>"#,
            LEFT - 8,
            y + CELL / 2,
            likelihood.get()
        ));
        for impact in Impact::ALL {
            cell(&mut out, likelihood, impact, y, marks);
        }
    }
    for impact in Impact::ALL {
        let x = LEFT + i32::from(impact.get() - 1) * CELL + CELL / 2;
        let label = escaped(matrix.impact_label(impact));
        out.push_str(&format!(
            r#"<text x="{x}" y="{}" text-anchor="middle" aria-hidden="true">{} {label}</text>"#,
            bottom + 20,
            impact.get()
        ));
    }
    out.push_str(&format!(
        r#"<text x="{}" y="{}" text-anchor="middle" font-weight="bold">Impact</text>"#,
        LEFT + 5 * CELL / 2,
        bottom + 44
    ));
    out.push_str(&format!(r#"<text x="20" y="{}" font-weight="bold">Likelihood</text>"#, TOP - 14));
    let mut y = bottom + 74;
    for line in std::iter::once(letters).chain(legend.iter().map(String::as_str)) {
        out.push_str(&format!(r#"<text x="20" y="{y}">{}</text>"#, escaped(line)));
        y += 22;
    }
    out.push_str("</svg>");
    out
}

fn cell(out: &mut String, likelihood: Likelihood, impact: Impact, y: i32, marks: &[Mark]) {
    let cell = Matrix::current().cell(likelihood, impact);
    let (fill, ink) = shade(cell.level);
    let x = LEFT + i32::from(impact.get() - 1) * CELL;
    let here: Vec<&str> = marks
        .iter()
        .filter(|mark| mark.likelihood == likelihood && mark.impact == impact)
        .map(|mark| mark.text.as_str())
        .collect();
    // The level stands in words in every cell: colour is never the only sign.
    out.push_str(&format!(
        r##"<g fill="{ink}"><rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{fill}" stroke="#000000"/><text x="{}" y="{}" font-size="11">{:?} {}</text>"##,
        x + 6,
        y + 16,
        cell.level,
        cell.score
    ));
    for (row, chunk) in (0..).zip(here.chunks(4)) {
        out.push_str(&format!(
            r#"<text x="{}" y="{}" font-weight="bold">{}</text>"#,
            x + 8,
            y + 42 + row * 20,
            chunk.join(" ")
        ));
    }
    out.push_str("</g>");
}
