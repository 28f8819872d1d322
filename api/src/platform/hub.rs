//! Followers of ledgers: one hub a node. What a command of this node wrote it is given; what comes from elsewhere it reads, after a
//! doorbell and every second, in the spaces that somebody follows; and it wakes them. A doorbell is a hint: lost, doubled or
//! forged, it costs at most a second or a wasted read.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use entity::{Id, Kind, ledger};
use futures_util::{StreamExt, stream};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::{Notify, mpsc};

use super::{
    caller::Caller,
    db::Db,
    error::{Error, Result},
    follower::{Follower, Group},
    heads::{Heads, Readings},
};

/// Entries that are kept for each followed space.
pub(super) const RING: usize = 256;
/// Entries that one read takes.
const BATCH: u64 = 1000;
/// Look this often, whatever rings.
const TICK: Duration = Duration::from_secs(1);
/// Spaces that are read at one time.
const SIDE_BY_SIDE: usize = 4;

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
    /// Newest entry that a command of this node wrote: it is known before its command has answered.
    written: AtomicI64,
    followers: Vec<Weak<Group>>,
}

type Feeds = HashMap<i32, Feed>;
type Groups = HashMap<Arc<[i32]>, Weak<Group>>;

/// What the doorbell said since it was last asked.
#[derive(Default)]
struct Rung {
    /// Spaces with their heads.
    heads: HashMap<i32, i64>,
    /// What commands of this node have written there.
    entries: HashMap<i32, Vec<ledger::Model>>,
    /// Spaces that began to be followed: a doorbell may have come just before.
    unsure: Vec<i32>,
}

/// The hub.
#[derive(Clone)]
pub struct Hub {
    db: Db,
    feeds: Arc<RwLock<Feeds>>,
    readings: Arc<Readings>,
    /// By their spaces.
    groups: Arc<Mutex<Groups>>,
    bell: Arc<Notify>,
    rung: Arc<Mutex<Rung>>,
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

/// Where an SSE client left off: its `Last-Event-ID`, in the request's data.
pub struct ResumeAfter(pub String);

impl Hub {
    /// A hub that is not running yet.
    pub(super) fn new(db: Db) -> Self {
        Self {
            db,
            feeds: Arc::default(),
            readings: Arc::default(),
            groups: Arc::default(),
            bell: Arc::default(),
            rung: Arc::default(),
            others: Arc::default(),
            hears: Arc::default(),
            reminders: Arc::default(),
        }
    }

    fn feeds(&self) -> RwLockReadGuard<'_, Feeds> {
        self.feeds.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn rung(&self) -> MutexGuard<'_, Rung> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn feeds_to_write(&self) -> RwLockWriteGuard<'_, Feeds> {
        self.feeds.write().unwrap_or_else(PoisonError::into_inner)
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

    /// Those of the entries of a command for which somebody here waits.
    pub(super) fn awaited(&self, entries: &[ledger::Model]) -> Vec<ledger::Model> {
        let feeds = self.feeds();
        entries.iter().filter(|entry| feeds.contains_key(&entry.space_no)).cloned().collect()
    }

    /// Rings the doorbell, here and elsewhere: these spaces advanced, here by these entries.
    pub(super) fn ring(&self, heads: &[(i32, i64)], entries: Vec<ledger::Model>) {
        {
            let feeds = self.feeds();
            for (no, head) in heads {
                feeds.get(no).map(|feed| feed.written.fetch_max(*head, Ordering::Relaxed));
            }
        }
        self.hear(heads, entries);
        if let Some(others) = self.others.get() {
            // Full: they poll.
            drop(others.try_send(heads.into()));
        }
    }

    /// These spaces advanced, maybe on another node.
    pub(super) fn ring_here(&self, heads: &[(i32, i64)]) {
        self.hear(heads, Vec::new());
    }

    fn hear(&self, heads: &[(i32, i64)], entries: Vec<ledger::Model>) {
        let news: Vec<(i32, i64)> = {
            let feeds = self.feeds();
            let new = |(no, head): &(i32, i64)| feeds.get(no).is_some_and(|feed| feed.head < *head);
            heads.iter().copied().filter(new).collect()
        };
        if news.is_empty() {
            return;
        }
        let mut rung = self.rung();
        for entry in entries {
            rung.entries.entry(entry.space_no).or_default().push(entry);
        }
        for (no, head) in news {
            let known = rung.heads.entry(no).or_default();
            *known = head.max(*known);
        }
        drop(rung);
        self.bell.notify_one();
    }

    /// Remembers for half a minute what a device has pushed: its streams say it once more. A device that pushes several
    /// things side by side notes what it pushed when the last of them is answered: until then it drops what it hears, so
    /// what was pushed shortly before is said once more with it.
    pub fn remind(&self, caller: &Caller, kind: Kind, ids: Vec<Id>) {
        let (person, now) = (caller.person(), Instant::now());
        let mut reminders = self.reminders.lock().unwrap_or_else(PoisonError::into_inner);
        reminders.retain(|_, list| {
            list.retain(|reminder| now.duration_since(reminder.at) < REMINDED);
            !list.is_empty()
        });
        let own = caller.grants().own_space().filter(|_| !ids.is_empty());
        if !ids.is_empty() {
            let list = reminders.entry(person).or_default();
            list.extend(ids.into_iter().map(|id| Reminder { at: now, kind, id }));
            let over = list.len().saturating_sub(MOST_REMINDERS);
            list.drain(..over);
        }
        drop(reminders);
        let feeds = self.feeds();
        let streams = own.and_then(|own| feeds.get(&own)).into_iter().flat_map(|feed| &feed.followers);
        let streams: Vec<Arc<Group>> = streams.filter_map(Weak::upgrade).collect();
        drop(feeds);
        for group in streams {
            group.wake(kind);
        }
    }

    /// Whether there will be something to say of what a person has pushed after a moment.
    pub fn will_remind(&self, person: Id, kind: Kind, after: Instant) -> bool {
        let reminders = self.reminders.lock().unwrap_or_else(PoisonError::into_inner);
        reminders.get(&person).is_some_and(|list| list.iter().any(|one| one.kind == kind && one.at > after))
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
        let mut looked = Instant::now();
        loop {
            // Where other nodes may write without a doorbell, look more often.
            let tick = if self.is_one_of_several() && !self.hears.load(Ordering::Relaxed) { TICK / 4 } else { TICK };
            let rest = tick.saturating_sub(looked.elapsed());
            // However often it rings.
            let all = rest.is_zero();
            let step = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = std::future::ready(()), if all => {
                    looked = Instant::now();
                    self.look_at_all().await
                }
                () = self.bell.notified() => self.look_at_what_rang().await,
                () = tokio::time::sleep(rest) => continue,
            };
            step.unwrap_or_else(|error| unread(&error));
        }
    }

    /// Looks for what is new in every followed space: doorbells get lost.
    async fn look_at_all(&self) -> Result<()> {
        let followed: Vec<i32> = {
            let mut feeds = self.feeds_to_write();
            feeds.retain(|_, feed| {
                feed.followers.retain(|follower| follower.strong_count() > 0);
                !feed.followers.is_empty()
            });
            feeds.keys().copied().collect()
        };
        if followed.is_empty() {
            return Ok(());
        }
        self.catch_up(&self.heads(&followed).await?).await;
        Ok(())
    }

    async fn look_at_what_rang(&self) -> Result<()> {
        let Rung { heads, entries, unsure } = std::mem::take(&mut *self.rung());
        // What was written here need not be read. What does not follow what is known is, with what is between them.
        for (no, mut entries) in entries {
            entries.sort_unstable_by_key(|entry| entry.seq);
            self.take(no, entries);
        }
        let mut heads: Vec<(i32, i64)> = heads.into_iter().collect();
        if !unsure.is_empty() {
            heads.extend(self.heads(&unsure).await?.iter());
        }
        self.catch_up(&heads).await;
        Ok(())
    }

    /// Reads what is new in some spaces that reach up to these heads, and wakes their followers.
    async fn catch_up(&self, heads: &[(i32, i64)]) {
        let behind: Vec<(i32, i64, i64)> = {
            let feeds = self.feeds();
            let behind = |(no, head): &(i32, i64)| {
                let have = feeds.get(no)?.head;
                (have < *head).then_some((*no, have, *head))
            };
            heads.iter().filter_map(behind).collect()
        };
        let catch_up = async |(no, mut have, head)| {
            while have < head {
                match read(&self.db, no, have, BATCH).await {
                    Ok(entries) => {
                        let Some(last) = entries.last() else { break };
                        have = last.seq;
                        self.take(no, entries);
                    }
                    // One that cannot be read keeps nobody from the others.
                    Err(error) => return unread(&error),
                }
            }
        };
        stream::iter(behind).for_each_concurrent(SIDE_BY_SIDE, catch_up).await;
    }

    fn take(&self, no: i32, entries: Vec<ledger::Model>) {
        let mut new = Vec::with_capacity(entries.len());
        let followers: Vec<Arc<Group>> = {
            let mut feeds = self.feeds_to_write();
            let Some(feed) = feeds.get_mut(&no) else {
                return;
            };
            for entry in entries.into_iter().map(Arc::new) {
                if entry.seq == feed.head + 1 {
                    feed.head = entry.seq;
                    if feed.ring.len() == RING {
                        feed.ring.pop_front();
                    }
                    feed.ring.push_back(entry.clone());
                    new.push(entry);
                }
            }
            if new.is_empty() { Vec::new() } else { feed.followers.iter().filter_map(Weak::upgrade).collect() }
        };
        for group in followers {
            group.tell(no, &new);
        }
    }

    /// A reader that follows nothing yet. With a kind it is woken for records of that kind only, and learns of others when
    /// it looks by itself.
    pub fn follower(&self, kind: Option<Kind>) -> Follower {
        Follower::new(self.clone(), kind)
    }

    /// The group of who follows some spaces, whose heads were these before.
    pub(super) fn group(&self, spaces: &[i32], heads: &[(i32, i64)]) -> Arc<Group> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = groups.get(spaces).and_then(Weak::upgrade) {
            return known;
        }
        if groups.len() == groups.capacity() {
            groups.retain(|_, group| group.strong_count() > 0);
        }
        let spaces: Arc<[i32]> = spaces.into();
        let group = Arc::new(Group::of(spaces.clone()));
        let mut feeds = self.feeds_to_write();
        let mut unsure = Vec::new();
        for (no, head) in heads {
            let feed = feeds.entry(*no).or_insert_with(|| {
                unsure.push(*no);
                Feed { ring: VecDeque::new(), head: *head, written: AtomicI64::new(*head), followers: Vec::new() }
            });
            feed.followers.push(Arc::downgrade(&group));
        }
        drop(feeds);
        if !unsure.is_empty() {
            self.rung().unsure.append(&mut unsure);
            self.bell.notify_one();
        }
        groups.insert(spaces, Arc::downgrade(&group));
        group
    }

    /// Of the heads that a reader has just read: those that what is kept in memory has not reached, and the spaces in which it
    /// has more.
    pub(super) fn beside(&self, heads: &[(i32, i64)]) -> (Vec<(i32, i64)>, Vec<i32>) {
        let feeds = self.feeds();
        let kept = |no: &i32| feeds.get(no).map_or(0, |feed| feed.head);
        let behind = heads.iter().filter(|(no, head)| kept(no) < *head).copied().collect();
        (behind, heads.iter().filter(|(no, head)| kept(no) > *head).map(|(no, _)| *no).collect())
    }

    /// Entries of a space after a position, for a reader that began at a head: where they are in memory.
    pub(super) fn kept(&self, no: i32, seq: i64, began: i64) -> Option<Vec<Arc<ledger::Model>>> {
        let feeds = self.feeds();
        let feed = feeds.get(&no).filter(|feed| began <= feed.head.max(seq))?;
        if feed.head <= seq {
            return Some(Vec::new());
        }
        let whole = feed.ring.front().is_some_and(|first| first.seq <= seq + 1);
        whole.then(|| feed.ring.iter().filter(|entry| entry.seq > seq).cloned().collect())
    }

    /// The same from the ledger: the oldest of them.
    pub(super) async fn read(&self, no: i32, seq: i64) -> Result<Vec<Arc<ledger::Model>>> {
        let entries = read(&self.db, no, seq, u64::try_from(RING).unwrap_or(BATCH)).await?;
        Ok(entries.into_iter().map(Arc::new).collect())
    }

    /// Newest position of some spaces, ascending; of those that somebody follows as it is known here, which may be a second
    /// behind what other nodes write. Who begins there hears of something that was told elsewhere, and misses nothing.
    pub(super) async fn heads_known(&self, spaces: &[i32]) -> Result<Heads> {
        let mut heads = Vec::with_capacity(spaces.len());
        let mut unknown = Vec::new();
        {
            let feeds = self.feeds();
            for no in spaces {
                match feeds.get(no) {
                    Some(feed) => heads.push((*no, feed.head.max(feed.written.load(Ordering::Relaxed)))),
                    None => unknown.push(*no),
                }
            }
        }
        if !unknown.is_empty() {
            heads.extend(self.heads(&unknown).await?.iter());
            heads.sort_unstable();
        }
        Ok(heads.into())
    }

    /// Newest position of some spaces, ascending.
    pub async fn heads(&self, spaces: &[i32]) -> Result<Heads> {
        self.readings.heads(&self.db, spaces).await
    }
}

fn unread(error: &Error) {
    tracing::warn!(cause = error.cause().unwrap_or_default(), "the hub could not read the ledger; it tries again");
}

/// Entries of one space after a position, in order; a gap is a fault.
async fn read(db: &Db, no: i32, after: i64, most: u64) -> Result<Vec<ledger::Model>> {
    use ledger::Column;
    #[expect(clippy::disallowed_methods, reason = "followers check the right before they hand an entry on")]
    let entries = ledger::Entity::find()
        .filter(Condition::all().add(Column::SpaceNo.eq(no)).add(Column::Seq.gt(after)))
        .order_by_asc(Column::Seq)
        .limit(most)
        .all(db)
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
