//! The visibility predicate: one function builds it, everybody reads through it.

use std::fmt::Write;

use super::grants::Spaces;
use entity::{Id, Level, Record};
use sea_orm::{
    ColumnTrait, EntityName, EntityTrait, Iterable, PrimaryKeyToColumn,
    sea_query::{ArrayType, Expr, SimpleExpr, Value},
};

pub(super) fn table<M: Record>() -> &'static str {
    M::Entity::default().table_name()
}

/// Numbers as a value: an array, which PostgreSQL reads ten times as fast as its text, or a text in JSON for SQLite.
fn numbers(postgres: bool, numbers: &[i32], listed: impl FnOnce() -> String) -> Value {
    if postgres {
        Value::Array(ArrayType::Int, Some(Box::new(numbers.iter().map(|no| Value::Int(Some(*no))).collect())))
    } else {
        format!("[{}]", listed()).into()
    }
}

/// Ids as a value, the same way.
pub(super) fn ids(postgres: bool, ids: &[Id]) -> Value {
    if postgres {
        return Value::Array(ArrayType::Uuid, Some(Box::new(ids.iter().copied().map(Value::from).collect())));
    }
    let mut out = String::from('[');
    for (at, id) in ids.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(out, "{}\"{id}\"", if at > 0 { "," } else { "" });
    }
    out.push(']');
    out.into()
}

/// Spaces as a value.
pub(super) fn listed(postgres: bool, spaces: &Spaces) -> Value {
    numbers(postgres, &spaces.numbers, || spaces.listed.to_string())
}

/// Numbers of spaces as a value, and the condition that finds rows by them: one text for any number of spaces.
pub(super) fn by_spaces(postgres: bool, spaces: &[i32], column: &str, parameter: usize) -> (Value, String) {
    let these = if postgres {
        format!("{column} = ANY ((SELECT CAST(${parameter} AS integer[]))::integer[])")
    } else {
        format!("{column} IN (SELECT value FROM json_each(${parameter}))")
    };
    let listed = || spaces.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    (numbers(postgres, spaces, listed), these)
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
/// A list of more spaces than this is not walked for every row.
const SHORT: usize = 1000;

/// How a statement comes to its rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By the index of spaces, or along an order, whichever is shorter for this reader.
    List,
    /// By what other rows, or their ids, name: there are few.
    Named,
}

/// Rows that are published now in one of these spaces.
///
/// PostgreSQL looks at the array on the row, for readers of few spaces through its index; SQLite, where tables are small,
/// asks the publications. Measured for narrow and wide callers in `docs/decisions/0002-visibility.md`.
pub(super) fn visible<M: Record>(postgres: bool, spaces: &Spaces, way: Way) -> SimpleExpr {
    let parameter = if postgres { "$1" } else { "?" };
    let sql = fence(postgres, table::<M>(), way, spaces.numbers.len(), parameter);
    Expr::cust_with_values(sql, [listed(postgres, spaces)])
}

/// The same as text, where a parameter lists so many spaces. Rows that are named may have another name than their table.
pub fn fence(postgres: bool, table: &str, way: Way, spaces: usize, parameter: &str) -> String {
    if !postgres {
        // A record stands in few spaces: they are looked up in the list. Without the plus SQLite goes the other way, and looks into
        // its index once for each of the caller's spaces: 55 ms for a page that takes 0.7.
        return format!(
            "EXISTS (SELECT 1 FROM publication p WHERE p.record_id = \"{table}\".\"id\" AND p.live \
             AND +p.space_no IN (SELECT value FROM json_each({parameter})))"
        );
    }
    let (places, home) = (format!("\"{table}\".\"spaces\""), format!("\"{table}\".\"home\""));
    if way == Way::List && spaces <= FEW_SPACES {
        // As a plain parameter the planner can look up how many rows such spaces have; a short list is soon walked for a row.
        return format!("{places} && CAST({parameter} AS integer[])");
    }
    // The planner is kept off the index of spaces, which without statistics it takes for the better one. Most rows are
    // published in one space, their home; where there are more, it is 0, and they are taken apart. A list is walked within
    // an index that has the home of its rows: only those of several spaces are looked up for this.
    let (one, several) = if way == Way::Named && spaces <= SHORT {
        let these = format!("(SELECT CAST({parameter} AS integer[]))::integer[]");
        (format!("{home} = ANY ({these})"), format!("{places} && {these}"))
    } else {
        let any = of_spaces(true, "s", parameter);
        let rows = match way {
            Way::Named => format!("unnest({places}) s WHERE {any}"),
            Way::List => format!("\"{table}\" r, unnest(r.spaces) s WHERE r.id = \"{table}\".\"id\" AND {any}"),
        };
        let several = format!("EXISTS (SELECT 1 FROM {rows})");
        (of_spaces(true, &home, parameter), several)
    };
    format!("({one} OR ({home} = 0 AND {several}))")
}

/// Rows whose column is one of these ids: one text for any number of ids.
pub(super) fn any_of<C: ColumnTrait>(postgres: bool, column: C, ids: impl Iterator<Item = Id>) -> SimpleExpr {
    one_of(postgres, &column.entity_name().to_string(), column.unquoted(), ids.collect())
}

fn one_of(postgres: bool, table: &str, column: &str, ids: Vec<Id>) -> SimpleExpr {
    let list = self::ids(postgres, &ids);
    if postgres {
        // In a sub-select the list is read once, not for every row: without statistics the planner may filter by it.
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

/// Where a row is published now, in words for [`seen`].
pub(super) fn places<M: Record>(postgres: bool) -> SimpleExpr {
    Expr::cust(places_of(postgres, M::REDACTS, &format!("\"{}\"", table::<M>())))
}

/// The same as text, for a row of a name.
pub(super) fn places_of(postgres: bool, redacts: bool, row: &str) -> String {
    match (postgres, redacts) {
        (true, false) => format!("array_to_string({row}.\"spaces\", ' ')"),
        (true, true) => format!("array_to_string({row}.\"spaces\" || {row}.\"lesser\", ' ')"),
        (false, _) => format!(
            "(SELECT group_concat(CASE p.level WHEN {} THEN -p.space_no ELSE p.space_no END, ' ') \
             FROM publication p WHERE p.record_id = {row}.\"id\" AND p.live)",
            Level::Basic.stored()
        ),
    }
}

/// Every publication of a row, in words: space, position, and the level where it is live; between them commas.
pub(super) fn published<M: Record>(postgres: bool) -> SimpleExpr {
    let joined = if postgres { "string_agg" } else { "group_concat" };
    let (table, live) = (table::<M>(), "CASE WHEN p.live THEN CAST(p.level AS text) ELSE '-' END");
    Expr::cust(format!(
        "(SELECT {joined}(p.space_no || ' ' || p.seq || ' ' || {live}, ',') FROM publication p WHERE p.record_id = \"{table}\".\"id\")"
    ))
}

/// The highest level at which one of the spaces, ascending, sees what is in these places; none where none does. The number of
/// a space that sees the lesser level is there as a negative one, with or without the other.
pub fn seen(places: &str, spaces: &[i32]) -> Option<Level> {
    let mine = |place: &str| {
        let place: i32 = place.parse().ok()?;
        spaces.binary_search(&place.abs()).is_ok().then_some(place)
    };
    let (mut sees, mut full) = (false, false);
    for place in places.split(' ').filter_map(mine) {
        sees = true;
        full |= place > 0 && !places.split(' ').any(|other| other.parse() == Ok(-place));
    }
    sees.then_some(if full { Level::Full } else { Level::Basic })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_seen_at_the_highest_level_of_the_readers_spaces() {
        assert_eq!(seen("7 9", &[1, 9]), Some(Level::Full));
        assert_eq!(seen("7 9", &[1, 8]), None);
        assert_eq!(seen("-7 9 11", &[7, 9]), Some(Level::Full));
        assert_eq!(seen("-7 9", &[7, 90]), Some(Level::Basic));
        assert_eq!(seen("7 9 -7", &[7]), Some(Level::Basic));
        assert_eq!(seen("7 9 -7", &[7, 9]), Some(Level::Full));
        assert_eq!(seen("", &[7]), None);
        assert_eq!(seen("x - 9:", &[9]), None);
    }
}
