//! Links between records, declared once by `object!`: objects follow them field by field, answers that are read whole
//! (`whole/`) take them into their one statement.

use std::collections::HashMap;

use async_graphql::{
    Context, OutputType,
    registry::{MetaType, Registry},
};
use entity::{Record, Right};
use futures_util::future::BoxFuture;
use sea_orm::{
    ColumnTrait, EntityName, EntityTrait, IdenStatic, Iterable, Order,
    sea_query::{Asterisk, PostgresQueryBuilder, Query, SimpleExpr, SqliteQueryBuilder},
};

use super::{
    batch::Row,
    caller::{Sort, direction},
    cells::Cell,
    error::{Error, Result},
    gate::Ask,
    object::objects,
};

/// The column of a record.
pub type ColumnOf<M> = <<M as sea_orm::ModelTrait>::Entity as EntityTrait>::Column;

/// A GraphQL object over a record.
pub trait Object: From<Row<Self::Row>> + Clone + Send + Sync + 'static {
    /// The record.
    type Row: Record + OutputType;
    /// Its name in the schema.
    const NAME: &'static str;
    /// Where it links to.
    fn links() -> Vec<Link>;
    /// What answers that are read whole must know of it.
    fn sketch() -> &'static Sketch;
}

/// How many records a link leads to.
pub trait Form {
    /// What its field answers with.
    type Of<T>;
}

/// The record that a column of the row names, where it is visible.
pub struct One;
/// The first of those whose column names the row.
pub struct First;
/// All whose column names the row.
pub struct Many;

impl Form for One {
    type Of<T> = Option<T>;
}
impl Form for First {
    type Of<T> = Option<T>;
}
impl Form for Many {
    type Of<T> = Vec<T>;
}

impl One {
    /// Follows the link from a row, for all rows it came with. Boxed, as the others: links nest as deep as documents may.
    pub fn follow<'f, M: Record, T: Object>(
        ctx: &'f Context<'_>,
        at: &'f Row<M>,
        link: &'static str,
        column: ColumnOf<M>,
        _: Option<Sort<T::Row>>,
        _: Option<SimpleExpr>,
    ) -> BoxFuture<'f, Result<Option<T>>> {
        Box::pin(async move { Ok(at.one::<T::Row>(ctx.caller()?, link, column).await?.map(T::from)) })
    }

    /// The same link, for answers that are read whole.
    pub fn link<M: Record, T: Object>(
        link: &'static str,
        column: ColumnOf<M>,
        _: Option<Sort<T::Row>>,
        _: Option<SimpleExpr>,
    ) -> Link {
        Link { name: camel(link), how: How::One(column.as_str().to_owned()), target: T::sketch }
    }
}

impl Many {
    /// Follows the link from a row, for all rows it came with.
    pub fn follow<'f, M: Record, T: Object>(
        ctx: &'f Context<'_>,
        at: &'f Row<M>,
        link: &'static str,
        column: ColumnOf<T::Row>,
        sort: Option<Sort<T::Row>>,
        filter: Option<SimpleExpr>,
    ) -> BoxFuture<'f, Result<Vec<T>>> {
        Box::pin(async move {
            let sort = sort.ok_or_else(|| Error::internal(format!("the link {link} has no order")))?;
            Ok(objects(at.many::<T::Row>(ctx.caller()?, link, column, sort, filter).await?))
        })
    }

    /// The same link, for answers that are read whole.
    pub fn link<M: Record, T: Object>(
        link: &'static str,
        column: ColumnOf<T::Row>,
        sort: Option<Sort<T::Row>>,
        filter: Option<SimpleExpr>,
    ) -> Link {
        Link { name: camel(link), how: How::Many(Backward::of(column, sort, filter)), target: T::sketch }
    }
}

impl First {
    /// Follows the link from a row, for all rows it came with.
    pub fn follow<'f, M: Record, T: Object>(
        ctx: &'f Context<'_>,
        at: &'f Row<M>,
        link: &'static str,
        column: ColumnOf<T::Row>,
        sort: Option<Sort<T::Row>>,
        filter: Option<SimpleExpr>,
    ) -> BoxFuture<'f, Result<Option<T>>> {
        Box::pin(async move { Ok(Many::follow::<M, T>(ctx, at, link, column, sort, filter).await?.into_iter().next()) })
    }

    /// The same link, for answers that are read whole.
    pub fn link<M: Record, T: Object>(
        link: &'static str,
        column: ColumnOf<T::Row>,
        sort: Option<Sort<T::Row>>,
        filter: Option<SimpleExpr>,
    ) -> Link {
        Link { name: camel(link), how: How::First(Backward::of(column, sort, filter)), target: T::sketch }
    }
}

/// A list in pages, for answers that are read whole.
pub fn page<T: Object>(of: &str, link: &'static str, column: ColumnOf<T::Row>, sort: Sort<T::Row>) -> Link {
    let how = How::Page(Backward::of::<T::Row>(column, Some(sort), None), list(of, link));
    Link { name: camel(link), how, target: T::sketch }
}

/// Names a nested list, for its cursors.
pub fn list(of: &str, link: &str) -> String {
    format!("{of}.{link}")
}

/// A link of an object.
pub struct Link {
    /// As clients write it.
    pub(super) name: String,
    pub(super) how: How,
    pub(super) target: fn() -> &'static Sketch,
}

/// Which records a link leads to.
pub(super) enum How {
    /// The one whose id is in this column of the row.
    One(String),
    /// Those that name the row.
    Many(Backward),
    /// The first that names the row.
    First(Backward),
    /// Those that name the row, in pages of a list.
    Page(Backward, String),
}

/// Records whose column names a row, in an order, under a condition.
pub(super) struct Backward {
    pub(super) column: String,
    pub(super) order: InOrder,
    /// Fixed text for PostgreSQL and for SQLite.
    pub(super) filter: Option<(String, String)>,
}

/// An order of rows: a column, the id last.
pub(super) struct InOrder {
    pub(super) column: String,
    pub(super) cell: Cell,
    pub(super) descending: bool,
}

impl InOrder {
    pub(super) fn of<M: Record>(sort: &Sort<M>, reverse: bool) -> Self {
        Self {
            column: sort.column.as_str().to_owned(),
            cell: Cell::of(sort.column.def().get_column_type()).unwrap_or(Cell::Text),
            descending: direction(sort, reverse) == Order::Desc,
        }
    }
}

impl Backward {
    fn of<M: Record>(column: ColumnOf<M>, sort: Option<Sort<M>>, filter: Option<SimpleExpr>) -> Self {
        let text = |filter: SimpleExpr| {
            let select = Query::select().column(Asterisk).and_where(filter).to_owned();
            let condition =
                |text: String| text.split_once(" WHERE ").map(|(_, text)| text.to_owned()).unwrap_or_default();
            (condition(select.to_string(PostgresQueryBuilder)), condition(select.to_string(SqliteQueryBuilder)))
        };
        let sort = sort.unwrap_or(Sort::asc(super::visible::id_column::<M>()));
        Self { column: column.as_str().to_owned(), order: InOrder::of(&sort, false), filter: filter.map(text) }
    }
}

/// What answers that are read whole must know of an object.
pub struct Sketch {
    /// Its name in the schema.
    pub(super) name: &'static str,
    pub(super) table: String,
    pub(super) read: Right,
    pub(super) redacts: bool,
    /// Fields that are empty at the lesser level, as the API spells them; none where more than that is done to them.
    pub(super) emptied: Option<&'static [&'static str]>,
    /// Fields that show a column: its name and what it holds.
    pub(super) shown: HashMap<String, (String, Cell)>,
    pub(super) links: HashMap<String, Link>,
}

impl Sketch {
    /// The sketch of an object.
    pub fn of<O: Object>() -> Self {
        let mut registry = Registry::default();
        O::Row::create_type_info(&mut registry);
        let shown = match registry.types.get(&*O::Row::type_name()) {
            Some(MetaType::Object { fields, .. }) => fields.clone(),
            _ => async_graphql::indexmap::IndexMap::new(),
        };
        let shown = ColumnOf::<O::Row>::iter().filter_map(|column| {
            let name = camel(column.as_str());
            let definition = column.def();
            let cell = Cell::of(definition.get_column_type())?;
            let named = match shown.get(&name) {
                Some(field) => field.ty.trim_end_matches('!'),
                None if name == "id" => "ID",
                None => return None,
            };
            // A code that is kept as a number has a name that the database does not know.
            let number = matches!(cell, Cell::Small | Cell::Int | Cell::Big);
            if number && matches!(registry.types.get(named), Some(MetaType::Enum { .. })) {
                return None;
            }
            Some((name, (column.as_str().to_owned(), cell)))
        });
        Self {
            name: O::NAME,
            table: <O::Row as sea_orm::ModelTrait>::Entity::default().table_name().to_owned(),
            read: O::Row::READ,
            redacts: O::Row::REDACTS,
            emptied: O::Row::EMPTIED,
            shown: shown.collect(),
            links: O::links().into_iter().map(|link| (link.name.clone(), link)).collect(),
        }
    }
}

/// `partnership_id` becomes `partnershipId`.
pub fn camel(column: &str) -> String {
    let mut out = String::new();
    for (at, word) in column.split('_').enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if at > 0 => out.extend(first.to_uppercase()),
            Some(first) => out.push(first),
            None => {}
        }
        out.push_str(letters.as_str());
    }
    out
}
