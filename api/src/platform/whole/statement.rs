//! One statement for a plan. Every row is an array of values in the order of the plan; before them stands, where the writer
//! decides whether or how much the caller sees, where the row is published.

use std::{
    fmt::{Display, Write},
    sync::{Arc, PoisonError, RwLock},
};

use entity::{Id, Right};
use sea_orm::{
    Value,
    sea_query::{PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder},
};

use super::{Pages, Plan, What};
use crate::platform::{
    caller::Caller,
    cells::Cell,
    grants::Grants,
    links::{Backward, InOrder, Sketch},
    standings::Known,
    token::Identity,
    visible::{self, Form, Way},
};

pub(super) struct Statement<'c> {
    /// The standings it is built for.
    pub(super) grants: Grants,
    /// Whether to ask if they still count.
    pub(super) asks: Option<(&'c Known, &'c Identity)>,
    /// The answer to that which lets them count.
    pub(super) answer: Option<String>,
    /// Whether its rows come as the lines of one.
    pub(super) in_lines: bool,
    postgres: bool,
    /// Its text, while it is put together; without one only its values are.
    sql: Option<String>,
    /// A text that was put together before.
    before: Option<Arc<str>>,
    pub(super) values: Vec<Value>,
    /// Parameters that name the spaces of a right.
    spaces: Vec<(Right, (usize, Form))>,
    aliases: usize,
}

/// Whether the writer must be told where an object is published.
pub(super) const fn tells_places(sketch: &Sketch, named: bool) -> bool {
    named || sketch.redacts
}

impl Statement<'_> {
    pub(super) fn new(caller: &Caller, grants: Grants) -> Self {
        Self {
            grants,
            asks: None,
            answer: None,
            in_lines: false,
            postgres: caller.postgres(),
            sql: Some(String::with_capacity(2048)),
            before: None,
            values: Vec::new(),
            spaces: Vec::new(),
            aliases: 0,
        }
    }

    /// One record by id, with the text that it had for whoever asked the same before. Without its text there is little to do.
    pub(super) fn named_as_before(&mut self, plan: &Plan, id: Id, wordings: &Wordings) {
        let sql = self.sql.take();
        self.named(plan, id);
        let shape =
            Shape { spaces: std::mem::take(&mut self.spaces), asks: self.asks.map(|(known, of)| known.asks_for(of)) };
        self.before = wordings.of(&shape);
        if self.before.is_none() || cfg!(debug_assertions) {
            (self.sql, self.aliases) = (sql, 0);
            let values = std::mem::take(&mut self.values);
            self.named(plan, id);
            debug_assert_eq!(values, self.values, "values depend on the shape alone");
            debug_assert!(self.before.as_deref().is_none_or(|before| Some(before) == self.sql.as_deref()));
            wordings.keep(shape, self.text());
        }
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        self.before.as_deref().or(self.sql.as_deref()).unwrap_or_default()
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.sql.as_mut().map(|sql| sql.write_fmt(text));
    }

    fn put_str(&mut self, text: &str) {
        if let Some(sql) = &mut self.sql {
            sql.push_str(text);
        }
    }

    fn value(&mut self, value: impl Into<Value>) -> usize {
        self.values.push(value.into());
        self.values.len()
    }

    /// The parameter that names the spaces of a right, and its form.
    fn spaces(&mut self, right: Right) -> (usize, Form) {
        if let Some((_, at)) = self.spaces.iter().find(|(known, _)| *known == right) {
            return *at;
        }
        let (value, form) = visible::sent(self.postgres, &self.grants.spaces_of(right));
        let at = (self.value(value), form);
        self.spaces.push((right, at));
        at
    }

    const fn alias(&mut self) -> usize {
        self.aliases += 1;
        self.aliases
    }

    /// A record by id. Whether the caller sees it is told with the row.
    pub(super) fn named(&mut self, plan: &Plan, id: Id) {
        let (table, id) = (&plan.sketch.table, self.value(id));
        let t = self.alias();
        self.put_str("SELECT ");
        self.array(plan, t, true, None);
        self.question();
        self.put(format_args!(" FROM \"{table}\" AS t{t} WHERE t{t}.\"id\" = ${id}"));
    }

    /// Rows whose ids another statement chooses, in its order.
    pub(super) fn page(&mut self, pages: &Pages, rows: &SelectStatement, order: &InOrder) {
        let (inner, values) =
            if self.postgres { rows.build(PostgresQueryBuilder) } else { rows.build(SqliteQueryBuilder) };
        self.values.extend(values.0);
        let inner = if self.postgres { inner } else { numbered(&inner) };
        let t = self.alias();
        self.put_str("SELECT ");
        if !self.postgres {
            // Its driver wakes a thread for every row: they come as lines of one, in which JSON has no other line breaks.
            self.in_lines = true;
            self.put_str("group_concat(r.line, char(10))");
            self.question();
            self.put_str(" FROM (SELECT ");
        }
        self.array(&pages.node, t, false, pages.cursors.then_some(order));
        if self.postgres {
            self.question();
        } else {
            self.put_str(" AS line");
        }
        // As text: with a parameter the planner takes a tenth of the list for a page, and plans anew every time.
        let (table, limit) = (&pages.node.sketch.table, pages.most());
        self.put(format_args!(" FROM ({inner} LIMIT {limit}) AS k JOIN \"{table}\" AS t{t} ON t{t}.\"id\" = k.\"id\""));
        self.in_order("k", order);
        if !self.postgres {
            self.put_str(") AS r");
        }
    }

    /// Asks beside every row whether the standings still count: one statement is one moment of the database.
    fn question(&mut self) {
        let Some((known, identity)) = self.asks else { return };
        self.put_str(", (");
        self.answer = Some(known.ask(self.postgres, identity, &mut self.values, self.sql.as_mut()));
        self.put_str(")");
    }

    fn in_order(&mut self, table: impl Display, order: &InOrder) {
        let (column, way) = (&order.column, if order.descending { " DESC" } else { "" });
        self.put(format_args!(" ORDER BY {table}.\"{column}\"{way}, {table}.\"id\"{way}"));
    }

    /// The values of an object; before them, where it is asked for, its position in an order.
    fn array(&mut self, plan: &Plan, t: usize, named: bool, position: Option<&InOrder>) {
        // The text of JSON, and not a type of its own, is what the driver reads.
        self.put_str(if self.postgres { "CAST(json_build_array(" } else { "json_array(" });
        self.values_of(plan, t, named, position);
        self.put_str(if self.postgres { ") AS text)" } else { ")" });
    }

    fn values_of(&mut self, plan: &Plan, t: usize, named: bool, position: Option<&InOrder>) {
        let start = self.sql.as_ref().map(String::len);
        if tells_places(plan.sketch, named)
            && let Some(sql) = &mut self.sql
        {
            sql.push_str(&visible::places_of(self.postgres, plan.sketch.redacts, &format!("t{t}")));
            sql.push(',');
        }
        if let Some(order) = position {
            self.column(t, &order.column, order.cell);
            self.put_str(",");
            self.column(t, "id", Cell::Id);
            self.put_str(",");
        }
        for part in &plan.parts {
            match &part.what {
                What::Typename | What::Redactions => continue,
                What::Column(_, column, cell) => self.column(t, column, *cell),
                What::One(column, plan) => self.one(plan, t, column),
                What::First(link, child) => self.within(plan, t, named, |it| it.many(child, t, link, Some(1), None)),
                What::Many(link, child) => self.within(plan, t, named, |it| it.many(child, t, link, None, None)),
                What::Page(link, _, pages) => {
                    if pages.cursors {
                        // A cursor counts for the list of this row.
                        self.column(t, "id", Cell::Id);
                        self.put_str(",");
                    }
                    let most = Some(pages.most());
                    self.within(plan, t, named, |it| it.many(&pages.node, t, link, most, Some(pages)));
                }
            }
            self.put_str(",");
        }
        if let Some(sql) = self.sql.as_mut().filter(|sql| Some(sql.len()) > start) {
            sql.pop();
        }
    }

    /// Lists below a row that was named by an id are read where the caller sees the row: how much hangs on what they do not
    /// see must not be told by the time it takes.
    fn within(&mut self, plan: &Plan, t: usize, named: bool, write: impl FnOnce(&mut Self)) {
        if !named {
            return write(self);
        }
        let (spaces, form) = self.spaces(plan.sketch.read);
        self.put_str("CASE WHEN ");
        self.fence(&format_args!("t{t}"), spaces, form);
        self.put_str(" THEN ");
        write(self);
        self.put_str(" END");
    }

    /// The predicate of visibility for rows of a name.
    fn fence(&mut self, row: &dyn Display, spaces: usize, form: Form) {
        if let Some(sql) = &mut self.sql {
            let (row, spaces) = (row.to_string(), format!("${spaces}"));
            sql.push_str(&visible::fence(self.postgres, &row, Way::Named, form, &spaces));
        }
    }

    fn column(&mut self, t: usize, column: &str, cell: Cell) {
        if cell == Cell::Id && !self.postgres {
            // An id that is not there is written as no digits.
            self.put(format_args!("NULLIF(lower(hex(t{t}.\"{column}\")), '')"));
        } else {
            self.put(format_args!("t{t}.\"{column}\""));
        }
    }

    fn one(&mut self, plan: &Plan, parent: usize, column: &str) {
        let (table, t) = (&plan.sketch.table, self.alias());
        self.put_str(if self.postgres { "(SELECT json_build_array(" } else { "json((SELECT json_array(" });
        self.values_of(plan, t, true, None);
        self.put(format_args!(") FROM \"{table}\" AS t{t} WHERE t{t}.\"id\" = t{parent}.\"{column}\")"));
        if !self.postgres {
            self.put_str(")");
        }
    }

    /// Rows whose column names the parent: all, the first one, or those of a page.
    fn many(&mut self, plan: &Plan, parent: usize, link: &Backward, limit: Option<u64>, page: Option<&Pages>) {
        let (table, t) = (plan.sketch.table.as_str(), self.alias());
        let single = limit.is_some() && page.is_none();
        // PostgreSQL makes a list of rows that come in order for less than an aggregate that sorts them.
        self.put_str(match (self.postgres, single) {
            (true, false) => "array_to_json(ARRAY(SELECT json_build_array(",
            (true, true) => "((SELECT json_build_array(",
            (false, false) => "json((SELECT json_group_array(json_array(",
            (false, true) => "json((SELECT json_array(",
        });
        self.values_of(plan, t, false, page.filter(|page| page.cursors).map(|_| &link.order));
        self.put_str(if self.postgres || single { ")" } else { "))" });
        let (spaces, form) = self.spaces(plan.sketch.read);
        let column = &link.column;
        self.put(format_args!(
            " FROM (SELECT * FROM \"{table}\" WHERE \"{table}\".\"{column}\" = t{parent}.\"id\" AND "
        ));
        self.fence(&table, spaces, form);
        if let Some((postgres, sqlite)) = &link.filter {
            self.put(format_args!(" AND ({})", if self.postgres { postgres } else { sqlite }));
        }
        if limit.is_some() || !self.postgres {
            self.in_order(format_args!("\"{table}\""), &link.order);
        }
        if let Some(limit) = limit {
            self.put(format_args!(" LIMIT {limit}"));
        }
        self.put(format_args!(") AS t{t}"));
        if self.postgres && !single {
            self.in_order(format_args!("t{t}"), &link.order);
        }
        self.put_str("))");
    }
}

/// On what, besides its plan, the text of a statement depends.
#[derive(PartialEq, Eq)]
struct Shape {
    spaces: Vec<(Right, (usize, Form))>,
    asks: Option<[bool; 3]>,
}

/// Wordings of one plan: there are few, because people's standings differ in their values.
#[derive(Default)]
pub(in crate::platform) struct Wordings(RwLock<Vec<(Shape, Arc<str>)>>);

impl Wordings {
    /// Most that are kept; the oldest go first.
    const MOST: usize = 16;

    fn of(&self, shape: &Shape) -> Option<Arc<str>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(known, _)| known == shape).map(|(_, text)| text.clone())
    }

    fn keep(&self, shape: Shape, text: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|(known, _)| *known == shape) {
            return;
        }
        if known.len() == Self::MOST {
            known.remove(0);
        }
        known.push((shape, text.into()));
    }
}

/// `?` as `$1`, `$2` …: parameters that come later in the text have higher numbers.
fn numbered(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 16);
    for (at, piece) in sql.split('?').enumerate() {
        if at > 0 {
            let _ = write!(out, "${at}");
        }
        out.push_str(piece);
    }
    out
}
