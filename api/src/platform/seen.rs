//! One read for many readers: a record that has just changed, with the spaces that see it. Every stream of this node that hears
//! of the change cuts its own view out of the same read, by a set lookup.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use entity::{Id, Kind, Level, Record, platform::publication};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio::sync::{OnceCell, Semaphore};

use super::{
    caller::Caller,
    changes::Change,
    error::{Error, Result},
    visible,
};

/// A read that is older is done again: who lags must not be shown what was taken back meanwhile.
const FRESH: Duration = Duration::from_secs(1);
/// Records that are kept; more than a node hears of in that time.
const MOST: usize = 4096;
/// Reads for streams at one time: requests must find a connection too.
const READS: usize = 4;
/// More records than this are read by the caller itself, in one statement.
const FEW: usize = 8;

/// A record as it was read, with where it is published.
struct Whole<M> {
    row: Option<M>,
    /// For each space: position of its newest entry, and the level at which it sees the record, if it does.
    places: HashMap<i32, (i64, Option<Level>)>,
}

type Loaded = Arc<dyn Any + Send + Sync>;
type Slot = Arc<(Instant, OnceCell<Loaded>)>;

/// What was read lately.
pub(super) struct Seen {
    slots: Mutex<HashMap<(Kind, Id), Slot>>,
    reads: Semaphore,
}

impl Default for Seen {
    fn default() -> Self {
        Self { slots: Mutex::default(), reads: Semaphore::new(READS) }
    }
}

impl Seen {
    /// The slot of a record; a new one where the last is too old, or was found to be.
    fn slot(&self, key: (Kind, Id), stale: Option<&Slot>) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() > MOST {
            slots.retain(|_, slot| slot.0.elapsed() < FRESH);
        }
        let new = || Arc::new((Instant::now(), OnceCell::new()));
        let slot = slots.entry(key).or_insert_with(new);
        if slot.0.elapsed() >= FRESH || stale.is_some_and(|stale| Arc::ptr_eq(stale, slot)) {
            *slot = new();
        }
        slot.clone()
    }
}

/// A record that changed, and the entry that said so.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// The record.
    pub id: Id,
    /// The space whose ledger said so, and where; none where the device is only reminded.
    pub at: Option<(i32, i64)>,
}

impl Caller {
    /// Some records as the caller sees them now, for a stream: what is not visible is gone.
    pub async fn as_heard<M: Record>(&self, heard: &[Heard]) -> Result<Vec<Change<M>>> {
        if heard.len() > FEW || heard.iter().any(|heard| heard.at.is_none()) {
            let _read = self.platform.seen.reads.acquire().await.map_err(|e| Error::unavailable(e.to_string()))?;
            let ids: Vec<Id> = heard.iter().map(|heard| heard.id).collect();
            return self.as_seen::<M>(&ids).await;
        }
        let spaces = self.grants().spaces(M::READ);
        let mut out = Vec::with_capacity(heard.len());
        for heard in heard {
            let whole = self.whole::<M>(*heard).await?;
            let levels = spaces.iter().filter_map(|no| whole.places.get(no).and_then(|(_, level)| *level));
            out.push(match (levels.max(), &whole.row) {
                (Some(level), Some(row)) => {
                    let mut row = row.clone();
                    let redacted = if level == Level::Basic { row.redact() } else { &[] };
                    Change::Now((row, redacted))
                }
                _ => Change::Gone(heard.id),
            });
        }
        Ok(out)
    }

    /// A record with its places, read once for all who ask within a second, and not before what was heard.
    async fn whole<M: Record>(&self, heard: Heard) -> Result<Arc<Whole<M>>> {
        let seen = &self.platform.seen;
        let mut stale = None;
        loop {
            let slot = seen.slot((M::KIND, heard.id), stale.as_ref());
            let load = async { Ok::<_, Error>(Arc::new(self.load::<M>(heard.id).await?) as Loaded) };
            let whole = slot.1.get_or_try_init(|| load).await?.clone();
            let whole = whole.downcast::<Whole<M>>().map_err(|_| Error::internal("a record has two kinds"))?;
            let reaches = heard.at.is_none_or(|(no, seq)| whole.places.get(&no).is_some_and(|(at, _)| *at >= seq));
            if reaches || stale.is_some() {
                return Ok(whole);
            }
            stale = Some(slot);
        }
    }

    async fn load<M: Record>(&self, id: Id) -> Result<Whole<M>> {
        let _read = self.platform.seen.reads.acquire().await.map_err(|e| Error::unavailable(e.to_string()))?;
        // One moment: content that is newer than its places could be somebody's no more.
        let db = self.moment().await?;
        self.counted();
        #[expect(clippy::disallowed_methods, reason = "every reader cuts out what its own spaces see")]
        let places = publication::Entity::find().filter(publication::Column::RecordId.eq(id)).all(&db).await?;
        self.counted();
        #[expect(clippy::disallowed_methods, reason = "every reader cuts out what its own spaces see")]
        let row = M::Entity::find().filter(visible::id_column::<M>().eq(id)).one(&db).await?;
        db.commit().await?;
        let place = |p: publication::Model| (p.space_no, (p.seq, p.live.then(|| Level::from_stored(p.level))));
        Ok(Whole { row, places: places.into_iter().map(place).collect() })
    }
}
