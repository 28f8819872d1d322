use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

use super::{Export, Table};
use crate::platform::error::{Error, Result};

/// Most of what a cell of a workbook holds, in units of UTF-16, with room for the mark of what is cut.
const LONGEST: usize = 32_700;
/// Width of a column, in characters.
const WIDTH: f64 = 32.0;

/// A workbook with a sheet for each table. Every cell is text: nothing in it is ever computed.
pub(super) fn write(export: &Export) -> Result<Vec<u8>> {
    workbook(export).map_err(|e| Error::internal(e.to_string()))
}

fn workbook(export: &Export) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // A date of its making would make two exports of the same differ.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(&export.title).set_creation_datetime(&made));
    for table in &export.tables {
        sheet(&mut book, table)?;
    }
    book.save_to_buffer()
}

fn sheet(book: &mut Workbook, table: &Table) -> Result<(), XlsxError> {
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let cell = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let sheet = book.add_worksheet();
    // A sheet has a name of at most 31 characters.
    sheet.set_name(table.title.chars().filter(|c| !r"[]:*?/\".contains(*c)).take(31).collect::<String>())?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, name) in (0u16..).zip(&table.columns) {
        sheet.set_column_width(column, WIDTH)?;
        sheet.write_string_with_format(0, column, name, &head)?;
    }
    for (row, cells) in (1u32..).zip(&table.rows) {
        for (column, text) in (0u16..).zip(cells) {
            sheet.write_string_with_format(row, column, fitting(text), &cell)?;
        }
    }
    Ok(())
}

/// A cell of a workbook holds no more: the rest is in the other formats, and the cell says so.
fn fitting(text: &str) -> String {
    if text.encode_utf16().count() <= LONGEST {
        return text.to_owned();
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= LONGEST
    };
    format!("{} […] (CSV, JSON)", text.chars().take_while(fits).collect::<String>())
}
