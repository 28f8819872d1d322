//! Arrays of values of the database become the objects that were asked for.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use entity::Level;
use serde_json::{Value, json};

use super::{OfEdge, OfInfo, OfPage, Pages, Plan, What, statement::tells_places};
use crate::platform::{
    caller::Caller,
    cells::Cell,
    error::{Error, Result},
    links::{InOrder, Sketch},
    page::Read,
    visible,
};

pub(super) struct Writer<'c> {
    caller: &'c Caller,
    out: String,
    rows: usize,
}

/// JSON of the database, read from the front.
struct Reader<'t> {
    text: &'t str,
}

fn broken() -> Error {
    Error::internal("the database wrote what is not the JSON that was asked for")
}

impl<'t> Reader<'t> {
    const fn new(text: &'t str) -> Self {
        Self { text }
    }

    fn begins(&mut self, sign: char) -> bool {
        self.text = self.text.trim_ascii_start();
        let rest = self.text.strip_prefix(sign);
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }

    fn expect(&mut self, sign: char) -> Result<()> {
        if self.begins(sign) { Ok(()) } else { Err(broken()) }
    }

    /// The next value of an array: without the comma before it.
    fn next(&mut self) -> &mut Self {
        self.begins(',');
        self.text = self.text.trim_ascii_start();
        self
    }

    fn take(&mut self, bytes: usize) -> Result<&'t str> {
        let (taken, rest) = self.text.split_at_checked(bytes).ok_or_else(broken)?;
        self.text = rest;
        Ok(taken)
    }

    /// A text with its quotes, a number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<&'t str> {
        let bytes = self.text.as_bytes();
        if bytes.first() != Some(&b'"') {
            let end = bytes.iter().position(|byte| matches!(byte, b',' | b']' | b' ' | b'\n'));
            return self.take(end.unwrap_or(bytes.len()));
        }
        let mut escaped = false;
        let end = bytes.iter().skip(1).position(|byte| match byte {
            _ if escaped => {
                escaped = false;
                false
            }
            b'\\' => {
                escaped = true;
                false
            }
            byte => *byte == b'"',
        });
        self.take(end.ok_or_else(broken)? + 2)
    }

    /// What is left of the array that has begun, up to its end.
    fn rest(&mut self) -> Result<&'t str> {
        let (mut depth, mut quoted, mut escaped) = (1, false, false);
        let end = self.text.bytes().position(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = quoted,
                b'"' => quoted = !quoted,
                b'[' if !quoted => depth += 1,
                b']' if !quoted => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        self.take(end.ok_or_else(broken)? + 1)
    }

    /// Whether a value is none: `null` where an array was possible.
    fn none(&mut self) -> bool {
        let rest = self.text.strip_prefix("null");
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }
}

/// A row of a page: how far the caller sees it, where it stands, and what comes after that.
struct Standing<'t> {
    level: Level,
    /// The sort column and the id.
    at: Option<Value>,
    rest: Reader<'t>,
}

/// Which rows of a list a page holds.
struct Extent {
    next: bool,
    previous: bool,
}

/// A moment as the executor writes one, from what either database writes.
fn moment(stored: &str) -> Result<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(stored).or_else(|_| DateTime::parse_from_str(stored, "%F %T%.f%:z"));
    at.map(|at| at.to_utc()).map_err(|_| broken())
}

impl<'c> Writer<'c> {
    pub(super) fn new(caller: &'c Caller) -> Self {
        Self { caller, out: String::with_capacity(4096), rows: 0 }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn nothing(&mut self) {
        self.out.push_str("null");
    }

    /// A record that was read by its id; answers no, and writes nothing, where the caller does not see it.
    pub(super) fn named(&mut self, plan: &Plan, text: &str) -> Result<bool> {
        let mut row = Reader::new(text);
        row.expect('[')?;
        let Some(level) = self.level(plan.sketch, true, &mut row)? else { return Ok(false) };
        self.parts(plan, &mut row, level)?;
        self.caller.hand_out(self.rows)?;
        Ok(true)
    }

    /// A page of rows, in the order in which they were read.
    pub(super) fn page(
        &mut self,
        pages: &Pages,
        list: &str,
        order: &InOrder,
        found: &[String],
        read: &Read<'_>,
    ) -> Result<()> {
        let count = usize::try_from(read.count).unwrap_or(usize::MAX);
        let more = found.len() > count;
        let rows = found.iter().take(count).map(|text| self.standing(pages, order, Reader::new(text)));
        let mut rows: Vec<Standing<'_>> = rows.collect::<Result<_>>()?;
        if read.backwards {
            rows.reverse();
        }
        let beyond = read.cursor.is_some();
        let (next, previous) = if read.backwards { (beyond, more) } else { (more, beyond) };
        self.rows_of(pages, list, rows, &Extent { next, previous })?;
        self.caller.hand_out(self.rows)
    }

    /// The first page of a list that belongs to a row.
    fn nested(&mut self, pages: &Pages, list: &str, order: &InOrder, row: &mut Reader<'_>) -> Result<()> {
        let list = if pages.cursors { format!("{list}:{}", uuid(row.next().scalar()?)?) } else { String::new() };
        let most = usize::try_from(pages.first).unwrap_or(usize::MAX);
        let mut rows = Vec::new();
        let mut more = false;
        if !row.next().none() {
            row.expect('[')?;
            while !row.next().begins(']') {
                row.expect('[')?;
                let rest = row.rest()?;
                if rows.len() < most {
                    rows.push(self.standing_in(pages, order, Reader::new(rest))?);
                } else {
                    more = true;
                }
            }
        }
        self.rows_of(pages, &list, rows, &Extent { next: more, previous: false })
    }

    /// Reads what stands before the values of a row.
    fn standing<'t>(&self, pages: &Pages, order: &InOrder, mut row: Reader<'t>) -> Result<Standing<'t>> {
        row.expect('[')?;
        self.standing_in(pages, order, row)
    }

    fn standing_in<'t>(&self, pages: &Pages, order: &InOrder, mut row: Reader<'t>) -> Result<Standing<'t>> {
        // The fence of the statement lets through what is seen at some level.
        let level = self.level(pages.node.sketch, false, &mut row)?.unwrap_or(Level::Basic);
        let mut at = None;
        if pages.cursors {
            let key = row.next().scalar()?;
            let key: Value = match order.cell {
                Cell::Moment => moment(key.trim_matches('"'))?.to_rfc3339_opts(SecondsFormat::Micros, true).into(),
                _ => serde_json::from_str(key).map_err(|_| broken())?,
            };
            at = Some(json!([key, uuid(row.next().scalar()?)?]));
        }
        Ok(Standing { level, at, rest: row })
    }

    fn rows_of(&mut self, pages: &Pages, list: &str, mut rows: Vec<Standing<'_>>, extent: &Extent) -> Result<()> {
        self.rows += rows.len();
        self.out.push('{');
        for (at, (key, part)) in pages.parts.iter().enumerate() {
            self.key(at, key);
            match part {
                OfPage::Typename => self.typename(pages.node.sketch.name, "Connection"),
                OfPage::Info(info) => {
                    self.out.push('{');
                    for (at, (key, part)) in info.iter().enumerate() {
                        self.key(at, key);
                        match part {
                            OfInfo::Typename => self.typename("PageInfo", ""),
                            OfInfo::HasNext => self.put(format_args!("{}", extent.next)),
                            OfInfo::HasPrevious => self.put(format_args!("{}", extent.previous)),
                            OfInfo::Start => self.cursor(list, rows.first()),
                            OfInfo::End => self.cursor(list, rows.last()),
                        }
                    }
                    self.out.push('}');
                }
                OfPage::Edges(edges) => {
                    self.out.push('[');
                    for (at, row) in rows.iter_mut().enumerate() {
                        self.out.push_str(if at > 0 { ",{" } else { "{" });
                        for (at, (key, part)) in edges.iter().enumerate() {
                            self.key(at, key);
                            match part {
                                OfEdge::Typename => self.typename(pages.node.sketch.name, "Edge"),
                                OfEdge::Cursor => self.cursor(list, Some(row)),
                                OfEdge::Node => self.parts(&pages.node, &mut row.rest, row.level)?,
                            }
                        }
                        self.out.push('}');
                    }
                    self.out.push(']');
                }
            }
        }
        self.out.push('}');
        Ok(())
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn key(&mut self, at: usize, key: &str) {
        if at > 0 {
            self.out.push(',');
        }
        self.out.push_str(key);
    }

    fn typename(&mut self, of: &str, what: &str) {
        self.put(format_args!("\"{of}{what}\""));
    }

    fn cursor(&mut self, list: &str, row: Option<&Standing<'_>>) {
        match row.and_then(|row| row.at.as_ref()) {
            Some(at) => {
                let cursor = self.caller.platform.codec.cursor(self.caller.account(), list, at);
                self.put(format_args!("\"{cursor}\""));
            }
            None => self.nothing(),
        }
    }

    /// How far the caller sees a row; none where not at all.
    fn level(&self, sketch: &Sketch, named: bool, row: &mut Reader<'_>) -> Result<Option<Level>> {
        if !tells_places(sketch, named) {
            return Ok(Some(Level::Full));
        }
        let places = row.next().scalar()?;
        Ok(visible::seen(places.trim_matches('"'), &self.caller.grants().spaces(sketch.read)))
    }

    /// An object, or nothing where the caller does not see it.
    fn object(&mut self, plan: &Plan, row: &mut Reader<'_>, named: bool) -> Result<bool> {
        if row.none() {
            self.nothing();
            return Ok(false);
        }
        row.expect('[')?;
        match self.level(plan.sketch, named, row)? {
            Some(level) => self.parts(plan, row, level)?,
            None => {
                row.rest()?;
                self.nothing();
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The parts of an object whose array has begun.
    fn parts(&mut self, plan: &Plan, row: &mut Reader<'_>, level: Level) -> Result<()> {
        let emptied = if level == Level::Basic { plan.sketch.emptied.unwrap_or_default() } else { &[] };
        self.out.push('{');
        for (at, part) in plan.parts.iter().enumerate() {
            self.key(at, &part.key);
            match &part.what {
                What::Typename => self.typename(plan.sketch.name, ""),
                What::Redactions => {
                    let names: Vec<String> = emptied.iter().map(|name| format!("\"{name}\"")).collect();
                    self.put(format_args!("[{}]", names.join(",")));
                }
                What::Column(name, _, cell) => {
                    let value = row.next().scalar()?;
                    if emptied.contains(name) { self.nothing() } else { self.scalar(value, *cell)? }
                }
                What::One(_, plan) => {
                    self.rows += usize::from(self.object(plan, row.next(), true)?);
                }
                What::First(_, plan) => {
                    self.rows += usize::from(self.object(plan, row.next(), false)?);
                }
                What::Many(_, plan) => self.many(plan, row.next())?,
                What::Page(link, list, pages) => self.nested(pages, list, &link.order, row)?,
            }
        }
        row.next().expect(']')?;
        self.out.push('}');
        Ok(())
    }

    fn many(&mut self, plan: &Plan, rows: &mut Reader<'_>) -> Result<()> {
        self.out.push('[');
        if !rows.none() {
            rows.expect('[')?;
            let mut count = 0;
            while !rows.next().begins(']') {
                if count > 0 {
                    self.out.push(',');
                }
                count += 1;
                self.object(plan, rows.next(), false)?;
            }
            self.rows += count;
        }
        self.out.push(']');
        Ok(())
    }

    /// A value as the executor writes it.
    fn scalar(&mut self, value: &str, cell: Cell) -> Result<()> {
        match (cell, value) {
            (_, "null") | (Cell::Text | Cell::Day | Cell::Small | Cell::Int | Cell::Big, _) => self.out.push_str(value),
            (Cell::Id, _) => {
                let id = uuid(value)?;
                self.put(format_args!("\"{id}\""));
            }
            (Cell::Boolean, _) => {
                let value = matches!(value, "true" | "1");
                self.put(format_args!("{value}"));
            }
            (Cell::Float, _) => {
                self.out.push_str(value);
                if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
                    self.out.push_str(".0");
                }
            }
            (Cell::Moment, _) => self.moment(value)?,
        }
        Ok(())
    }

    /// A moment in the executor's words: no fraction, or one of 3, 6 or 9 digits.
    fn moment(&mut self, value: &str) -> Result<()> {
        let text = value.trim_matches('"');
        let usual = text.split_at_checked(19).and_then(|(to_seconds, rest)| {
            let digits = rest.strip_suffix("+00:00")?.trim_start_matches('.').trim_end_matches('0');
            let plain =
                to_seconds.as_bytes().get(10) == Some(&b'T') && digits.bytes().all(|byte| byte.is_ascii_digit());
            (plain && digits.len() <= 6).then_some((to_seconds, digits))
        });
        match usual {
            Some((to_seconds, "")) => self.put(format_args!("\"{to_seconds}+00:00\"")),
            Some((to_seconds, digits)) if digits.len() <= 3 => {
                self.put(format_args!("\"{to_seconds}.{digits:0<3}+00:00\""));
            }
            Some((to_seconds, digits)) => self.put(format_args!("\"{to_seconds}.{digits:0<6}+00:00\"")),
            None => {
                let moment = moment(text)?.to_rfc3339();
                self.put(format_args!("\"{moment}\""));
            }
        }
        Ok(())
    }
}

/// The text of a UUID, from its text or its 32 digits.
fn uuid(value: &str) -> Result<uuid::Uuid> {
    uuid::Uuid::try_parse(value.trim_matches('"')).map_err(|_| broken())
}
