//! Answers that are read whole: what a document asks of records and their links, in one statement, as the text that is sent.
//!
//! Field by field, every link is a statement and every value a node of a tree. Where all that is asked for are columns and
//! declared links (`links.rs`), the database puts the rows of all of them together, as arrays of values. What is computed, or
//! needs more than one look, is answered field by field, with the same words: a test compares both for every field that queries
//! lead to.

mod statement;
mod write;

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, SelectionField, ServerResult, Value, indexmap::IndexMap,
    parser::types::Field, registry::Registry,
};
use entity::Id;
use sea_orm::{Condition, ConnectionTrait, QueryFilter, QueryResult, QuerySelect, QueryTrait};

pub(super) use self::statement::Wordings;
use self::{statement::Statement, write::Writer};
use super::{
    caller::{Caller, Sort},
    cells::Cell,
    documents::Again,
    error::{Error, Result},
    gate,
    limits::{PAGE_DEFAULT, PAGE_MOST},
    links::{Backward, How, InOrder, Object, Sketch},
    page::{Page, Paging},
    visible::{self, Way},
};

/// An answer: its text, where it was read whole, or objects that are followed field by field.
pub enum Whole<T> {
    /// JSON.
    Text(String),
    /// Objects.
    Objects(T),
}

impl<T: OutputType> OutputType for Whole<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match self {
            Self::Text(text) => Ok(written(text.clone())),
            Self::Objects(objects) => objects.resolve(ctx, field).await,
        }
    }
}

/// JSON text among values: it is sent as it is (`front/reply.rs`). No value of this API is binary.
pub fn written(text: String) -> Value {
    Value::Binary(text.into_bytes().into())
}

/// An answer for who looks into it: what was written is read.
pub fn read(answer: Value) -> serde_json::Result<serde_json::Value> {
    match answer {
        Value::Binary(text) => serde_json::from_slice(&text),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| Ok((name.to_string(), read(value)?))).collect(),
        other => other.into_json(),
    }
}

/// What is asked of an object.
pub(super) struct Plan {
    sketch: &'static Sketch,
    parts: Vec<Part>,
}

/// A response key with what stands behind it.
struct Part {
    /// `"key":`
    key: String,
    what: What,
}

enum What {
    Typename,
    Column(&'static str, &'static str, Cell),
    Redactions,
    One(&'static str, Plan),
    First(&'static Backward, Plan),
    Many(&'static Backward, Plan),
    /// With the name of the list.
    Page(&'static Backward, &'static str, Pages),
}

/// What is asked of a page.
pub(super) struct Pages {
    /// Its rows at most.
    first: u64,
    /// Whether positions are asked for.
    cursors: bool,
    /// Whether it is asked if there are more: only then one more is looked for.
    more: bool,
    parts: Vec<(String, OfPage)>,
    /// What is asked of the rows.
    node: Plan,
}

enum OfPage {
    Typename,
    Edges(Vec<(String, OfEdge)>),
    Info(Vec<(String, OfInfo)>),
}

enum OfEdge {
    Typename,
    Cursor,
    Node,
}

#[derive(Clone, Copy)]
enum OfInfo {
    Typename,
    HasNext,
    HasPrevious,
    Start,
    End,
}

/// The tables through which a part of an answer is reached.
struct Above<'a> {
    table: &'a str,
    above: Option<&'a Above<'a>>,
}

impl Above<'_> {
    fn has(&self, table: &str) -> bool {
        self.table == table || self.above.is_some_and(|above| above.has(table))
    }
}

/// More than this many values of one object do not fit into one array of the database.
const MOST_PARTS: usize = 90;

type Asked<'f> = IndexMap<&'f str, Vec<SelectionField<'f>>>;

/// Fields by response key, in order.
fn asked<'f>(fields: impl Iterator<Item = SelectionField<'f>>) -> Asked<'f> {
    let mut asked: Asked<'f> = IndexMap::new();
    for field in fields {
        asked.entry(field.alias().unwrap_or(field.name())).or_default().push(field);
    }
    asked
}

fn below<'f>(fields: &[SelectionField<'f>]) -> impl Iterator<Item = SelectionField<'f>> {
    fields.iter().flat_map(SelectionField::selection_set)
}

fn key(name: &str) -> String {
    format!("\"{name}\":")
}

impl Plan {
    /// What is asked of an object, below some tables; none where it cannot be read whole.
    fn of<'f>(
        sketch: &'static Sketch,
        above: Option<&Above<'_>>,
        fields: impl Iterator<Item = SelectionField<'f>>,
    ) -> Option<Self> {
        if sketch.redacts && sketch.emptied.is_none() {
            return None;
        }
        let here = Above { table: &sketch.table, above };
        let parts = asked(fields).into_iter().map(|(name, fields)| {
            let what = What::of(sketch, &here, fields.first()?, below(&fields))?;
            Some(Part { key: key(name), what })
        });
        let parts: Vec<Part> = parts.collect::<Option<_>>()?;
        // Under a second alias a list would be put together twice; followed, it is read once.
        let mut lists: Vec<*const Backward> = parts.iter().filter_map(|part| part.what.list()).collect();
        let count = lists.len();
        lists.sort_unstable();
        lists.dedup();
        (parts.len() < MOST_PARTS && lists.len() == count).then_some(Self { sketch, parts })
    }
}

impl What {
    /// Which list of the object it is.
    const fn list(&self) -> Option<*const Backward> {
        match self {
            Self::Many(link, _) | Self::Page(link, _, _) => Some(std::ptr::from_ref(*link)),
            Self::Typename | Self::Column(..) | Self::Redactions | Self::One(..) | Self::First(..) => None,
        }
    }

    fn of<'f>(
        sketch: &'static Sketch,
        here: &Above<'_>,
        field: &SelectionField<'f>,
        below: impl Iterator<Item = SelectionField<'f>>,
    ) -> Option<Self> {
        match field.name() {
            "__typename" => return Some(Self::Typename),
            "redactions" if sketch.redacts => return Some(Self::Redactions),
            _ => {}
        }
        if let Some((name, (column, cell))) = sketch.shown.get_key_value(field.name()) {
            return Some(Self::Column(name, column, *cell));
        }
        let link = sketch.links.get(field.name())?;
        let target = (link.target)();
        // A list that leads back to where it came from multiplies what the database must put together.
        if !matches!(link.how, How::One(_)) && here.has(&target.table) {
            return None;
        }
        let here = Some(here);
        Some(match &link.how {
            How::One(column) => Self::One(column, Plan::of(target, here, below)?),
            How::First(link) => Self::First(link, Plan::of(target, here, below)?),
            How::Many(link) => Self::Many(link, Plan::of(target, here, below)?),
            How::Page(link, list) => Self::Page(link, list, Pages::of(target, here, first_of(field)?, below)?),
        })
    }
}

/// Rows from the start, where nothing else is asked for.
fn first_of(field: &SelectionField<'_>) -> Option<u64> {
    let mut first = PAGE_DEFAULT;
    for (name, value) in field.arguments().ok()? {
        match (name.as_str(), value) {
            (_, Value::Null) => {}
            ("first", Value::Number(n)) => first = i32::try_from(n.as_i64()?).ok()?,
            _ => return None,
        }
    }
    (1..=PAGE_MOST).contains(&first).then(|| first.unsigned_abs().into())
}

impl Pages {
    fn of<'f>(
        sketch: &'static Sketch,
        above: Option<&Above<'_>>,
        first: u64,
        fields: impl Iterator<Item = SelectionField<'f>>,
    ) -> Option<Self> {
        if sketch.redacts && sketch.emptied.is_none() {
            return None;
        }
        let mut node = None;
        let mut parts = Vec::new();
        for (name, fields) in asked(fields) {
            let part = match fields.first()?.name() {
                "__typename" => OfPage::Typename,
                "pageInfo" => OfPage::Info(info(below(&fields))?),
                "edges" => OfPage::Edges(edges(sketch, above, below(&fields), &mut node)?),
                // Counting is a statement of its own.
                _ => return None,
            };
            parts.push((key(name), part));
        }
        let node = node.unwrap_or(Plan { sketch, parts: Vec::new() });
        let cursors = parts.iter().any(|(_, part)| match part {
            OfPage::Typename => false,
            OfPage::Edges(edges) => edges.iter().any(|(_, edge)| matches!(edge, OfEdge::Cursor)),
            OfPage::Info(info) => info.iter().any(|(_, info)| matches!(info, OfInfo::Start | OfInfo::End)),
        });
        let tells = |info: &OfInfo| matches!(info, OfInfo::HasNext | OfInfo::HasPrevious);
        let more = parts.iter().any(|(_, part)| match part {
            OfPage::Info(info) => info.iter().any(|(_, info)| tells(info)),
            OfPage::Typename | OfPage::Edges(_) => false,
        });
        Some(Self { first, cursors, more, parts, node })
    }

    /// Rows that are looked for.
    fn most(&self) -> u64 {
        self.first + u64::from(self.more)
    }
}

fn edges<'f>(
    sketch: &'static Sketch,
    above: Option<&Above<'_>>,
    fields: impl Iterator<Item = SelectionField<'f>>,
    node: &mut Option<Plan>,
) -> Option<Vec<(String, OfEdge)>> {
    let mut edges = Vec::new();
    for (name, fields) in asked(fields) {
        let edge = match fields.first()?.name() {
            "__typename" => OfEdge::Typename,
            "cursor" => OfEdge::Cursor,
            // Under two aliases the rows would have to be written twice.
            "node" if node.is_none() => {
                *node = Some(Plan::of(sketch, above, below(&fields))?);
                OfEdge::Node
            }
            _ => return None,
        };
        edges.push((key(name), edge));
    }
    Some(edges)
}

fn info<'f>(fields: impl Iterator<Item = SelectionField<'f>>) -> Option<Vec<(String, OfInfo)>> {
    let mut info = Vec::new();
    for (name, fields) in asked(fields) {
        let part = match fields.first()?.name() {
            "__typename" => OfInfo::Typename,
            "hasNextPage" => OfInfo::HasNext,
            "hasPreviousPage" => OfInfo::HasPrevious,
            "startCursor" => OfInfo::Start,
            "endCursor" => OfInfo::End,
            _ => return None,
        };
        info.push((key(name), part));
    }
    Some(info)
}

impl Caller {
    /// A record by id with what is asked of it, or nothing where it is absent or not visible.
    pub async fn answer<O: Object>(&self, ctx: &Context<'_>, id: Id) -> Result<Whole<Option<O>>> {
        let Some(plan) = Plan::of(O::sketch(), None, ctx.field().selection_set()) else {
            self.confirm_for(ctx).await?;
            return Ok(Whole::Objects(self.find::<O::Row>(id).await?.map(O::from)));
        };
        let plan = Arc::new(plan);
        let text = self.named(ctx, &plan, id).await?;
        if let Some(known) = gate::known(ctx) {
            known.learn(&plan);
        }
        Ok(Whole::Text(text.unwrap_or_else(|| "null".to_owned())))
    }

    /// The answer to a question that was answered before, by the standings that are kept: one statement, and nothing else
    /// around it. None where they do not count any more, or the record is not seen: then it is asked as if for the first time.
    pub async fn answer_again(&self, again: &Again) -> Result<Option<String>> {
        let (Some(kept), Some(identity), Some((plan, wordings))) = (self.kept(), &self.identity, again.plan()) else {
            return Ok(None);
        };
        let mut statement = Statement::new(self, kept.grants.clone());
        statement.asks = Some((&kept, identity));
        statement.named_as_before(plan, again.id, wordings);
        let rows = self.rows_of(&mut statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let answer: Option<String> = row.try_get_by_index(1)?;
        if statement.answer.is_none() || answer != statement.answer {
            return Ok(None);
        }
        self.count_on(&kept);
        let mut writer = Writer::new(self);
        let text: String = row.try_get_by_index(0)?;
        Ok(writer.named(plan, &text)?.then(|| writer.finish()))
    }

    /// A record that a command wrote with what is asked of it, or NOT_FOUND.
    pub async fn answer_with<O: Object>(&self, ctx: &Context<'_>, id: Id) -> Result<Whole<O>> {
        match Plan::of(O::sketch(), None, ctx.field().selection_set()) {
            Some(plan) => self.named(ctx, &plan, id).await?.map(Whole::Text).ok_or_else(|| Error::not_found("id")),
            None => Ok(Whole::Objects(self.get::<O::Row>(id, "id").await?.into())),
        }
    }

    /// The text of a record by id; none where it is absent or not visible.
    async fn named(&self, ctx: &Context<'_>, plan: &Plan, id: Id) -> Result<Option<String>> {
        let build = |statement: &mut Statement<'_>| {
            statement.named(plan, id);
            Ok(())
        };
        let found = self.told(ctx, build).await?;
        let mut writer = Writer::new(self);
        let sees = match found.rows.first() {
            Some(text) => writer.named(plan, text)?,
            None => false,
        };
        if !sees && found.kept && !found.rows.is_empty() {
            // What is not there is not told apart from what is not seen: neither costs a statement less.
            self.refresh().await?;
        }
        Ok(sees.then(|| writer.finish()))
    }

    /// One page of the visible rows that fit with what is asked of them. `list` names list and filter: a cursor counts for it
    /// only.
    pub async fn answer_page<O: Object, C: From<Page<O::Row>>>(
        &self,
        ctx: &Context<'_>,
        list: &str,
        filter: Condition,
        sort: Sort<O::Row>,
        paging: &Paging,
    ) -> Result<Whole<C>> {
        let read = paging.read()?;
        let Some(pages) = Pages::of(O::sketch(), None, read.count, ctx.field().selection_set()) else {
            self.confirm_for(ctx).await?;
            return Ok(Whole::Objects(self.page::<O::Row>(ctx, list, filter, sort, paging).await?.into()));
        };
        let order = InOrder::of(&sort, read.backwards);
        let build = |statement: &mut Statement<'_>| {
            let rows = self.fenced_by::<O::Row>(&statement.grants, Way::List).filter(filter.clone());
            // Only where the rows stand is read along the order, and the rows themselves afterwards.
            let rows = self.page_of(rows.select_only(), list, &sort, &read)?;
            let mut keys = vec![visible::id_column::<O::Row>()];
            if order.column != "id" {
                keys.push(sort.column);
            }
            statement.page(&pages, &rows.columns(keys).into_query(), &order);
            Ok(())
        };
        let found = self.told(ctx, build).await?;
        let mut writer = Writer::new(self);
        writer.page(&pages, list, &order, &found.rows, &read)?;
        Ok(Whole::Text(writer.finish()))
    }

    /// The rows of a statement. It is built for the standings that are kept, and asks whether these still count; where they do
    /// not, what it told is forgotten, and it is built and sent once more.
    async fn told(&self, ctx: &Context<'_>, build: impl Fn(&mut Statement<'_>) -> Result<()>) -> Result<Found> {
        if let (Some(kept), Some(identity)) = (self.kept(), &self.identity) {
            let mut statement = Statement::new(self, kept.grants.clone());
            statement.asks = Some((&kept, identity));
            build(&mut statement)?;
            let rows = self.rows_of(&mut statement).await?;
            let answer: Option<String> = rows.first().map(|row| row.try_get_by_index(1)).transpose()?.flatten();
            if statement.answer.is_some() && answer == statement.answer {
                self.count_on(&kept);
                return Found::of(&rows, statement.in_lines, true);
            }
            if self.confirm_for(ctx).await? && rows.is_empty() {
                return Ok(Found { rows: Vec::new(), kept: true });
            }
        }
        let mut statement = Statement::new(self, self.grants());
        build(&mut statement)?;
        let rows = self.rows_of(&mut statement).await?;
        Found::of(&rows, statement.in_lines, false)
    }

    /// The values go with it: lists of spaces are long.
    async fn rows_of(&self, statement: &mut Statement<'_>) -> Result<Vec<QueryResult>> {
        self.counted();
        let db = &self.platform.db;
        let values = std::mem::take(&mut statement.values);
        Ok(db.query_all_raw(db.statement(statement.text(), values)).await?)
    }

    /// Asks whether the standings that were kept still count, and whether those of now have the right of this field; answers
    /// whether they are the same.
    async fn confirm_for(&self, ctx: &Context<'_>) -> Result<bool> {
        let same = self.confirm().await?;
        let right = gate::right(ctx, "Query", ctx.field().name())?;
        if self.may(right) { Ok(same) } else { Err(Error::forbidden(right)) }
    }
}

/// What a statement told.
struct Found {
    rows: Vec<String>,
    /// Whether it was built for standings that were kept.
    kept: bool,
}

impl Found {
    fn of(rows: &[QueryResult], in_lines: bool, kept: bool) -> Result<Self> {
        let rows = if in_lines {
            let lines: Option<String> = rows.first().map(|row| row.try_get_by_index(0)).transpose()?.flatten();
            lines.iter().flat_map(|lines| lines.split('\n')).map(str::to_owned).collect()
        } else {
            rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?
        };
        Ok(Self { rows, kept })
    }
}
