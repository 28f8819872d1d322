//! The visibility predicate: one function builds it, everybody reads through it.

use std::fmt::Write;

use entity::{Id, Level, Record};
use sea_orm::{
    ColumnTrait, EntityName, EntityTrait, Iterable, PrimaryKeyToColumn,
    sea_query::{Expr, SimpleExpr},
};

fn table<M: Record>() -> &'static str {
    M::Entity::default().table_name()
}

/// `{1,2}` for PostgreSQL, `[1,2]` for SQLite.
pub(super) fn list<T: std::fmt::Display>(postgres: bool, quote: bool, items: impl Iterator<Item = T>) -> String {
    let (open, close) = if postgres { ('{', '}') } else { ('[', ']') };
    let mut out = String::from(open);
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        // Writing to a string cannot fail.
        let _ = if quote && !postgres { write!(out, "\"{item}\"") } else { write!(out, "{item}") };
    }
    out.push(close);
    out
}

/// Numbers of spaces as the value `$1`, and the condition that finds rows by them: one text for any number of spaces.
pub(super) fn by_spaces(postgres: bool, spaces: &[i32], column: &str) -> (String, String) {
    let these = if postgres {
        format!("{column} = ANY ((SELECT CAST($1 AS integer[]))::integer[])")
    } else {
        format!("{column} IN (SELECT value FROM json_each($1))")
    };
    (list(postgres, false, spaces.iter()), these)
}

/// The condition that a row, found otherwise, is of one of the spaces that a parameter lists.
///
/// The list is read once for a statement and looked up for a row, as long as the condition cannot become a join: with
/// thousands of spaces the difference is one of a thousand.
pub(super) fn of_spaces(postgres: bool, column: &str, parameter: &str) -> String {
    if postgres {
        format!("({column} IN (SELECT unnest(CAST({parameter} AS integer[])))) IS TRUE")
    } else {
        format!("{column} IN (SELECT value FROM json_each({parameter}))")
    }
}

/// A reader of more spaces than this sees so much that the order of a list finds it faster than the index of spaces.
const FEW_SPACES: usize = 64;

/// Rows that are published now in one of these spaces.
///
/// PostgreSQL looks at the array on the row, for readers of few spaces through its index; SQLite, where tables are small,
/// asks the publications. `few` says that the statement names the rows by their ids. Measured for narrow and wide callers
/// in `docs/decisions/0002-visibility.md`.
pub(super) fn visible<M: Record>(postgres: bool, spaces: &[i32], few: bool) -> SimpleExpr {
    let table = table::<M>();
    let list = list(postgres, false, spaces.iter());
    let sql = if postgres && !few && spaces.len() <= FEW_SPACES {
        // As a plain cast the planner can look up how many rows such spaces have; for a short list it costs little for a row.
        format!("\"{table}\".\"spaces\" && CAST($1 AS integer[])")
    } else if postgres {
        // The planner is kept off the index of spaces, which without statistics it takes for the better one.
        let test = of_spaces(postgres, "s", "$1");
        format!("EXISTS (SELECT 1 FROM unnest(\"{table}\".\"spaces\") s WHERE {test})")
    } else {
        format!(
            "EXISTS (SELECT 1 FROM publication p WHERE p.record_id = \"{table}\".\"id\" AND p.live \
             AND p.space_no IN (SELECT value FROM json_each(?)))"
        )
    };
    Expr::cust_with_values(sql, [list])
}

/// The highest level at which a row is published in these spaces.
pub(super) fn level<M: Record>(postgres: bool, spaces: &[i32]) -> SimpleExpr {
    let table = table::<M>();
    let list = list(postgres, false, spaces.iter());
    let these = of_spaces(postgres, "p.space_no", if postgres { "$1" } else { "?" });
    Expr::cust_with_values(
        format!(
            "(SELECT max(p.level) FROM publication p WHERE p.record_id = \"{table}\".\"id\" AND p.live AND {these})"
        ),
        [list],
    )
}

/// Rows whose column is one of these ids: one text for any number of ids.
pub(super) fn any_of<C: ColumnTrait>(postgres: bool, column: C, ids: impl Iterator<Item = Id>) -> SimpleExpr {
    let list = list(postgres, true, ids);
    let table = column.entity_name().to_string();
    let column = column.unquoted().to_owned();
    if postgres {
        // In a sub-select the text is read once, not for every row: without statistics the planner may filter by it.
        Expr::cust_with_values(format!("\"{table}\".\"{column}\" = ANY ((SELECT CAST($1 AS uuid[]))::uuid[])"), [list])
    } else {
        Expr::cust_with_values(
            format!("\"{table}\".\"{column}\" IN (SELECT unhex(value, '-') FROM json_each(?))"),
            [list],
        )
    }
}

/// The id column of a record.
#[expect(
    clippy::expect_used,
    reason = "every record table has exactly one key column, its id; the drift test selects them all"
)]
pub(super) fn id_column<M: Record>() -> <M::Entity as EntityTrait>::Column {
    <M::Entity as EntityTrait>::PrimaryKey::iter().next().expect("a key column").into_column()
}

/// Where a row is published now, as words of `space:level`: for a statement that names its rows by their ids, and so reads
/// few that the caller does not see. [`seen`] decides.
pub(super) fn places<M: Record>() -> SimpleExpr {
    let table = table::<M>();
    Expr::cust(if M::REDACTS {
        format!(
            "(SELECT string_agg(p.space_no || ':' || p.level, ' ') FROM publication p \
             WHERE p.record_id = \"{table}\".\"id\" AND p.live)"
        )
    } else {
        format!("array_to_string(\"{table}\".\"spaces\", ' ')")
    })
}

/// The highest level at which one of the spaces, ascending, sees what is in these places; none where none does.
pub(super) fn seen(places: &str, spaces: &[i32]) -> Option<Level> {
    let level = |place: &str| {
        let (space, level) = place.split_once(':').unwrap_or((place, ""));
        let sees = spaces.binary_search(&space.parse().ok()?).is_ok();
        // Without a level the kind has one only.
        let level = if level.is_empty() { Level::Full } else { Level::from_stored(level.parse().ok()?) };
        sees.then_some(level)
    };
    places.split(' ').filter_map(level).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_seen_at_the_highest_level_of_the_readers_spaces() {
        assert_eq!(seen("7 9", &[1, 9]), Some(Level::Full));
        assert_eq!(seen("7 9", &[1, 8]), None);
        assert_eq!(seen("7:1 9:2 11:2", &[7, 9]), Some(Level::Full));
        assert_eq!(seen("7:1 9:2", &[7, 90]), Some(Level::Basic));
        assert_eq!(seen("", &[7]), None);
        assert_eq!(seen("7:x :2 9:", &[7]), None);
    }
}
