use super::Export;
use crate::platform::error::{Error, Result};

/// What spreadsheet programs would run, were it not marked as text.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The first table as separated values.
pub(super) fn write(export: &Export) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| Error::internal(e.to_string());
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if let Some(table) = export.tables.first() {
        out.write_record(&table.columns).map_err(|e| failed(&e))?;
        for row in &table.rows {
            out.write_record(row.iter().map(|cell| as_text(cell))).map_err(|e| failed(&e))?;
        }
    }
    out.into_inner().map_err(|e| failed(&e))
}

fn as_text(cell: &str) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}
