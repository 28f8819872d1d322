//! One read for many readers: a record that has just changed, with the spaces that see it. Every stream of this node that hears
//! of the change cuts its own view out of the same read, by a set lookup.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use entity::{Id, Kind, Level, Record};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use tokio::sync::{OnceCell, Semaphore};

use super::{
    caller::{Caller, cut},
    changes::Change,
    error::{Error, Result},
    visible,
    written::Texts,
};

/// A read that is older is done again: who lags must not be shown what was taken back meanwhile.
const FRESH: Duration = Duration::from_secs(1);
/// Reads for streams at one time: requests must find a connection too.
const READS: usize = 4;
/// More records than this are read by the caller itself, in one statement.
const FEW: usize = 8;

/// A record as it was read, with where it is published.
struct Whole<M> {
    row: Option<M>,
    /// For each space: position of its newest entry, and the level at which it sees the record, if it does.
    places: HashMap<i32, (i64, Option<Level>)>,
    /// How it was written lately: for who sees it at a level, in a way.
    written: Mutex<Vec<(Option<Level>, Way, Texts)>>,
}

impl<M> Default for Whole<M> {
    fn default() -> Self {
        Self { row: None, places: HashMap::new(), written: Mutex::default() }
    }
}

impl<M: Record> Whole<M> {
    /// The highest level at which one of some spaces, ascending, sees it.
    fn level(&self, spaces: &[i32]) -> Option<Level> {
        let seen = self.places.iter().filter(|(no, _)| spaces.binary_search(no).is_ok());
        let level = seen.filter_map(|(_, (_, level))| *level).max();
        level.filter(|_| self.row.is_some())
    }

    fn change(&self, id: Id, level: Option<Level>) -> Change<M> {
        match (level, &self.row) {
            (Some(level), Some(row)) => Change::Now(cut(row.clone(), level)),
            _ => Change::Gone(id),
        }
    }
}

/// What tells ways of writing a record apart: two are the same where they are one.
type Way = Arc<dyn Any + Send + Sync>;
/// Texts that are kept of a record, until it is read again.
const WAYS: usize = 16;

type Loaded = Arc<dyn Any + Send + Sync>;
type Slot = Arc<(Instant, OnceCell<Loaded>)>;

/// Records by their ids, and when those that are too old were last let go.
type Slots = (HashMap<(Kind, Id), Slot>, Option<Instant>);

/// What was read lately.
pub(super) struct Seen {
    slots: Mutex<Slots>,
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
        let (slots, swept) = &mut *slots;
        if swept.is_none_or(|swept| swept.elapsed() >= FRESH) {
            slots.retain(|_, slot| slot.0.elapsed() < FRESH);
            *swept = Some(Instant::now());
        }
        let new = || Arc::new((Instant::now(), OnceCell::new()));
        let slot = slots.entry(key).or_insert_with(new);
        if slot.0.elapsed() >= FRESH || stale.is_some_and(|stale| Arc::ptr_eq(stale, slot)) {
            *slot = new();
        }
        slot.clone()
    }
}

/// A record that changed, and the entries that said so.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The record.
    pub id: Id,
    /// The spaces whose ledgers said so, each with the newest entry that did; none where the device is only reminded. One entry
    /// would not do: what was said last in one space may be older than what was said in another.
    pub at: Vec<(i32, i64)>,
}

impl Heard {
    /// That an entry said so too.
    pub fn also(&mut self, space_no: i32, seq: i64) {
        self.at.retain(|(no, _)| *no != space_no);
        self.at.push((space_no, seq));
    }
}

impl Caller {
    /// Some records as the caller sees them now, for a stream: what is not visible is gone. Each is written once for all who
    /// see it at one level and want it written in the same way.
    pub async fn written_as_heard<M: Record, W: Any + Send + Sync>(
        &self,
        heard: &[Heard],
        way: &Arc<W>,
        write: impl Fn(Change<M>) -> Result<Vec<String>>,
    ) -> Result<Vec<Texts>> {
        let write = |change| Ok::<Texts, Error>(write(change)?.into());
        if heard.len() > FEW || heard.iter().any(|heard| heard.at.is_empty()) {
            let _read = self.platform.seen.reads.acquire().await.map_err(|e| Error::unavailable(e.to_string()))?;
            let ids: Vec<Id> = heard.iter().map(|heard| heard.id).collect();
            return self.as_seen::<M>(&ids).await?.into_iter().map(write).collect();
        }
        let spaces = self.grants().spaces(M::READ);
        let mut out = Vec::with_capacity(heard.len());
        for heard in heard {
            let whole = self.whole::<M>(heard).await?;
            let level = whole.level(&spaces);
            let mut written = whole.written.lock().unwrap_or_else(PoisonError::into_inner);
            let same = |known: &&(Option<Level>, Way, Texts)| {
                known.0 == level && std::ptr::addr_eq(Arc::as_ptr(&known.1), Arc::as_ptr(way))
            };
            let known = written.iter().find(same).map(|(_, _, texts)| texts.clone());
            out.push(match known {
                Some(texts) => texts,
                None => {
                    let texts = write(whole.change(heard.id, level))?;
                    if written.len() == WAYS {
                        written.remove(0);
                    }
                    written.push((level, way.clone(), texts.clone()));
                    texts
                }
            });
        }
        Ok(out)
    }

    /// A record with its places, read once for all who ask within a second, and not before what was heard.
    async fn whole<M: Record>(&self, heard: &Heard) -> Result<Arc<Whole<M>>> {
        let seen = &self.platform.seen;
        let mut stale = None;
        loop {
            let slot = seen.slot((M::KIND, heard.id), stale.as_ref());
            let load = async { Ok::<_, Error>(Arc::new(self.load::<M>(heard.id).await?) as Loaded) };
            let whole = slot.1.get_or_try_init(|| load).await?.clone();
            let whole = whole.downcast::<Whole<M>>().map_err(|_| Error::internal("a record has two kinds"))?;
            let reaches =
                heard.at.iter().all(|(no, seq)| whole.places.get(no).is_some_and(|(reached, _)| reached >= seq));
            if reaches || stale.is_some() {
                return Ok(whole);
            }
            stale = Some(slot);
        }
    }

    async fn load<M: Record>(&self, id: Id) -> Result<Whole<M>> {
        let _read = self.platform.seen.reads.acquire().await.map_err(|e| Error::unavailable(e.to_string()))?;
        // One statement, and so one moment: content that is newer than its places could be somebody's no more.
        #[expect(clippy::disallowed_methods, reason = "every reader cuts out what its own spaces see")]
        let select = M::Entity::find().filter(visible::id_column::<M>().eq(id));
        let select = select.expr_as(visible::published::<M>(self.postgres()), "published");
        self.counted();
        let found = self.platform.db.query_one(&select.into_query()).await?;
        let Some(found) = found else { return Ok(Whole::default()) };
        let published: Option<String> = found.try_get("", "published")?;
        let places = published.iter().flat_map(|places| places.split(',')).filter_map(place).collect();
        Ok(Whole { row: Some(M::from_query_result(&found, "")?), places, written: Mutex::default() })
    }
}

/// Space, position and level of a publication; the level is none where it was taken back.
fn place(text: &str) -> Option<(i32, (i64, Option<Level>))> {
    let mut words = text.split(' ');
    let (no, seq) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((no, (seq, words.next()?.parse().ok().map(Level::from_stored))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_of_a_record_is_told_for_each_space() {
        let mut heard = Heard { id: Id(uuid::Uuid::from_u128(1)), at: Vec::new() };
        for (space_no, seq) in [(5, 11), (5, 12), (9, 21)] {
            heard.also(space_no, seq);
        }
        assert_eq!(heard.at, [(5, 12), (9, 21)]);
    }

    #[test]
    fn a_publication_in_words_says_where_and_how_far() {
        assert_eq!(place("5 12 2"), Some((5, (12, Some(Level::Full)))));
        assert_eq!(place("5 12 1"), Some((5, (12, Some(Level::Basic)))));
        assert_eq!(place("5 12 -"), Some((5, (12, None))));
        assert_eq!(place("5 12"), None);
    }
}
