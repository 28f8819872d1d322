//! The visibility predicate: one function builds it, everybody reads through it.

use entity::{Id, Record};
use sea_orm::{
    ColumnTrait, EntityName, EntityTrait, Iterable, PrimaryKeyToColumn,
    sea_query::{Expr, SimpleExpr},
};

fn table<M: Record>() -> &'static str {
    M::Entity::default().table_name()
}

/// `{1,2}` for PostgreSQL, `[1,2]` for SQLite.
fn list<T: std::fmt::Display>(postgres: bool, quote: bool, items: impl Iterator<Item = T>) -> String {
    let (open, close) = if postgres { ('{', '}') } else { ('[', ']') };
    let mut out = String::from(open);
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        if quote && !postgres {
            out.push_str(&format!("\"{item}\""));
        } else {
            out.push_str(&item.to_string());
        }
    }
    out.push(close);
    out
}

/// Some spaces as one value, and how a number is compared with them: one text for any number of spaces.
pub(super) fn spaces(postgres: bool, spaces: &[i32]) -> (String, &'static str) {
    let these = if postgres { "= ANY (CAST($1 AS integer[]))" } else { "IN (SELECT value FROM json_each($1))" };
    (list(postgres, false, spaces.iter()), these)
}

/// Rows that are published now in one of these spaces.
///
/// PostgreSQL reads the array on the row through its index; SQLite, where tables are small, asks the
/// publications. `few` says that the statement names the rows by their ids. Measured for narrow and wide callers in `docs/decisions/0002-visibility.md`.
pub(super) fn visible<M: Record>(postgres: bool, spaces: &[i32], few: bool) -> SimpleExpr {
    let table = table::<M>();
    let list = list(postgres, false, spaces.iter());
    if postgres {
        // Where ids are named, they lead to the rows: the planner is kept off the index of spaces, which without statistics it
        // takes for the better one.
        let test = if few { " IS TRUE" } else { "" };
        Expr::cust_with_values(format!("(\"{table}\".\"spaces\" && CAST($1 AS integer[])){test}"), [list])
    } else {
        Expr::cust_with_values(
            format!(
                "EXISTS (SELECT 1 FROM publication p WHERE p.record_id = \"{table}\".\"id\" AND p.live \
                 AND p.space_no IN (SELECT value FROM json_each(?)))"
            ),
            [list],
        )
    }
}

/// The highest level at which a row is published in these spaces.
pub(super) fn level<M: Record>(postgres: bool, spaces: &[i32]) -> SimpleExpr {
    let table = table::<M>();
    let list = list(postgres, false, spaces.iter());
    let these = if postgres { "= ANY (CAST($1 AS integer[]))" } else { "IN (SELECT value FROM json_each(?))" };
    Expr::cust_with_values(
        format!(
            "(SELECT max(p.level) FROM publication p WHERE p.record_id = \"{table}\".\"id\" AND p.live AND p.space_no {these})"
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
