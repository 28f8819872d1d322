//! Rows as JSON text, without anything between the database and the text. The words are those of `serde`: a scenario compares
//! the documents of pulls, that are written here, with those of streams, that are not.

use std::fmt::Write;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use sea_orm::{QueryResult, sea_query::ColumnType};
use sqlx::{Decode, Row, Type, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use super::error::{Error, Result};

/// What a column holds, by the type under which both drivers read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text.
    Text,
    /// A UUID.
    Id,
    /// A moment.
    Moment,
    /// A day.
    Day,
    /// Yes or no.
    Boolean,
    /// A number of 2 bytes; SQLite has one size only.
    Small,
    /// A number of 4 bytes.
    Int,
    /// A number of 8 bytes.
    Big,
    /// A number that need not be whole.
    Float,
}

impl Cell {
    /// What a column of a type holds; none where it is not written to JSON.
    pub const fn of(column: &ColumnType) -> Option<Self> {
        Some(match column {
            ColumnType::Text | ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Enum { .. } => Self::Text,
            ColumnType::Uuid => Self::Id,
            ColumnType::TimestampWithTimeZone | ColumnType::Timestamp | ColumnType::DateTime => Self::Moment,
            ColumnType::Date => Self::Day,
            ColumnType::Boolean => Self::Boolean,
            ColumnType::TinyInteger | ColumnType::SmallInteger => Self::Small,
            ColumnType::Integer => Self::Int,
            ColumnType::BigInteger => Self::Big,
            ColumnType::Float | ColumnType::Double => Self::Float,
            _ => return None,
        })
    }

    /// Writes a column of a row.
    pub fn write(self, out: &mut String, row: &QueryResult, at: usize) -> Result<()> {
        let written = match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
            (Some(row), _) => self.on_postgres(out, row, at),
            (None, Some(row)) => self.on_sqlite(out, row, at),
            (None, None) => return Err(Error::internal("a row of no known database")),
        };
        written.map_err(|error| Error::internal(error.to_string()))
    }

    fn on_postgres(self, out: &mut String, row: &PgRow, at: usize) -> sqlx::Result<()> {
        match self {
            Self::Text => put::<_, &str>(out, row, at, text),
            Self::Id => put::<_, Uuid>(out, row, at, id),
            Self::Moment => put::<_, DateTime<Utc>>(out, row, at, moment),
            Self::Day => put::<_, NaiveDate>(out, row, at, day),
            Self::Boolean => put::<_, bool>(out, row, at, plain),
            Self::Small => put::<_, i16>(out, row, at, plain),
            Self::Int => put::<_, i32>(out, row, at, plain),
            Self::Big => put::<_, i64>(out, row, at, plain),
            Self::Float => put::<_, f64>(out, row, at, float),
        }
    }

    fn on_sqlite(self, out: &mut String, row: &SqliteRow, at: usize) -> sqlx::Result<()> {
        match self {
            Self::Text => put::<_, &str>(out, row, at, text),
            Self::Id => put::<_, Uuid>(out, row, at, id),
            Self::Moment => put::<_, DateTime<Utc>>(out, row, at, moment),
            Self::Day => put::<_, NaiveDate>(out, row, at, day),
            Self::Boolean => put::<_, bool>(out, row, at, plain),
            Self::Small | Self::Int | Self::Big => put::<_, i64>(out, row, at, plain),
            Self::Float => put::<_, f64>(out, row, at, float),
        }
    }
}

/// Writes a value, or `null` where there is none.
fn put<'r, R: Row, T>(out: &mut String, row: &'r R, at: usize, write: impl Fn(&mut String, T)) -> sqlx::Result<()>
where
    usize: sqlx::ColumnIndex<R>,
    T: Decode<'r, R::Database> + Type<R::Database>,
{
    match row.try_get_unchecked::<Option<T>, _>(at)? {
        Some(value) => write(out, value),
        None => out.push_str("null"),
    }
    Ok(())
}

fn plain(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}

fn float(out: &mut String, value: f64) {
    out.push_str(&serde_json::Value::from(value).to_string());
}

fn id(out: &mut String, value: Uuid) {
    out.push('"');
    out.push_str(value.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    out.push('"');
}

/// Text with what JSON does not take as it is escaped.
pub fn text(out: &mut String, value: &str) {
    // Without leaving early the compiler looks at many bytes at once.
    let escaped = |byte: u8| u8::from(byte < b' ') | u8::from(byte == b'"') | u8::from(byte == b'\\');
    if value.bytes().fold(0, |found, byte| found | escaped(byte)) == 0 {
        out.push('"');
        out.push_str(value);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(value).to_string());
    }
}

fn digits(out: &mut String, mut value: u32, count: usize) {
    let mut buffer = [b'0'; 9];
    for place in buffer.iter_mut().take(count).rev() {
        *place = b'0' + u8::try_from(value % 10).unwrap_or_default();
        value /= 10;
    }
    out.extend(buffer.iter().take(count).map(|digit| char::from(*digit)));
}

fn date(out: &mut String, date: &impl Datelike) {
    digits(out, date.year().unsigned_abs(), 4);
    out.push('-');
    digits(out, date.month(), 2);
    out.push('-');
    digits(out, date.day(), 2);
}

fn day(out: &mut String, value: NaiveDate) {
    out.push('"');
    date(out, &value);
    out.push('"');
}

/// No fraction, or one of 3, 6 or 9 digits.
fn moment(out: &mut String, value: DateTime<Utc>) {
    out.push('"');
    let at = value.naive_utc();
    date(out, &at);
    for (sign, part) in [('T', at.hour()), (':', at.minute()), (':', at.second())] {
        out.push(sign);
        digits(out, part, 2);
    }
    let (fraction, places) = match at.nanosecond() {
        0 => (0, 0),
        n if n % 1_000_000 == 0 => (n / 1_000_000, 3),
        n if n % 1_000 == 0 => (n / 1_000, 6),
        n => (n, 9),
    };
    if places > 0 {
        out.push('.');
        digits(out, fraction, places);
    }
    out.push_str("Z\"");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_texts_are_written_as_serde_does() {
        for at in [
            "2026-01-02T03:04:05Z",
            "2026-11-22T23:59:59.1Z",
            "1969-12-31T00:00:00.000120Z",
            "2026-01-01T00:00:00.000000001Z",
        ] {
            let at: DateTime<Utc> = at.parse().unwrap();
            let mut out = String::new();
            moment(&mut out, at);
            assert_eq!(out, serde_json::to_string(&at).unwrap());
        }
        for words in ["", "plain – ☎", "a \"b\" \\ c", "line\nline\u{1}\t"] {
            let mut out = String::new();
            text(&mut out, words);
            assert_eq!(out, serde_json::to_string(words).unwrap());
        }
        let mut out = String::new();
        day(&mut out, NaiveDate::from_ymd_opt(2026, 2, 9).unwrap());
        float(&mut out, 12.0);
        assert_eq!(out, "\"2026-02-09\"12.0");
    }
}
