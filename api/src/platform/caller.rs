//! The one way to see: every read goes through the caller, and the caller through the publication check.

use std::{
    marker::PhantomData,
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU32, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{Id, Kind, Level, Record, Right, SpaceRef, ledger};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IdenStatic, Order, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, sea_query::SimpleExpr,
};

use super::{
    Platform,
    batch::{Batch, Row},
    error::{Error, Result},
    grants::Grants,
    limits::ROWS,
    position::Position,
    standings::Known,
    token::Identity,
    visible::{self, Way},
};

/// Longest list that is answered without paging.
pub const LONGEST_LIST: u64 = 500;

/// Pushes that every new stream says once more.
const FEW_PUSHED: u64 = 50;
/// Most that it says, of those that came together.
const MANY_PUSHED: u64 = 1000;
/// Pushes within this time came together.
const PUSHED_TOGETHER: TimeDelta = TimeDelta::minutes(1);

/// A signed-in person, with what they may do now.
#[derive(Clone)]
pub struct Caller {
    pub(super) platform: Arc<Platform>,
    /// Who, and every standing; read again when a command of this request changed it.
    pub(super) grants: Arc<RwLock<Grants>>,
    /// Standings that are kept, until the database was asked whether they still count.
    pub(super) kept: Arc<RwLock<Option<Arc<Known>>>>,
    /// Who the token names; the operator has none.
    pub(super) identity: Option<Identity>,
    /// Position taken before anything of this request ran, where it was asked for.
    pub(super) position: Arc<OnceLock<Position>>,
    /// Id of the request.
    pub request_id: Arc<str>,
    /// Statements sent for this request.
    pub(super) statements: Arc<AtomicU32>,
    /// Rows handed out for this request.
    pub(super) rows: Arc<AtomicU32>,
    /// Key from the `Idempotency-Key` header, for the root field that takes none as argument.
    pub(super) idempotency_key: Option<Arc<str>>,
}

/// The beginning of a statement for [`Caller::rows_named`].
pub(super) fn named<M: Record>() -> Select<M::Entity> {
    #[expect(clippy::disallowed_methods, reason = "what the caller does not see is dropped where it runs")]
    M::Entity::find()
}

/// A row as somebody sees it, and the names of what is held back of it.
pub type Sight<M> = (M, &'static [&'static str]);

/// What is seen of a row at a level.
pub(super) fn cut<M: Record>(mut row: M, level: Level) -> Sight<M> {
    let redacted = if level == Level::Basic { row.redact() } else { &[] };
    (row, redacted)
}

/// How far a row is seen that tells its places.
fn level_of(row: &sea_orm::QueryResult, spaces: &[i32]) -> Result<Option<Level>> {
    let places: Option<String> = row.try_get("", "seen_in")?;
    Ok(visible::seen(&places.unwrap_or_default(), spaces))
}

/// Order of a list: a column and its direction, the id last.
pub struct Sort<M: Record> {
    pub(super) column: <M::Entity as EntityTrait>::Column,
    pub(super) order: Order,
    row: PhantomData<M>,
}

impl<M: Record> Sort<M> {
    /// Smallest first.
    pub const fn asc(column: <M::Entity as EntityTrait>::Column) -> Self {
        Self { column, order: Order::Asc, row: PhantomData }
    }

    /// Largest first.
    pub const fn desc(column: <M::Entity as EntityTrait>::Column) -> Self {
        Self { column, order: Order::Desc, row: PhantomData }
    }
}

impl Caller {
    /// Every standing, as it is now.
    pub fn grants(&self) -> Grants {
        self.grants.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The account.
    pub fn account(&self) -> Id {
        self.grants().account
    }

    /// The person.
    pub fn person(&self) -> Id {
        self.grants().person
    }

    /// Issuer of the token and the device that it names.
    pub fn device(&self) -> Option<(Arc<str>, Arc<str>)> {
        let identity = self.identity.as_ref()?;
        Some((identity.issuer.clone(), identity.device.clone()?))
    }

    /// Issuer of the token, its own id and the moment it runs out.
    pub fn token(&self) -> Option<(Arc<str>, Arc<str>, DateTime<Utc>)> {
        let identity = self.identity.as_ref()?;
        Some((identity.issuer.clone(), identity.jti.clone()?, identity.expires_at))
    }

    /// Whether the token of this request has run out meanwhile.
    pub fn has_expired(&self) -> bool {
        self.identity.as_ref().is_some_and(|identity| identity.expires_at <= self.now())
    }

    /// Reads the standings again; false where the account or the token no longer counts.
    pub async fn refresh(&self) -> Result<bool> {
        let Some(identity) = &self.identity else {
            return Ok(true);
        };
        self.counted();
        drop(self.kept.write().unwrap_or_else(PoisonError::into_inner).take());
        let fresh = self.platform.grants(identity).await?;
        let known = fresh.is_some();
        let fresh = fresh.unwrap_or_else(|| Grants::none(self.person()));
        *self.grants.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(known)
    }

    /// Standings that nobody asked about yet.
    pub(super) fn kept(&self) -> Option<Arc<Known>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets the standings that were kept count: the database said that they do.
    pub(super) fn count_on(&self, kept: &Known) {
        *self.grants.write().unwrap_or_else(PoisonError::into_inner) = kept.grants.clone();
        drop(self.kept.write().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Asks whether the standings that were kept still count; where they do not, reads those of now and answers no.
    pub(crate) async fn confirm(&self) -> Result<bool> {
        let (Some(kept), Some(identity)) = (self.kept(), &self.identity) else { return Ok(true) };
        self.counted();
        if kept.still_stands(&self.platform.db, &self.platform.db, identity).await? {
            self.count_on(&kept);
            return Ok(true);
        }
        if self.refresh().await? {
            Ok(false)
        } else {
            Err(Error::unauthenticated(self.platform.why_nobody(identity).await?))
        }
    }

    /// Heads of the ledgers that the caller may follow for a right.
    pub async fn heads(&self, right: Right) -> Result<Position> {
        self.counted();
        Ok(self.platform.hub.heads(&self.grants().spaces(right)).await?.into())
    }

    /// Where the ledgers that the caller may follow for a right stood some time ago.
    pub async fn position_before(&self, right: Right, ago: std::time::Duration) -> Result<Position> {
        let spaces = self.grants().spaces(right);
        let (list, these) = visible::by_spaces(self.postgres(), &spaces, "s.no", 1);
        let sql = format!(
            "SELECT s.no, COALESCE((SELECT min(l.seq) - 1 FROM ledger l WHERE l.space_no = s.no AND l.at > $2), s.head_seq) \
             AS seq FROM space s WHERE {these} ORDER BY s.no"
        );
        let since = self.now() - TimeDelta::from_std(ago).unwrap_or_default();
        self.counted();
        let db = &self.platform.db;
        let rows = db.query_all_raw(db.statement(&sql, [list, since.into()])).await?;
        let spaces = rows.iter().map(|row| Ok((row.try_get("", "no")?, row.try_get("", "seq")?)));
        Ok(spaces.collect::<Result<_, sea_orm::DbErr>>()?)
    }

    /// Records of a kind that the person's own devices have pushed last, as the person's own ledger tells: a device that went
    /// down with its push, or a server that did, is told of them once more. The newest, and of the last day what was
    /// pushed along with them: a device that was offline for long sends all of it at once.
    pub async fn pushed_lately(&self, kind: Kind) -> Result<Vec<Id>> {
        let Some(own) = self.grants().own_space() else { return Ok(Vec::new()) };
        #[expect(clippy::disallowed_methods, reason = "ids of the caller's own writes")]
        let pushed = ledger::Entity::find()
            .filter(ledger::Column::SpaceNo.eq(own))
            .filter(ledger::Column::Kind.eq(kind))
            .filter(ledger::Column::Command.starts_with(ledger::BY_PUSH))
            .order_by_desc(ledger::Column::Seq)
            .select_only()
            .columns([ledger::Column::RecordId, ledger::Column::At]);
        let read = async |most| {
            self.counted();
            pushed.clone().limit(most).into_tuple::<(Id, DateTime<Utc>)>().all(&self.platform.db).await
        };
        let mut found = read(FEW_PUSHED).await?;
        if let (Some((_, newest)), Some((_, oldest))) = (found.first().copied(), found.last()) {
            let since = (newest - PUSHED_TOGETHER).max(self.now() - TimeDelta::days(1));
            if found.len() as u64 == FEW_PUSHED && *oldest >= since {
                let more = read(MANY_PUSHED).await?.into_iter().skip(found.len());
                found.extend(more.filter(|(_, at)| *at >= since));
            }
        }
        let mut ids: Vec<Id> = found.into_iter().map(|(id, _)| id).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Heads of every ledger that the caller may read anything in.
    pub async fn all_heads(&self) -> Result<Position> {
        let mut spaces: Vec<i32> = self.grants().list().iter().map(|grant| grant.space_no).collect();
        spaces.sort_unstable();
        spaces.dedup();
        self.counted();
        let mut position = self.platform.hub.heads(&spaces).await?.into();
        self.share_place(None, &mut position);
        Ok(position)
    }

    /// Takes the position of this request, before anything else of it runs.
    pub(crate) async fn take_position(&self) -> Result<()> {
        let position = self.heads(Right::RiskRead).await?;
        drop(self.position.set(position));
        Ok(())
    }

    /// The position that was taken.
    pub fn taken_position(&self) -> Option<&Position> {
        self.position.get()
    }

    /// Signs a position for this caller.
    pub fn sign(&self, position: &Position) -> Result<String> {
        self.platform.codec.position(self.account(), position)
    }

    /// Reads a position that this caller was given.
    pub fn read_position(&self, field: &str, text: &str) -> Result<Position> {
        self.platform.codec.read_position(self.account(), field, text)
    }

    /// The hub, for feeds.
    pub fn hub(&self) -> &super::hub::Hub {
        &self.platform.hub
    }

    /// The time, for feeds and rules.
    pub fn now(&self) -> DateTime<Utc> {
        self.platform.env.now()
    }

    /// With the key of the `Idempotency-Key` header.
    #[must_use]
    pub fn with_idempotency_key(mut self, key: &str) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Statements sent for this request so far.
    pub fn statements(&self) -> Arc<AtomicU32> {
        self.statements.clone()
    }

    /// Counts rows that are handed out: links fan out further than their statements tell.
    pub(super) fn hand_out(&self, rows: usize) -> Result<()> {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        let so_far = self.rows.fetch_add(rows, Ordering::Relaxed).saturating_add(rows);
        let most = ROWS.unsigned_abs();
        if so_far > most { Err(Error::too_complex("ROWS", most as usize, so_far as usize)) } else { Ok(()) }
    }

    /// Counts the rows from the start: an event of a subscription is a request of its own.
    pub fn begin_again(&self) {
        self.rows.store(0, Ordering::Relaxed);
    }

    pub(super) fn counted(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn postgres(&self) -> bool {
        self.platform.db.is_postgres()
    }

    /// Rows of a kind that the caller may see: the fence of law 2.
    pub(super) fn fenced<M: Record>(&self, way: Way) -> Select<M::Entity> {
        self.fenced_by::<M>(&self.grants(), way)
    }

    /// The same by standings that the statement itself asks about.
    pub(super) fn fenced_by<M: Record>(&self, grants: &Grants, way: Way) -> Select<M::Entity> {
        #[expect(clippy::disallowed_methods, reason = "the one place where a read begins")]
        M::Entity::find().filter(visible::visible::<M>(self.postgres(), &grants.spaces_of(M::READ), way))
    }

    /// Runs a fenced select; rows come redacted to the caller's level.
    pub(super) async fn run<M: Record>(&self, select: Select<M::Entity>) -> Result<Vec<Row<M>>> {
        self.run_on(&self.platform.db, select).await
    }

    pub(super) async fn run_on<M: Record>(
        &self,
        on: &impl ConnectionTrait,
        select: Select<M::Entity>,
    ) -> Result<Vec<Row<M>>> {
        Ok(Batch::rows(self.rows_on(on, select).await?))
    }

    async fn rows_on<M: Record>(
        &self,
        on: &impl ConnectionTrait,
        mut select: Select<M::Entity>,
    ) -> Result<Vec<Sight<M>>> {
        self.counted();
        if M::REDACTS {
            select = select.expr_as(visible::places::<M>(self.postgres()), "seen_in");
        }
        let found = on.query_all(&select.into_query()).await?;
        let spaces = self.grants().spaces(M::READ);
        let mut rows = Vec::with_capacity(found.len());
        for row in &found {
            // The fence let through what is seen at some level.
            let level = if M::REDACTS { level_of(row, &spaces)?.unwrap_or(Level::Basic) } else { Level::Full };
            rows.push(cut(M::from_query_result(row, "")?, level));
        }
        Ok(rows)
    }

    /// Runs a statement that names its rows by their ids, for rows with links.
    pub(super) async fn run_named<M: Record>(&self, select: Select<M::Entity>) -> Result<Vec<Row<M>>> {
        Ok(Batch::rows(self.rows_named(&self.platform.db, select).await?))
    }

    /// Runs a statement that names its rows by their ids. PostgreSQL would read the list of all spaces of the caller for each
    /// such statement; it tells instead where the rows are published, and what the caller does not see is dropped here.
    pub(super) async fn rows_named<M: Record>(
        &self,
        on: &impl ConnectionTrait,
        select: Select<M::Entity>,
    ) -> Result<Vec<Sight<M>>> {
        // Boxed: many futures hold this one.
        Box::pin(self.rows_named_and(on, select, |_| ())).await
    }

    /// The same; who asks hears where each row that the caller sees is published, where that was told with it.
    pub(super) async fn rows_named_and<M: Record>(
        &self,
        on: &impl ConnectionTrait,
        select: Select<M::Entity>,
        mut seen_in: impl FnMut(&str),
    ) -> Result<Vec<Sight<M>>> {
        let spaces = self.grants().spaces(M::READ);
        if !self.postgres() {
            let spaces = self.grants().spaces_of(M::READ);
            return self.rows_on(on, select.filter(visible::visible::<M>(false, &spaces, Way::Named))).await;
        }
        self.counted();
        let found = on.query_all(&select.expr_as(visible::places::<M>(true), "seen_in").into_query()).await?;
        let mut rows = Vec::with_capacity(found.len());
        for row in &found {
            let places: Option<String> = row.try_get("", "seen_in")?;
            let places = places.unwrap_or_default();
            if let Some(level) = visible::seen(&places, &spaces) {
                seen_in(&places);
                rows.push(cut(M::from_query_result(row, "")?, level));
            }
        }
        Ok(rows)
    }

    /// A record by id; none where it is absent or not visible.
    pub async fn find<M: Record>(&self, id: Id) -> Result<Option<Row<M>>> {
        let select = named::<M>().filter(visible::id_column::<M>().eq(id));
        Ok(self.run_named(select).await?.pop())
    }

    /// A record by id, or NOT_FOUND naming the argument.
    pub async fn get<M: Record>(&self, id: Id, field: &str) -> Result<Row<M>> {
        self.find(id).await?.ok_or_else(|| Error::not_found(field))
    }

    /// All visible rows that fit, at most [`LONGEST_LIST`].
    pub async fn all<M: Record>(&self, filter: Condition, sort: &Sort<M>) -> Result<Vec<Row<M>>> {
        let select = ordered::<M>(self.fenced::<M>(Way::List).filter(filter), sort, false).limit(LONGEST_LIST);
        self.run(select).await
    }

    /// Visible rows whose column is one of these ids.
    pub(super) async fn among<M: Record>(
        &self,
        column: <M::Entity as EntityTrait>::Column,
        ids: impl Iterator<Item = Id>,
        sort: Option<&Sort<M>>,
        filter: Option<SimpleExpr>,
    ) -> Result<Vec<Row<M>>> {
        // Only their own ids name rows: what else belongs to something may be far more than the caller sees.
        let named_by_id = column.as_str() == visible::id_column::<M>().as_str();
        let select = if named_by_id { named::<M>() } else { self.fenced::<M>(Way::Named) };
        let mut select = select.filter(visible::any_of(self.postgres(), column, ids));
        if let Some(filter) = filter {
            select = select.filter(filter);
        }
        if let Some(sort) = sort {
            select = ordered::<M>(select, sort, false);
        }
        if named_by_id { self.run_named(select).await } else { self.run(select).await }
    }

    /// Entries of a ledger that the caller may read, and its head.
    pub async fn ledger(
        &self,
        space: SpaceRef,
        after: i64,
        first: u64,
    ) -> Result<(Vec<ledger::Model>, (i64, Vec<u8>))> {
        let grants = self.grants();
        let grant = grants.within(Right::LedgerRead, space).ok_or_else(|| Error::not_found("subjectId"))?;
        self.counted();
        #[expect(clippy::disallowed_methods, reason = "the right to the ledger of this space is checked above")]
        let entries = ledger::Entity::find()
            .filter(ledger::Column::SpaceNo.eq(grant.space_no))
            .filter(ledger::Column::Seq.gt(after))
            .order_by_asc(ledger::Column::Seq)
            .limit(first)
            .all(&self.platform.db)
            .await?;
        self.counted();
        #[expect(clippy::disallowed_methods, reason = "the right to the ledger of this space is checked above")]
        let head = entity::platform::space::Entity::find_by_id(grant.space_no).one(&self.platform.db).await?;
        Ok((entries, head.map(|space| (space.head_seq, space.head_hash)).unwrap_or_default()))
    }

    /// Kind of an id. Says nothing of visibility: only for `node`, which then reads through the fence.
    pub async fn kind_of(&self, id: Id) -> Result<Option<Kind>> {
        self.counted();
        #[expect(clippy::disallowed_methods, reason = "the id index holds no content")]
        let found = entity::platform::object_index::Entity::find_by_id(id).one(&self.platform.db).await?;
        Ok(found.map(|row| row.kind))
    }

    /// Whether a right exists anywhere, for the gate: what runs then asks whether it still does.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.kept().map_or_else(|| self.grants().anywhere(right), |kept| kept.grants.anywhere(right))
    }
}

/// Adds the order of a list, turned round where asked.
pub(super) fn ordered<M: Record>(select: Select<M::Entity>, sort: &Sort<M>, reverse: bool) -> Select<M::Entity> {
    let order = direction(sort, reverse);
    select.order_by(sort.column, order.clone()).order_by(visible::id_column::<M>(), order)
}

pub(super) const fn direction<M: Record>(sort: &Sort<M>, reverse: bool) -> Order {
    match (&sort.order, reverse) {
        (Order::Desc, false) | (Order::Asc, true) => Order::Desc,
        _ => Order::Asc,
    }
}
