//! Exports: what somebody sees, as files that people print, fill in and send on.
//!
//! An export asks the API itself, with a document, as its caller: it has no door of its own, and shows exactly what that person
//! reads through every other one. The tables of a review are those of the worksheet and the action plan of the guideline.

mod csv;
mod html;
mod json;
mod review;
mod xlsx;

use crate::{
    language::Language,
    platform::error::{Error, ErrorCode, Result},
};

pub use review::{DOCUMENT, tables};

/// One table: a heading, the names of its columns, and rows of as many cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name for addresses and sheets, such as `questions`.
    pub name: &'static str,
    /// Heading.
    pub title: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// What a file is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// What it is about.
    pub title: String,
    /// What stands above the tables: names and values.
    pub facts: Vec<(String, String)>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Language of its headings.
    pub language: Language,
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One table, values separated by commas (RFC 4180).
    Csv,
    /// A workbook with a sheet for each table (ECMA-376).
    Xlsx,
    /// A page to print.
    Html,
    /// For programs.
    Json,
}

impl Format {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// The part and the format that a file name asks for, such as `questions.csv` or `review.xlsx`.
pub fn asked(file: &str) -> Result<(&str, Format)> {
    let known = |part: &str| ["review", "questions", "indicators", "plan", "checks"].contains(&part);
    let format = |extension: &str| match extension {
        "csv" => Some(Format::Csv),
        "xlsx" => Some(Format::Xlsx),
        "html" => Some(Format::Html),
        "json" => Some(Format::Json),
        _ => None,
    };
    match file.rsplit_once('.').and_then(|(part, extension)| Some((part, format(extension)?))) {
        // A file of separated values holds one table.
        Some(("review", Format::Csv)) | None => {}
        Some((part, format)) if known(part) => return Ok((part, format)),
        Some(_) => {}
    }
    let message =
        "expected review, questions, indicators, plan or checks, and .csv (not of review), .xlsx, .html or .json";
    Err(Error::new(ErrorCode::NotFound, message).field("file").rule("EXPORT_IS_KNOWN"))
}

impl Export {
    /// Only the part that is asked for.
    #[must_use]
    pub fn part(mut self, part: &str) -> Self {
        if part != "review" {
            self.tables.retain(|table| table.name == part);
        }
        self
    }

    /// As a file.
    pub fn file(&self, format: Format) -> Result<Vec<u8>> {
        match format {
            Format::Csv => csv::write(self),
            Format::Xlsx => xlsx::write(self),
            Format::Html => Ok(html::write(self).into_bytes()),
            Format::Json => json::write(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export() -> Export {
        Export {
            title: "A <b>review</b>".into(),
            facts: vec![("State".into(), "Answering".into())],
            tables: vec![Table {
                name: "questions",
                title: "Questions".into(),
                columns: vec!["Question".into(), "Answer".into()],
                rows: vec![
                    vec!["Who, and \"how\"?".into(), "=HYPERLINK(\"http://evil\")".into()],
                    vec!["-1".into(), "a\nb".into()],
                ],
            }],
            language: Language::ENGLISH,
        }
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        let text = String::from_utf8(export().file(Format::Csv).unwrap()).unwrap();
        assert_eq!(
            text,
            "Question,Answer\r\n\"Who, and \"\"how\"\"?\",\"'=HYPERLINK(\"\"http://evil\"\")\"\r\n'-1,\"a\nb\"\r\n"
        );
    }

    #[test]
    fn a_page_holds_text_and_no_markup_of_others() {
        let page = String::from_utf8(export().file(Format::Html).unwrap()).unwrap();
        assert!(page.contains("A &lt;b&gt;review&lt;/b&gt;") && !page.contains("<b>") && page.contains("lang=\"en\""));
    }

    #[test]
    fn a_workbook_is_a_zip_with_a_sheet_for_each_table() {
        let bytes = export().file(Format::Xlsx).unwrap();
        assert_eq!(&bytes[..2], b"PK");
        assert_eq!(bytes, export().file(Format::Xlsx).unwrap(), "the same export is the same file");
    }

    #[test]
    fn a_long_answer_fits_into_a_workbook() {
        let mut long = export();
        long.tables[0].rows[0][1] = "é😀".repeat(30_000);
        assert_eq!(&long.file(Format::Xlsx).unwrap()[..2], b"PK");
    }

    #[test]
    fn a_file_name_says_part_and_format() {
        assert_eq!(asked("plan.csv").unwrap(), ("plan", Format::Csv));
        assert_eq!(asked("review.xlsx").unwrap(), ("review", Format::Xlsx));
        for wrong in ["review.csv", "answers.csv", "plan.pdf", "plan", ""] {
            assert_eq!(asked(wrong).unwrap_err().code, ErrorCode::NotFound, "{wrong}");
        }
    }
}
