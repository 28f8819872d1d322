//! Relay connections: keyset paging, signed cursors, totals only when selected.

use async_graphql::{Context, SimpleObject};
use entity::Record;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, Order, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, SimpleExpr, Value as SqlValue},
};
use serde_json::{Value, json};

use super::{
    batch::Row,
    caller::{Caller, Sort, direction, ordered},
    codec::invalid_cursor,
    error::{Error, Result},
    gate::Ask,
    limits::{PAGE_DEFAULT, PAGE_MOST},
    visible::{self, Way},
};

/// Where a page stands in its list.
#[derive(SimpleObject, Clone, Debug)]
pub struct PageInfo {
    /// Whether more rows come after this page.
    has_next_page: bool,
    /// Whether rows come before this page.
    has_previous_page: bool,
    /// Cursor of the first row.
    start_cursor: Option<String>,
    /// Cursor of the last row.
    end_cursor: Option<String>,
}

/// The four paging arguments, as they came.
#[derive(Clone, Debug, Default)]
pub struct Paging {
    /// Rows from the start.
    pub first: Option<i32>,
    /// After this cursor.
    pub after: Option<String>,
    /// Rows from the end.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
}

impl Paging {
    pub(super) fn read(&self) -> Result<Read<'_>> {
        let backwards = self.last.is_some() || self.before.is_some();
        if backwards && (self.first.is_some() || self.after.is_some()) {
            return Err(Error::invalid(
                "last",
                "ONE_DIRECTION",
                "page forwards (first, after) or backwards (last, before), not both",
            ));
        }
        let (count, name) = if backwards { (self.last, "last") } else { (self.first, "first") };
        let count = count.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MOST).contains(&count) {
            return Err(Error::invalid(name, "PAGE_SIZE", format!("expected 1 to {PAGE_MOST} rows, found {count}")));
        }
        let cursor = if backwards {
            self.before.as_deref().map(|cursor| (cursor, "before"))
        } else {
            self.after.as_deref().map(|cursor| (cursor, "after"))
        };
        Ok(Read { count: count.unsigned_abs().into(), backwards, cursor })
    }
}

/// What the paging arguments say.
pub(super) struct Read<'p> {
    /// Rows.
    pub(super) count: u64,
    pub(super) backwards: bool,
    /// Where the page begins, with the name of the argument.
    pub(super) cursor: Option<(&'p str, &'static str)>,
}

/// One page of rows.
pub struct Page<M> {
    /// Rows with their cursors.
    pub rows: Vec<(String, Row<M>)>,
    /// Where the page stands.
    pub info: PageInfo,
    /// All rows of the list, when selected; none above 10 000.
    pub total: Option<i32>,
}

impl Caller {
    /// One page of the visible rows that fit. `list` names list and filter: a cursor counts for it only.
    pub async fn page<M: Record>(
        &self,
        ctx: &Context<'_>,
        list: &str,
        filter: Condition,
        sort: Sort<M>,
        paging: &Paging,
    ) -> Result<Page<M>> {
        let read = paging.read()?;
        let rows = self.fenced::<M>(Way::List).filter(filter.clone());
        let select = self.page_of(rows, list, &sort, &read)?.limit(read.count + 1);
        let Read { count, backwards, cursor } = read;
        let mut rows = self.run::<M>(select).await?;
        let more = rows.len() as u64 > count;
        rows.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        if backwards {
            rows.reverse();
        }
        self.hand_out(rows.len())?;
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| (self.platform.codec.cursor(self.account(), list, &key_of(&sort, &row.row)), row))
            .collect();
        let total = if ctx.look_ahead().field("totalCount").exists() { self.count::<M>(filter).await? } else { None };
        let info = PageInfo {
            has_next_page: if backwards { cursor.is_some() } else { more },
            has_previous_page: if backwards { more } else { cursor.is_some() },
            start_cursor: rows.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: rows.last().map(|(cursor, _)| cursor.clone()),
        };
        Ok(Page { rows, info, total })
    }

    /// Rows in order, from where a page begins.
    pub(super) fn page_of<M: Record>(
        &self,
        mut select: Select<M::Entity>,
        list: &str,
        sort: &Sort<M>,
        read: &Read<'_>,
    ) -> Result<Select<M::Entity>> {
        if let Some((cursor, field)) = read.cursor {
            let key = self.platform.codec.read_cursor(self.account(), list, field, cursor)?;
            select = select.filter(beyond::<M>(sort, read.backwards, &key).ok_or_else(|| invalid_cursor(field))?);
        }
        Ok(ordered::<M>(select, sort, read.backwards))
    }
}

impl<P: Record> Row<P> {
    /// The first page of what points to this row, read for all rows that this one came with; a later page is read
    /// for this row alone.
    pub async fn page<C: Record>(
        &self,
        ctx: &Context<'_>,
        link: &str,
        column: <C::Entity as EntityTrait>::Column,
        sort: Sort<C>,
        paging: &Paging,
    ) -> Result<Page<C>> {
        let caller = ctx.caller()?;
        let list = format!("{link}:{}", self.row.id());
        let Read { count, backwards, cursor } = paging.read()?;
        if backwards || cursor.is_some() || C::REDACTS {
            let filter = Condition::all().add(column.eq(self.row.id()));
            return caller.page(ctx, &list, filter, sort, paging).await;
        }
        let counted = ctx.look_ahead().field("totalCount").exists();
        let (mut rows, total) = self.first_of_each::<C>(caller, link, column, &sort, (count + 1, counted)).await?;
        let more = rows.len() as u64 > count;
        rows.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        caller.hand_out(rows.len())?;
        let codec = &caller.platform.codec;
        let account = caller.account();
        let rows: Vec<_> =
            rows.into_iter().map(|row| (codec.cursor(account, &list, &key_of(&sort, &row.row)), row)).collect();
        let info = PageInfo {
            has_next_page: more,
            has_previous_page: false,
            start_cursor: rows.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: rows.last().map(|(cursor, _)| cursor.clone()),
        };
        let total = total.and_then(|total| i32::try_from(total).ok()).filter(|total| *total <= 10_000);
        Ok(Page { rows, info, total })
    }
}

/// Sort key of a row: the column and the id.
fn key_of<M: Record>(sort: &Sort<M>, row: &M) -> Value {
    let value = match row.get(sort.column) {
        SqlValue::Int(Some(n)) => json!(n),
        SqlValue::String(Some(text)) => json!(text.as_str()),
        SqlValue::ChronoDateTimeUtc(Some(at)) => {
            json!(at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
        }
        _ => Value::Null,
    };
    json!([value, row.id()])
}

/// Rows strictly beyond a sort key.
fn beyond<M: Record>(sort: &Sort<M>, backwards: bool, key: &Value) -> Option<SimpleExpr> {
    let id: entity::Id = serde_json::from_value(key.get(1)?.clone()).ok()?;
    let value: SqlValue = match key.get(0)? {
        Value::Number(n) => i32::try_from(n.as_i64()?).ok()?.into(),
        Value::String(text) => {
            if row_type::<M>(sort) {
                chrono::DateTime::parse_from_rfc3339(text).ok()?.to_utc().into()
            } else {
                text.as_str().into()
            }
        }
        _ => return None,
    };
    let row = Expr::tuple([sort.column.into_simple_expr(), visible::id_column::<M>().into_simple_expr()]);
    let key = Expr::tuple([Expr::val(value), Expr::val(id)]);
    Some(match direction(sort, backwards) {
        Order::Desc => row.lt(key),
        _ => row.gt(key),
    })
}

/// Whether the sort column is a time.
fn row_type<M: Record>(sort: &Sort<M>) -> bool {
    use sea_orm::sea_query::ColumnType;
    matches!(
        sort.column.def().get_column_type(),
        ColumnType::TimestampWithTimeZone | ColumnType::DateTime | ColumnType::Timestamp
    )
}

/// Declares the connection and edge types of an object.
macro_rules! connection {
    ($connection:ident, $edge:ident, $object:ident, $row:ty, $connection_doc:literal, $edge_doc:literal) => {
        #[doc = $edge_doc]
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// Position of the row in its list.
            cursor: String,
            /// The row.
            node: $object,
        }

        #[doc = $connection_doc]
        #[derive(async_graphql::SimpleObject)]
        pub struct $connection {
            /// The rows of the page with their positions.
            edges: Vec<$edge>,
            /// Where the page stands in its list.
            page_info: $crate::platform::page::PageInfo,
            /// All rows of the list that you may see, exact up to 10 000, empty above. Counted only when selected.
            total_count: Option<i32>,
        }

        impl From<$crate::platform::page::Page<$row>> for $connection {
            fn from(page: $crate::platform::page::Page<$row>) -> Self {
                Self {
                    edges: page.rows.into_iter().map(|(cursor, row)| $edge { cursor, node: row.into() }).collect(),
                    page_info: page.info,
                    total_count: page.total,
                }
            }
        }
    };
}
pub(crate) use connection;
