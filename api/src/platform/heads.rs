//! Where ledgers stand. When a thousand devices come back at once, those that read the same spaces ask for the same list: who
//! asks while it is being read waits for the next reading, which begins after that, and shares it with all who wait.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use sea_orm::ConnectionTrait;

use super::{db::Db, error::Result, visible};

/// Newest positions, `(space number, seq)`, ascending by space.
pub type Heads = Arc<[(i32, i64)]>;

/// Readings that go on, by their spaces.
#[derive(Default)]
pub(super) struct Readings(Mutex<HashMap<Arc<[i32]>, Weak<Reading>>>);

#[derive(Default)]
struct Reading {
    /// How many have begun.
    begun: AtomicU64,
    /// The number of the last that ended, and what it said. Who reads holds it.
    last: tokio::sync::Mutex<Option<(u64, Result<Heads>)>>,
}

impl Readings {
    /// Newest position of some spaces: as they stand at this moment, or later.
    pub(super) async fn heads(&self, db: &Db, spaces: &[i32]) -> Result<Heads> {
        let read = async || Ok(heads_on(db, db, spaces).await?.into());
        self.of(spaces).or(read).await
    }

    fn of(&self, spaces: &[i32]) -> Arc<Reading> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reading) = all.get(spaces).and_then(Weak::upgrade) {
            return reading;
        }
        if all.len() == all.capacity() {
            all.retain(|_, reading| reading.strong_count() > 0);
            let used = all.len();
            all.shrink_to(2 * used);
        }
        let reading = Arc::default();
        all.insert(spaces.into(), Arc::downgrade(&reading));
        reading
    }
}

impl Reading {
    /// What somebody else read since this was asked, or what is read now. Whoever reads keeps the others waiting: they must be
    /// polled to the end, or dropped.
    async fn or(&self, read: impl AsyncFnOnce() -> Result<Heads>) -> Result<Heads> {
        // What has begun already may not know what was written a moment ago.
        let before = self.begun.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if let Some((_, read)) = last.as_ref().filter(|(no, _)| *no > before) {
            return read.clone();
        }
        let no = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let read = read().await;
        // A failure too is shared: one after the other, all who wait would wait for the same.
        *last = Some((no, read.clone()));
        read
    }
}

/// Newest position of some spaces, ascending, in a moment of the database.
pub(super) async fn heads_on(db: &Db, on: &impl ConnectionTrait, spaces: &[i32]) -> Result<Vec<(i32, i64)>> {
    let (list, these) = visible::by_spaces(db.is_postgres(), spaces, "no", 1);
    let sql = format!("SELECT no, head_seq FROM space WHERE {these} ORDER BY no");
    if db.is_postgres() {
        // Of some there are thousands: two lists are sent and read in a fraction of the time.
        let sql = format!("SELECT array_agg(s.no), array_agg(s.head_seq) FROM ({sql}) s");
        let Some(row) = on.query_one_raw(db.statement(&sql, [list])).await? else { return Ok(Vec::new()) };
        let numbers: Vec<i32> = row.try_get_by_index::<Option<_>>(0)?.unwrap_or_default();
        let heads: Vec<i64> = row.try_get_by_index::<Option<_>>(1)?.unwrap_or_default();
        return Ok(numbers.into_iter().zip(heads).collect());
    }
    let rows = on.query_all_raw(db.statement(&sql, [list])).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

#[cfg(test)]
mod tests {
    use tokio::sync::Semaphore;

    use super::*;
    use crate::platform::error::{Error, ErrorCode};

    /// What is read is the number of the reading, and each waits until it is let through.
    struct Desk {
        reading: Arc<Reading>,
        count: Arc<AtomicU64>,
        gate: Arc<Semaphore>,
    }

    impl Desk {
        fn ask(&self) -> tokio::task::JoinHandle<Result<Heads>> {
            let (reading, count, gate) = (self.reading.clone(), self.count.clone(), self.gate.clone());
            #[expect(clippy::disallowed_methods, reason = "the test waits for it, or ends it")]
            tokio::spawn(async move {
                let read = async || {
                    let no = count.fetch_add(1, Ordering::SeqCst) + 1;
                    gate.acquire().await.unwrap().forget();
                    if no == 4 { Err(Error::unavailable("no line")) } else { Ok([(1, no.cast_signed())].into()) }
                };
                reading.or(read).await
            })
        }
    }

    async fn said(ask: tokio::task::JoinHandle<Result<Heads>>) -> Result<i64, ErrorCode> {
        ask.await.unwrap().map(|heads| heads[0].1).map_err(|error| error.code)
    }

    #[tokio::test]
    async fn who_asks_while_it_is_read_shares_the_next_reading() {
        let desk = Desk { reading: Arc::default(), count: Arc::default(), gate: Arc::new(Semaphore::new(0)) };
        let first = desk.ask();
        tokio::task::yield_now().await;
        // All of them wait before the first has ended: none is told what was read before it asked.
        let later: Vec<_> = (0..20).map(|_| desk.ask()).collect();
        tokio::task::yield_now().await;
        desk.gate.add_permits(2);
        assert_eq!(said(first).await, Ok(1));
        for ask in later {
            assert_eq!(said(ask).await, Ok(2));
        }
        assert_eq!(desk.count.load(Ordering::SeqCst), 2);

        // A failure is heard by all who wait for it, and by nobody who asks later.
        let first = desk.ask();
        tokio::task::yield_now().await;
        let failed = [desk.ask(), desk.ask()];
        tokio::task::yield_now().await;
        desk.gate.add_permits(2);
        assert_eq!(said(first).await, Ok(3));
        for ask in failed {
            assert_eq!(said(ask).await, Err(ErrorCode::Unavailable));
        }
        // Who goes away while reading leaves it to the next.
        let gone = desk.ask();
        tokio::task::yield_now().await;
        let next = desk.ask();
        tokio::task::yield_now().await;
        gone.abort();
        desk.gate.add_permits(1);
        assert_eq!(said(next).await, Ok(6));
    }
}
