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
pub(super) fn numbers(postgres: bool, numbers: &[i32]) -> Value {
    if postgres {
        return Value::Array(ArrayType::Int, Some(Box::new(numbers.iter().map(|no| Value::Int(Some(*no))).collect())));
    }
    format!("[{}]", numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")).into()
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

/// How a parameter names spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One after the other.
    Listed(Length),
    /// A bit for each. For PostgreSQL so many altogether, of which the last is of no space; SQLite does not ask how many.
    Bits(usize),
}

/// How long a list is, as far as statements differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Its reader sees so little that the index of spaces finds it soonest.
    Few,
    /// It can be walked for every row.
    Short,
    /// It is looked up.
    Long,
}

impl Length {
    const fn of(spaces: &[i32]) -> Self {
        if spaces.len() <= FEW_SPACES {
            Self::Few
        } else if spaces.len() <= SHORT {
            Self::Short
        } else {
            Self::Long
        }
    }
}

/// Spaces as a value, and its form.
pub(super) fn sent(postgres: bool, spaces: &Spaces) -> (Value, Form) {
    let listed = Form::Listed(Length::of(&spaces.numbers));
    let pack = || {
        if !are_bits(&spaces.numbers) {
            // An array is made anew: kept, it would be larger than all that it is made of.
            return (!postgres).then(|| (numbers(false, &spaces.numbers), listed));
        }
        let bits = if postgres { bits(&spaces.numbers) } else { sixes(&spaces.numbers) };
        let form = Form::Bits(if postgres { bits.len() * 8 } else { 0 });
        Some((bits.into(), form))
    };
    spaces.sent.get_or_init(pack).clone().unwrap_or_else(|| (numbers(postgres, &spaces.numbers), listed))
}

/// Most numbers that there may be up to the last space for each that is named: with more of them the bits would be more than
/// twice as long as a list.
const SPARSE: usize = 64;

/// Whether bits are better than a list, which is short, or whose numbers lie far from each other.
fn are_bits(spaces: &[i32]) -> bool {
    let last = spaces.last().and_then(|last| usize::try_from(*last).ok());
    spaces.len() > FEW_SPACES && last.is_some_and(|last| last / SPARSE <= spaces.len())
}

/// A bit for each number, the lowest first, so many in a group; what else is set in every group is `empty`.
fn groups(spaces: &[i32], wide: usize, empty: u8) -> Vec<u8> {
    let places = || spaces.iter().filter_map(|no| usize::try_from(*no).ok());
    let mut groups = vec![empty; places().max().unwrap_or_default() / wide + 1];
    for no in places() {
        if let Some(group) = groups.get_mut(no / wide) {
            *group |= 1 << (no % wide);
        }
    }
    groups
}

/// A bit for each space, as PostgreSQL counts them. There are few lengths, as a statement names its own.
fn bits(spaces: &[i32]) -> Vec<u8> {
    let mut bits = groups(spaces, 8, 0);
    let last_is_used = bits.last().is_some_and(|last| last >> 7 == 1);
    bits.resize((bits.len() + usize::from(last_is_used)).next_power_of_two(), 0);
    bits
}

/// Six spaces in a character, of which SQLite tells the number as it does not of a byte. None is the one that ends a text.
fn sixes(spaces: &[i32]) -> Vec<u8> {
    groups(spaces, 6, 0x40)
}

/// Numbers of spaces as a value, and the condition that finds rows by them: one text for any number of spaces.
pub(super) fn by_spaces(postgres: bool, spaces: &[i32], column: &str, parameter: usize) -> (Value, String) {
    (numbers(postgres, spaces), among(postgres, column, parameter))
}

/// The condition alone.
pub(super) fn among(postgres: bool, column: &str, parameter: usize) -> String {
    if postgres {
        format!("{column} = ANY ((SELECT CAST(${parameter} AS integer[]))::integer[])")
    } else {
        format!("{column} IN (SELECT value FROM json_each(${parameter}))")
    }
}

/// The condition that a row of PostgreSQL, found otherwise, is of one of the spaces that a parameter names.
///
/// Of bits one is looked at; spaces behind them have the last. A list is read once for a statement and looked up for a row, as
/// long as the condition cannot become a join: with thousands of spaces the difference is one of a thousand.
fn of_spaces(form: Form, column: &str, parameter: &str) -> String {
    match form {
        // As a case: an equation the planner would take for true of one row in two hundred.
        Form::Bits(count) => format!(
            "CASE get_bit(CAST({parameter} AS bytea), LEAST({column}, {})) WHEN 1 THEN TRUE ELSE FALSE END",
            count - 1
        ),
        Form::Listed(_) => format!("({column} IN (SELECT unnest(CAST({parameter} AS integer[])))) IS TRUE"),
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
    let (value, form) = sent(postgres, spaces);
    Expr::cust_with_values(fence(postgres, table::<M>(), way, form, parameter), [value])
}

/// The same as text, where a parameter names spaces in a form. Rows that are named may have another name than their table.
pub fn fence(postgres: bool, table: &str, way: Way, form: Form, parameter: &str) -> String {
    if !postgres {
        // A record stands in few spaces: they are looked up in the list. Without the plus SQLite goes the other way, and looks into
        // its index once for each of the caller's spaces: 55 ms for a page that takes 0.7.
        let these = match form {
            // Behind the last character there is none, and so no number.
            Form::Bits(_) => {
                format!("unicode(CAST(substr({parameter}, p.space_no / 6 + 1, 1) AS text)) >> (p.space_no % 6) & 1")
            }
            Form::Listed(_) => format!("+p.space_no IN (SELECT value FROM json_each({parameter}))"),
        };
        return format!(
            "EXISTS (SELECT 1 FROM publication p WHERE p.record_id = \"{table}\".\"id\" AND p.live AND {these})"
        );
    }
    let (places, home) = (format!("\"{table}\".\"spaces\""), format!("\"{table}\".\"home\""));
    if way == Way::List && form == Form::Listed(Length::Few) {
        // As a plain parameter the planner can look up how many rows such spaces have; a short list is soon walked for a row.
        return format!("{places} && CAST({parameter} AS integer[])");
    }
    // The planner is kept off the index of spaces, which without statistics it takes for the better one. Most rows are
    // published in one space, their home; where there are more, it is 0, and they are taken apart. A list is walked within
    // an index that has the home of its rows: only those of several spaces are looked up for this.
    let (one, several) = if way == Way::Named && matches!(form, Form::Listed(Length::Few | Length::Short)) {
        let these = format!("(SELECT CAST({parameter} AS integer[]))::integer[]");
        (format!("{home} = ANY ({these})"), format!("{places} && {these}"))
    } else {
        let any = of_spaces(form, "s", parameter);
        let rows = match way {
            Way::Named => format!("unnest({places}) s WHERE {any}"),
            Way::List => format!("\"{table}\" r, unnest(r.spaces) s WHERE r.id = \"{table}\".\"id\" AND {any}"),
        };
        let several = format!("EXISTS (SELECT 1 FROM {rows})");
        (of_spaces(form, &home, parameter), several)
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
    fn spaces_are_bits_where_they_are_many_and_close() {
        let spaces: Vec<i32> = (1..=500).map(|no| no * 5).collect();
        let bits = bits(&spaces);
        assert_eq!(bits.len(), 512);
        let set = |no: &usize| bits[no / 8] >> (no % 8) & 1 == 1;
        let fives: Vec<usize> = (1..=500).map(|no| no * 5).collect();
        assert_eq!((0..4096).filter(set).collect::<Vec<_>>(), fives);
        let sixes = sixes(&spaces);
        assert_eq!(sixes.len(), 2500 / 6 + 1);
        assert!(sixes.iter().all(u8::is_ascii) && !sixes.contains(&0));
        let set = |no: &usize| sixes[no / 6] >> (no % 6) & 1 == 1;
        assert_eq!((0..=2500).filter(set).collect::<Vec<_>>(), fives);
        let up_to = |last: i32| super::bits(&(last - 99..=last).collect::<Vec<_>>()).len() * 8;
        // The last bit is of no space: every space that came later has it.
        assert_eq!((up_to(1022), up_to(1023)), (1024, 2048));
        assert!(are_bits(&spaces) && are_bits(&(1..=65).collect::<Vec<_>>()));
        assert!(!are_bits(&[]) && !are_bits(&(1..=64).collect::<Vec<_>>()));
        assert!(!are_bits(&(1..=100).map(|no| no * 1000).collect::<Vec<_>>()));
    }

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
