//! Readers of ledgers, and how they are woken. Readers of the same spaces are a group: a space knows groups, a group its
//! readers, and a reader which of its spaces went on. So what one entry costs does not grow with the spaces that are followed.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use entity::{Kind, ledger};
use tokio::sync::Notify;

use super::{
    caller::Caller,
    error::Result,
    heads::Heads,
    hub::{self, Hub},
};

/// Readers that follow the same spaces.
pub(super) struct Group {
    /// Ascending.
    pub(super) spaces: Arc<[i32]>,
    readers: Mutex<Vec<Weak<Reader>>>,
}

/// What a reader is told.
struct Reader {
    wake: Notify,
    /// Spaces that went on since it last looked, and by how many entries altogether.
    advanced: Mutex<(Vec<i32>, usize)>,
    /// It wants to be woken for records of this kind; without one for any.
    kind: Option<Kind>,
}

impl Reader {
    fn advanced(&self) -> MutexGuard<'_, (Vec<i32>, usize)> {
        self.advanced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a space went on, and wakes the reader where that may be of interest.
    fn tell(&self, no: i32, entries: &[Arc<ledger::Model>]) {
        let mut advanced = self.advanced();
        let (spaces, by) = &mut *advanced;
        if !spaces.contains(&no) {
            spaces.push(no);
        }
        *by += entries.len();
        // Further behind than what is kept in memory it would have to read the ledger.
        let far = *by >= hub::RING / 2;
        drop(advanced);
        // A standing that ended concerns all readers of its person.
        let concerns =
            |entry: &Arc<ledger::Model>| self.kind.is_none_or(|kind| entry.kind == kind) || entry.is_of_standing();
        if far || entries.iter().any(concerns) {
            self.wake.notify_one();
        }
    }
}

impl Group {
    pub(super) fn of(spaces: Arc<[i32]>) -> Self {
        Self { spaces, readers: Mutex::default() }
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Weak<Reader>>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells every reader of entries in one of the spaces.
    pub(super) fn tell(&self, no: i32, entries: &[Arc<ledger::Model>]) {
        self.readers().retain(|reader| {
            let reader = reader.upgrade();
            reader.inspect(|reader| reader.tell(no, entries)).is_some()
        });
    }

    /// Wakes the readers of a kind: not for an entry.
    pub(super) fn wake(&self, kind: Kind) {
        let readers: Vec<Arc<Reader>> = self.readers().iter().filter_map(Weak::upgrade).collect();
        for reader in readers.iter().filter(|reader| reader.kind == Some(kind)) {
            reader.wake.notify_one();
        }
    }

    fn enter(&self, reader: &Arc<Reader>) {
        let mut readers = self.readers();
        if readers.len() == readers.capacity() {
            readers.retain(|reader| reader.strong_count() > 0);
        }
        readers.push(Arc::downgrade(reader));
    }

    fn leave(&self, gone: &Arc<Reader>) {
        self.readers().retain(|reader| !std::ptr::eq(reader.as_ptr(), Arc::as_ptr(gone)));
    }
}

/// Where a reader begins that does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Where the ledgers stand: everything that was written counts as written.
    Now,
    /// Where they are known here to stand, if somebody follows them: for who says where they begin, or waits for what comes.
    AsKnown,
}

/// One reader of several spaces.
pub struct Follower {
    hub: Hub,
    reader: Arc<Reader>,
    group: Option<Arc<Group>>,
    /// Spaces to look at again, whatever is told.
    again: Vec<i32>,
    /// Where ledgers stood when it began to follow, of spaces in which what is kept in memory was behind that.
    began: Vec<(i32, i64)>,
}

impl Follower {
    /// Follows nothing yet; once it does, records of a kind wake it, or all.
    pub(super) fn new(hub: Hub, kind: Option<Kind>) -> Self {
        let reader = Arc::new(Reader { wake: Notify::new(), advanced: Mutex::default(), kind });
        Self { hub, reader, group: None, again: Vec::new(), began: Vec::new() }
    }

    /// Is woken by what is written in the person's own space: every change of their authority is.
    pub async fn of_authority(caller: &Caller) -> Result<Self> {
        let mut follower = caller.hub().follower(None);
        let own: Vec<i32> = caller.grants().own_space().into_iter().collect();
        follower.follow(&own, Begin::AsKnown).await?;
        Ok(follower)
    }

    /// Follows exactly these spaces, ascending, from now on. Answers their heads.
    pub async fn follow(&mut self, spaces: &[i32], begin: Begin) -> Result<Heads> {
        // Head first, registration second: an entry between the two is read from the ledger.
        let heads = match begin {
            Begin::Now => self.hub.heads(spaces).await?,
            Begin::AsKnown => self.hub.heads_known(spaces).await?,
        };
        if self.group.as_ref().is_none_or(|group| *group.spaces != *spaces) {
            let group = self.hub.group(spaces, &heads);
            group.enter(&self.reader);
            if let Some(before) = self.group.replace(group) {
                before.leave(&self.reader);
            }
        }
        let (behind, ahead) = self.hub.beside(&heads);
        // A doorbell may have been lost.
        self.hub.ring_here(&behind);
        self.began.extend(behind);
        self.again.extend(ahead);
        Ok(heads)
    }

    /// Spaces that went on since this was last asked, ascending.
    pub fn advanced(&mut self) -> Vec<i32> {
        let (mut advanced, _) = std::mem::take(&mut *self.reader.advanced());
        advanced.append(&mut self.again);
        advanced.sort_unstable();
        advanced.dedup();
        advanced
    }

    /// A space is looked at again, whatever is told of it.
    pub fn look_again(&mut self, no: i32) {
        self.again.push(no);
    }

    /// Entries of a space after a position, the oldest of them if they are many: from memory where they are there, else from
    /// the ledger.
    pub async fn after(&self, no: i32, seq: i64) -> Result<Vec<Arc<ledger::Model>>> {
        let began = self.began.iter().find(|(space_no, _)| *space_no == no).map_or(0, |(_, began)| *began);
        match self.hub.kept(no, seq, began) {
            Some(entries) => Ok(entries),
            None => self.hub.read(no, seq).await,
        }
    }

    /// Whether there may be more behind so many entries than were answered.
    pub const fn may_be_more(entries: usize) -> bool {
        entries >= hub::RING
    }

    /// Waits until something is new, for a reader that wants to know no more than that.
    pub async fn told(&mut self) {
        if self.again.is_empty() {
            self.reader.wake.notified().await;
        }
        drop(self.advanced());
    }

    /// Waits until something may be new, or not longer than this.
    pub async fn wait(&self, longest: Duration) {
        if self.again.is_empty() {
            drop(tokio::time::timeout(longest, self.reader.wake.notified()).await);
        }
    }
}
