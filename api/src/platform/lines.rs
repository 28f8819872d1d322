//! Lines to PostgreSQL. The driver's own pool asks each connection that is given back whether it still answers: a second way
//! through the network, and a task, for every statement. Here a line whose statement has ended lies ready for the next one; only
//! one whose request went away in the middle is asked, and freed of what it had begun.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
    error::ConnAcquireErr,
    sea_query::{ArrayType, OptionEnum, Value, ValueType, ValueTypeErr},
};
use sqlx::{
    Arguments, AssertSqlSafe, Connection, Executor,
    postgres::{PgArguments, PgConnectOptions, PgConnection, PgDatabaseError, PgSeverity},
};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// Lines at the most: on few cores more of them make each statement dearer.
const MOST: usize = 10;
/// Statements that stand alone, at one time for each processor, and at the least: with more of them each becomes dearer.
/// Transactions, which wait for their server and for the disk, may have all lines.
const ALONE: usize = 3;
const ALONE_AT_LEAST: usize = 6;
/// Longest wait for a turn, and for a free line.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest that a line is kept that nobody needs; the last one stays.
const UNUSED: Duration = Duration::from_mins(10);
/// Longest that a line is kept at all: what the database holds for one grows with its statements.
const OLD: Duration = Duration::from_mins(30);

/// Hears of every statement.
pub(super) type Watch = Arc<dyn Fn(&Statement) + Send + Sync>;

/// A connection, since when it is open, and since when nobody uses it.
struct Idle {
    connection: PgConnection,
    opened: Instant,
    since: Instant,
}

/// All lines of one server.
pub(super) struct Lines {
    options: PgConnectOptions,
    /// The one that was used last comes first again: few lines stay warm.
    idle: Mutex<Vec<Idle>>,
    places: Arc<Semaphore>,
    /// Of statements that stand alone and are worth preparing.
    turns: Semaphore,
    watch: Option<Watch>,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

/// A line that somebody holds.
pub(super) struct Line {
    lines: Arc<Lines>,
    /// None once it was given back, or broke.
    connection: Option<PgConnection>,
    opened: Instant,
    /// Whether it lay ready: the database may have gone away meanwhile.
    waited: bool,
    /// Whether a statement runs, or a transaction is open.
    busy: bool,
    place: Option<OwnedSemaphorePermit>,
}

impl Lines {
    /// Opens the first line.
    pub(super) async fn open(options: PgConnectOptions, watch: Option<Watch>) -> Result<Arc<Self>, DbErr> {
        let places = Arc::new(Semaphore::new(MOST));
        let turns = Semaphore::new(for_each_processor(ALONE, ALONE_AT_LEAST));
        let lines = Arc::new(Self { options, idle: Mutex::default(), places, turns, watch });
        lines.take().await?.give_back();
        Ok(lines)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line: one that lies ready, or a new one.
    pub(super) async fn take(self: &Arc<Self>) -> Result<Line, DbErr> {
        let place = match self.places.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(_) => wait_for(self.places.clone().acquire_owned()).await?,
        };
        let ready = {
            let mut idle = self.idle();
            while idle.len() > 1 && idle.first().is_some_and(|line| line.since.elapsed() > UNUSED) {
                idle.remove(0);
            }
            idle.pop()
        };
        let (connection, opened, waited) = match ready {
            Some(idle) => (idle.connection, idle.opened, true),
            None => match tokio::time::timeout(PATIENCE, PgConnection::connect_with(&self.options)).await {
                Ok(connection) => (connection.map_err(gone)?, Instant::now(), false),
                Err(_) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
            },
        };
        let lines = self.clone();
        Ok(Line { lines, connection: Some(connection), opened, waited, busy: false, place: Some(place) })
    }

    /// Waits until one more statement may stand alone.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, DbErr> {
        match self.turns.try_acquire() {
            Ok(turn) => Ok(turn),
            Err(_) => wait_for(self.turns.acquire()).await,
        }
    }

    /// All rows of a statement that stands alone.
    pub(super) async fn all(self: &Arc<Self>, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let _turn = self.turn().await?;
        let mut line = self.take().await?;
        let only_asks = || !["INSERT", "UPDATE", "DELETE"].iter().any(|word| statement.sql.contains(word));
        let again = (line.waited && only_asks()).then(|| statement.clone());
        match line.all(statement).await {
            Err(DbErr::Conn(error)) => match again {
                // It broke while nobody used it: a question is asked once more.
                Some(again) => {
                    drop(line);
                    let mut line = self.take().await?;
                    let rows = line.all(again).await?;
                    line.give_back();
                    Ok(rows)
                }
                None => Err(DbErr::Conn(error)),
            },
            answer => {
                line.give_back();
                answer
            }
        }
    }

    /// Runs a statement that stands alone.
    pub(super) async fn run(self: &Arc<Self>, statement: Statement) -> Result<ExecResult, DbErr> {
        let _turn = self.turn().await?;
        let mut line = self.take().await?;
        let done = line.run(statement).await;
        line.give_back();
        done
    }

    /// Runs text that is not worth preparing.
    pub(super) async fn run_plain(self: &Arc<Self>, sql: &str) -> Result<ExecResult, DbErr> {
        let mut line = self.take().await?;
        let done = line.run_plain(sql).await;
        line.give_back();
        done
    }

    /// A line on which a transaction has begun.
    pub(super) async fn begin(self: &Arc<Self>, begin: &'static str) -> Result<Line, DbErr> {
        let mut line = self.take().await?;
        match line.run_plain(begin).await {
            Err(DbErr::Conn(_)) if line.waited => {
                drop(line);
                line = self.take().await?;
                line.run_plain(begin).await?;
            }
            begun => {
                begun?;
            }
        }
        line.busy = true;
        Ok(line)
    }

    /// Closes them. Who holds one keeps it until its end.
    pub(super) async fn close(&self) {
        self.places.close();
        self.turns.close();
        let idle = std::mem::take(&mut *self.idle());
        for line in idle {
            drop(line.connection.close().await);
        }
    }
}

/// So many for each processor, at least some, and never more than there are lines.
pub(super) fn for_each_processor(count: usize, least: usize) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    count.saturating_mul(processors).clamp(least, MOST)
}

/// A permit, within patience.
async fn wait_for<P>(permit: impl Future<Output = Result<P, AcquireError>>) -> Result<P, DbErr> {
    match tokio::time::timeout(PATIENCE, permit).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
        Err(_) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
    }
}

impl Line {
    /// Runs something on the connection. Whoever goes away in the middle leaves it busy.
    async fn with<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
        failed: fn(sqlx::Error) -> DbErr,
    ) -> Result<T, DbErr> {
        let Some(connection) = self.connection.as_mut() else {
            return Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed));
        };
        let before = std::mem::replace(&mut self.busy, true);
        let answer = run(connection).await;
        self.busy = before;
        answer.map_err(|error| {
            if is_over(&error) {
                self.connection = None;
                if self.waited {
                    // It broke while nobody used it, and the others likely too.
                    self.lines.idle().clear();
                }
                gone(error)
            } else {
                failed(error)
            }
        })
    }

    /// All rows of a statement.
    pub(super) async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.lines.heard(&statement);
        let values = arguments(statement.values)?;
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), values);
        let rows = self.with(async |on| query.fetch_all(on).await, |e| DbErr::Query(runtime(e))).await?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    /// Runs a statement.
    pub(super) async fn run(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.lines.heard(&statement);
        let values = arguments(statement.values)?;
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), values);
        let done = self.with(async |on| query.execute(on).await, |e| DbErr::Exec(runtime(e))).await?;
        Ok(done.into())
    }

    /// Runs text that is not worth preparing.
    pub(super) async fn run_plain(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let sql = AssertSqlSafe(sql.to_owned());
        let done = self.with(async |on| on.execute(sql).await, |e| DbErr::Exec(runtime(e))).await?;
        Ok(done.into())
    }

    /// Ends the transaction that was begun on it.
    pub(super) async fn end(mut self, end: &'static str) -> Result<(), DbErr> {
        self.run_plain(end).await?;
        self.busy = false;
        self.give_back();
        Ok(())
    }

    /// Lets the next one have it.
    fn give_back(mut self) {
        self.put_back();
    }

    fn put_back(&mut self) {
        if let Some(connection) = self.connection.take()
            && self.opened.elapsed() < OLD
            && !self.lines.places.is_closed()
        {
            let (opened, since) = (self.opened, Instant::now());
            self.lines.idle().push(Idle { connection, opened, since });
        }
        drop(self.place.take());
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.busy {
            return self.put_back();
        }
        // Its request went away, or failed in a transaction: what was begun is ended before somebody else has the line.
        let (Some(mut connection), Ok(runtime)) = (self.connection.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let (lines, opened, place) = (self.lines.clone(), self.opened, self.place.take());
        runtime.spawn(async move {
            if let Ok(Ok(_)) = tokio::time::timeout(PATIENCE, connection.execute("ROLLBACK")).await {
                let line = Line { lines, connection: Some(connection), opened, waited: false, busy: false, place };
                line.give_back();
            }
        });
    }
}

impl Lines {
    fn heard(&self, statement: &Statement) {
        if let Some(watch) = &self.watch {
            watch(statement);
        }
    }
}

fn runtime(error: sqlx::Error) -> RuntimeErr {
    RuntimeErr::SqlxError(Arc::new(error))
}

fn gone(error: sqlx::Error) -> DbErr {
    DbErr::Conn(runtime(error))
}

/// Whether the connection is of no use any more: what failed is not what was asked, but the way to it.
fn is_over(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error
            .try_downcast_ref::<PgDatabaseError>()
            .is_none_or(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)),
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) => true,
        _ => false,
    }
}

/// Values as the driver takes them.
fn arguments(values: Option<sea_orm::Values>) -> Result<PgArguments, DbErr> {
    let mut arguments = PgArguments::default();
    for value in values.into_iter().flat_map(|values| values.0) {
        add(&mut arguments, value).map_err(|error| DbErr::Query(RuntimeErr::Internal(error.to_string())))?;
    }
    Ok(arguments)
}

fn add(to: &mut PgArguments, value: Value) -> Result<(), sqlx::error::BoxDynError> {
    match value {
        Value::Bool(it) => to.add(it),
        Value::SmallInt(it) => to.add(it),
        Value::Int(it) => to.add(it),
        Value::BigInt(it) => to.add(it),
        Value::BigUnsigned(it) => to.add(it.map(<i64 as TryFrom<u64>>::try_from).transpose()?),
        Value::Float(it) => to.add(it),
        Value::Double(it) => to.add(it),
        Value::String(it) => to.add(it),
        Value::Enum(OptionEnum::Some(it)) => to.add(it.value.as_ref()),
        Value::Enum(OptionEnum::None(_)) => to.add(None::<String>),
        Value::Bytes(it) => to.add(it),
        Value::Json(it) => to.add(it.map(|it| *it)),
        Value::ChronoDate(it) => to.add(it),
        Value::ChronoDateTime(it) => to.add(it),
        Value::ChronoDateTimeUtc(it) => to.add(it),
        Value::Uuid(it) => to.add(it),
        Value::Array(ArrayType::Int, Some(list)) => to.add(each::<i32>(*list)?),
        Value::Array(ArrayType::BigInt, Some(list)) => to.add(each::<i64>(*list)?),
        Value::Array(ArrayType::Bool, Some(list)) => to.add(each::<bool>(*list)?),
        Value::Array(ArrayType::Uuid, Some(list)) => to.add(each::<uuid::Uuid>(*list)?),
        other => Err(format!("no statement of this server sends a value like {other:?}").into()),
    }
}

/// The values of a list; one of another type is an error, not an absent value.
fn each<T>(list: Vec<Value>) -> Result<Vec<Option<T>>, ValueTypeErr>
where
    Option<T>: ValueType,
{
    list.into_iter().map(<Option<T> as ValueType>::try_from).collect()
}
