//! Followers of ledgers: one hub a node. After a doorbell, or every second, it reads what is new in the
//! spaces that somebody follows, and wakes them. A doorbell is a hint: lost, doubled or forged, it costs
//! at most a second or a wasted read.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use entity::{Id, Kind, ledger};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::{Notify, mpsc};

use super::{
    db::Db,
    error::{Error, Result},
    visible,
};

/// Entries that are kept for each followed space.
const RING: usize = 256;
/// Entries that one read takes.
const BATCH: u64 = 1000;
/// Without a doorbell, look this often.
const TICK: Duration = Duration::from_secs(1);

/// A push is answered before this, and the device has noted what it pushed.
const REMIND_AFTER: Duration = Duration::from_secs(1);
/// A device that comes back within this time is reminded.
const REMINDED: Duration = Duration::from_secs(30);
/// Pushes of one person that may have gone out together: a common client tries again five seconds after a push that was
/// not answered, and its request may take ten.
const TOGETHER: Duration = Duration::from_secs(20);
/// Reminders of one person; older ones go first.
const MOST_REMINDERS: usize = 2000;

/// A space that somebody on this node follows.
struct Feed {
    /// Newest entries, contiguous.
    ring: VecDeque<Arc<ledger::Model>>,
    /// Newest entry known.
    head: i64,
    followers: Vec<Weak<Notify>>,
}

type Feeds = HashMap<i32, Feed>;

/// The hub.
#[derive(Clone)]
pub struct Hub {
    db: Db,
    feeds: Arc<Mutex<Feeds>>,
    bell: Arc<Notify>,
    /// Where the other nodes are told.
    others: Arc<OnceLock<mpsc::Sender<Heads>>>,
    /// Whether they can be heard now.
    hears: Arc<AtomicBool>,
    /// Records that devices have just pushed, by person.
    reminders: Arc<Mutex<HashMap<Id, VecDeque<Reminder>>>>,
}

/// A record that a device of a person has pushed.
#[derive(Clone, Copy)]
struct Reminder {
    at: Instant,
    kind: Kind,
    id: Id,
}

/// Spaces with their newest positions.
pub(super) type Heads = Vec<(i32, i64)>;

/// Where an SSE client left off: its `Last-Event-ID`, in the request's data.
pub struct ResumeAfter(pub String);

/// One reader of several spaces.
pub struct Follower {
    hub: Hub,
    wake: Arc<Notify>,
    spaces: Vec<i32>,
    /// Where the ledgers stood when it began to follow: what is kept in memory may be behind that.
    began: HashMap<i32, i64>,
}

impl Hub {
    /// A hub that is not running yet.
    pub(super) fn new(db: Db) -> Self {
        Self {
            db,
            feeds: Arc::default(),
            bell: Arc::default(),
            others: Arc::default(),
            hears: Arc::default(),
            reminders: Arc::default(),
        }
    }

    fn feeds(&self) -> MutexGuard<'_, Feeds> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells other nodes too from now on.
    pub(super) fn tell(&self, others: mpsc::Sender<Heads>) {
        drop(self.others.set(others));
    }

    /// Whether the doorbells of other nodes can be heard now.
    pub(super) fn hears(&self, now: bool) {
        self.hears.store(now, Ordering::Relaxed);
    }

    /// Whether other nodes may write to the same database.
    pub fn is_one_of_several(&self) -> bool {
        self.db.is_postgres()
    }

    /// Rings the doorbell, here and elsewhere: these spaces advanced.
    pub fn ring(&self, heads: &[(i32, i64)]) {
        self.ring_here(heads);
        if let Some(others) = self.others.get() {
            // Full: they poll.
            drop(others.try_send(heads.to_vec()));
        }
    }

    /// These spaces advanced, maybe on another node.
    pub(super) fn ring_here(&self, heads: &[(i32, i64)]) {
        let followed = {
            let feeds = self.feeds();
            heads.iter().any(|(no, head)| feeds.get(no).is_some_and(|feed| feed.head < *head))
        };
        if followed {
            self.bell.notify_one();
        }
    }

    /// Remembers for half a minute what a device has pushed: its streams say it once more. A device that pushes several
    /// things side by side notes what it pushed when the last of them is answered: until then it drops what it hears, so
    /// what was pushed shortly before is said once more with it.
    pub fn remind(&self, person: Id, kind: Kind, ids: Vec<Id>) {
        let now = Instant::now();
        let mut reminders = self.reminders.lock().unwrap_or_else(PoisonError::into_inner);
        reminders.retain(|_, list| {
            list.retain(|reminder| now.duration_since(reminder.at) < REMINDED);
            !list.is_empty()
        });
        if !ids.is_empty() {
            let list = reminders.entry(person).or_default();
            list.extend(ids.into_iter().map(|id| Reminder { at: now, kind, id }));
            let over = list.len().saturating_sub(MOST_REMINDERS);
            list.drain(..over);
        }
    }

    /// What devices of a person have pushed after a moment, and a second or more ago: with the moment up to which this
    /// says all of it. Once they have pushed nothing for that second, also what they had pushed shortly before.
    pub fn reminders(&self, person: Id, kind: Kind, after: Instant) -> Option<(Instant, Vec<Id>)> {
        let reminders = self.reminders.lock().unwrap_or_else(PoisonError::into_inner);
        let pushed = || reminders.get(&person).into_iter().flatten().filter(|reminder| reminder.kind == kind);
        let last = pushed().map(|reminder| reminder.at).max()?;
        let due = pushed().map(|reminder| reminder.at).filter(|at| at.elapsed() >= REMIND_AFTER).max()?;
        if due <= after {
            return None;
        }
        let since = if due == last { after.min(last.checked_sub(TOGETHER)?) } else { after };
        Some((due, pushed().filter(|reminder| reminder.at > since && reminder.at <= due).map(|r| r.id).collect()))
    }

    /// Reads until the token is cancelled.
    pub async fn run(self, stop: tokio_util::sync::CancellationToken) {
        loop {
            // Where other nodes may write without a doorbell, look more often.
            let tick = if self.is_one_of_several() && !self.hears.load(Ordering::Relaxed) { TICK / 4 } else { TICK };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.bell.notified() => {}
                () = tokio::time::sleep(tick) => {}
            }
            if let Err(error) = self.catch_up().await {
                tracing::warn!(
                    cause = error.cause().unwrap_or_default(),
                    "the hub could not read the ledger; it tries again"
                );
            }
        }
    }

    /// Reads what is new in every followed space and wakes the followers.
    async fn catch_up(&self) -> Result<()> {
        let known: Vec<(i32, i64)> = {
            let mut feeds = self.feeds();
            feeds.retain(|_, feed| {
                feed.followers.retain(|follower| follower.strong_count() > 0);
                !feed.followers.is_empty()
            });
            feeds.iter().map(|(no, feed)| (*no, feed.head)).collect()
        };
        if known.is_empty() {
            return Ok(());
        }
        let followed: Vec<i32> = known.iter().map(|(no, _)| *no).collect();
        let heads = self.heads(&followed).await?;
        let heads: HashMap<i32, i64> = heads.into_iter().collect();
        for (no, have) in known {
            let head = heads.get(&no).copied().unwrap_or(have);
            let mut have = have;
            while have < head {
                let entries = read(&self.db, no, have, BATCH).await?;
                let Some(last) = entries.last() else { break };
                have = last.seq;
                self.take(no, entries);
            }
        }
        Ok(())
    }

    fn take(&self, no: i32, entries: Vec<ledger::Model>) {
        let mut feeds = self.feeds();
        let Some(feed) = feeds.get_mut(&no) else {
            return;
        };
        for entry in entries {
            if entry.seq == feed.head + 1 {
                feed.head = entry.seq;
                if feed.ring.len() == RING {
                    feed.ring.pop_front();
                }
                feed.ring.push_back(Arc::new(entry));
            }
        }
        for follower in &feed.followers {
            if let Some(wake) = follower.upgrade() {
                wake.notify_one();
            }
        }
    }

    /// A reader that follows nothing yet.
    pub fn follower(&self) -> Follower {
        Follower { hub: self.clone(), wake: Arc::new(Notify::new()), spaces: Vec::new(), began: HashMap::new() }
    }

    /// Newest position of some spaces, ascending.
    pub async fn heads(&self, spaces: &[i32]) -> Result<Vec<(i32, i64)>> {
        self.heads_on(&self.db.connection, spaces).await
    }

    /// The same in a moment of the database.
    pub(super) async fn heads_on(&self, on: &impl ConnectionTrait, spaces: &[i32]) -> Result<Vec<(i32, i64)>> {
        let (list, these) = visible::by_spaces(self.db.is_postgres(), spaces, "no", 1);
        let sql = format!("SELECT no, head_seq FROM space WHERE {these} ORDER BY no");
        let rows = on.query_all_raw(self.db.statement(&sql, [list])).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }
}

impl Follower {
    /// Follows exactly these spaces from now on. Answers their heads.
    pub async fn follow(&mut self, spaces: &[i32]) -> Result<Vec<(i32, i64)>> {
        // Head first, registration second: an entry between the two is read from the ledger.
        let heads = self.hub.heads(spaces).await?;
        let mut feeds = self.hub.feeds();
        let me = Arc::downgrade(&self.wake);
        for gone in self.spaces.iter().filter(|no| !spaces.contains(no)) {
            if let Some(feed) = feeds.get_mut(gone) {
                feed.followers.retain(|follower| !follower.ptr_eq(&me));
            }
        }
        for (no, head) in &heads {
            if self.spaces.contains(no) {
                continue;
            }
            let feed =
                feeds.entry(*no).or_insert_with(|| Feed { ring: VecDeque::new(), head: *head, followers: Vec::new() });
            feed.followers.push(me.clone());
        }
        drop(feeds);
        self.spaces = spaces.to_vec();
        self.began.extend(heads.iter().copied());
        // What was committed between head and registration must not wait for the next doorbell.
        self.hub.bell.notify_one();
        Ok(heads)
    }

    /// Entries of a space after a position: from memory where they are there, else from the ledger.
    pub async fn after(&self, no: i32, seq: i64) -> Result<Vec<Arc<ledger::Model>>> {
        {
            let feeds = self.hub.feeds();
            let fresh = |feed: &&Feed| self.began.get(&no).is_none_or(|began| *began <= feed.head.max(seq));
            if let Some(feed) = feeds.get(&no).filter(fresh) {
                if feed.head <= seq {
                    return Ok(Vec::new());
                }
                if feed.ring.front().is_some_and(|first| first.seq <= seq + 1) {
                    return Ok(feed.ring.iter().filter(|entry| entry.seq > seq).cloned().collect());
                }
            }
        }
        let entries = read(&self.hub.db, no, seq, u64::try_from(RING).unwrap_or(BATCH)).await?;
        Ok(entries.into_iter().map(Arc::new).collect())
    }

    /// Waits until something may be new, or not longer than this; says whether something may be.
    pub async fn wait(&self, longest: Duration) -> bool {
        tokio::time::timeout(longest, self.wake.notified()).await.is_ok()
    }
}

/// Entries of one space after a position, in order; a gap is a fault.
async fn read(db: &Db, no: i32, after: i64, most: u64) -> Result<Vec<ledger::Model>> {
    use ledger::Column;
    #[expect(clippy::disallowed_methods, reason = "followers check the right before they hand an entry on")]
    let entries = ledger::Entity::find()
        .filter(Condition::all().add(Column::SpaceNo.eq(no)).add(Column::Seq.gt(after)))
        .order_by_asc(Column::Seq)
        .limit(most)
        .all(&db.connection)
        .await?;
    let mut expected = after;
    for entry in &entries {
        expected += 1;
        if entry.seq != expected {
            return Err(Error::internal(format!("space {no}: entry {expected} is missing, found {}", entry.seq)));
        }
    }
    Ok(entries)
}
