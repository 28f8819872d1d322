//! What changed for one reader since a checkpoint: a pure function of checkpoint, authority now and database now.
//!
//! A space that was gained is read from its start; of a space that was lost, what the reader may hold is taken back.
//! A revoked, expired or regained right needs no other code, and no state of the reader is kept here.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use entity::{Id, Level, Record};
use sea_orm::{ConnectionTrait, QueryFilter};

use super::{
    Platform,
    caller::{Caller, Sight, named},
    codec::{Checkpoint, Mark},
    db::{Purpose, Transaction},
    entries::{Counts, Hand, Wanted, read},
    error::{Error, Result},
    heads, visible,
    written::Texts,
};

/// One moment of the database, with the rights of that moment.
pub struct Snapshot {
    pub(super) on: Transaction,
    /// Heads that were read in it: of several collections most are the same.
    heads: Mutex<HashMap<i32, i64>>,
}

/// What happened to one record, for one reader.
pub enum Change<M> {
    /// It is there, as the reader sees it now.
    Now(Sight<M>),
    /// The reader does not see it, or not any more.
    Gone(Id),
}

impl<M: Record> Change<M> {
    /// The record.
    pub fn id(&self) -> Id {
        match self {
            Self::Now((row, _)) => row.id(),
            Self::Gone(id) => *id,
        }
    }
}

/// A record that changed, as the reader sees it.
pub struct Told {
    /// The record.
    pub id: Id,
    /// How far the reader sees it; none where not, or not any more.
    pub level: Option<Level>,
    /// What is written of it for who sees all of it; none where its row is not there.
    pub texts: Option<Texts>,
}

impl Caller {
    /// Takes one moment of the database, and reads the rights of the caller in it.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let db = self.moment().await?;
        if let Some(identity) = &self.identity {
            self.counted();
            let fresh = self.platform.grants_on(&db, identity).await?;
            let Some(fresh) = fresh else {
                // Before something else is asked: whoever sends many requests at once would hold every line, and wait for one more.
                drop(db);
                return Err(Error::unauthenticated(self.platform.why_nobody(identity).await?));
            };
            drop(self.kept.write().unwrap_or_else(PoisonError::into_inner).take());
            *self.grants.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        Ok(Snapshot { on: db, heads: Mutex::default() })
    }

    /// A transaction that reads one moment of the database.
    pub(super) async fn moment(&self) -> Result<Transaction> {
        Ok(self.platform.db.begin(Purpose::Reading, &self.statements).await?)
    }

    /// Changes of a kind since a checkpoint, at most `limit` of them, in somebody's hand; fewer mean that there is nothing more now. Answers with the checkpoint behind them.
    pub async fn changes<M: Record>(
        &self,
        at: &Snapshot,
        since: &Checkpoint,
        limit: usize,
        hand: &dyn Hand,
    ) -> Result<(Vec<Told>, Checkpoint)> {
        let kind = Wanted::of::<M>(self, hand);
        let readable = self.grants().spaces(M::READ);
        let own = self.grants().own_space();
        let heads = heads(self, at, &readable, own).await?;
        let mut marks = marks(since, &readable, own, &heads);
        let mut seen = HashSet::new();
        let mut order = Vec::new();
        let (mut next, mut earlier) = (0, false);
        while order.len() < limit
            && let Some(rest) = marks.get_mut(next..).filter(|rest| !rest.is_empty())
        {
            let group = group(rest);
            let window = window(limit - order.len(), earlier);
            let found = read(self, at, &kind, group, &heads, window).await?;
            let mut reached = Reached { whole: found.len() < window, last: None };
            for found in found {
                if order.len() == limit {
                    reached.whole = false;
                    break;
                }
                reached.last = Some((found.space_no, found.seq));
                if found.comes_earlier(&readable) || !seen.insert(found.id) {
                    earlier = true;
                } else {
                    let level = visible::seen(found.places(), &readable);
                    order.push(Told {
                        id: found.id,
                        level,
                        texts: found.document.map(|document| document.texts.clone()),
                    });
                }
            }
            next += reached.advance(group, &heads, own);
        }
        for mark in &mut marks {
            if !mark.leaving && mark.seq >= mark.start {
                mark.start = 0;
            }
        }
        marks.retain(|mark| mark.had >= 0);
        Ok((order, Checkpoint { marks }))
    }

    /// How many changes of a kind wait behind a checkpoint, counted up to a bound.
    pub async fn changes_waiting<M: Record>(&self, at: &Snapshot, since: &Checkpoint, most: usize) -> Result<usize> {
        let readable = self.grants().spaces(M::READ);
        let own = self.grants().own_space();
        let heads = heads(self, at, &readable, own).await?;
        let mut marks = marks(since, &readable, own, &heads);
        let kind = Wanted::of::<M>(self, &Counts);
        let (mut waiting, mut next, mut earlier) = (0, 0, false);
        while waiting < most
            && let Some(rest) = marks.get_mut(next..).filter(|rest| !rest.is_empty())
        {
            let group = group(rest);
            let window = window(most - waiting, earlier);
            let found = read(self, at, &kind, group, &heads, window).await?;
            let new = found.iter().filter(|found| !found.comes_earlier(&readable)).count();
            waiting += new;
            earlier |= new < found.len();
            let last = found.last().map(|found| (found.space_no, found.seq));
            next += Reached { whole: found.len() < window, last }.advance(group, &heads, own);
        }
        Ok(waiting)
    }

    /// Some records as the caller sees them now, for a stream: what is not visible is gone.
    pub async fn as_seen<M: Record>(&self, ids: &[Id]) -> Result<Vec<Change<M>>> {
        self.seen_on(&self.platform.db, ids).await
    }

    /// The same in a moment of the database.
    pub async fn as_seen_at<M: Record>(&self, at: &Snapshot, ids: &[Id]) -> Result<Vec<Change<M>>> {
        self.seen_on(&at.on, ids).await
    }

    async fn seen_on<M: Record>(&self, on: &impl ConnectionTrait, ids: &[Id]) -> Result<Vec<Change<M>>> {
        let these = visible::any_of(self.postgres(), visible::id_column::<M>(), ids.iter().copied());
        let rows = self.rows_named::<M>(on, named::<M>().filter(these)).await?;
        let rows: HashMap<Id, Sight<M>> = rows.into_iter().map(|row| (row.0.id(), row)).collect();
        Ok(ids.iter().map(|id| rows.get(id).cloned().map_or(Change::Gone(*id), Change::Now)).collect())
    }

    /// Signs what a device has of some collections.
    pub fn sign_checkpoint(&self, collections: &[(u16, Checkpoint)]) -> Result<String> {
        self.platform.codec.checkpoint(self.account(), collections)
    }

    /// Reads what a device has of some collections; nothing where the text does not count.
    pub fn read_checkpoint(&self, text: &str) -> Vec<(u16, Checkpoint)> {
        self.platform.codec.read_checkpoint(self.account(), text)
    }
}

/// Where the reader stands in every space that matters: those it reads now, and those it has lost.
fn marks(since: &Checkpoint, readable: &[i32], own: Option<i32>, heads: &HashMap<i32, i64>) -> Vec<Mark> {
    let known: HashMap<i32, Mark> = since.marks.iter().map(|mark| (mark.space_no, *mark)).collect();
    let mut marks: Vec<Mark> = readable
        .iter()
        .map(|no| {
            let start = heads.get(no).copied().unwrap_or_default();
            match known.get(no) {
                Some(mark) if !mark.leaving => *mark,
                // Regained while it was being taken back: from the start, and what went meanwhile is told.
                Some(mark) => Mark { space_no: *no, seq: 0, start, had: mark.had, joint: false, leaving: false },
                None => Mark { space_no: *no, start, joint: since.marks.is_empty(), ..Mark::default() },
            }
        })
        .collect();
    // A device may hold what its person wrote without ever having read: that is in the person's own space, and is taken back
    // with the right to read there.
    if let Some(own) = own.filter(|own| readable.binary_search(own).is_err() && !known.contains_key(own)) {
        marks.push(Mark { space_no: own, leaving: true, ..Mark::default() });
    }
    for mark in known.into_values().filter(|mark| readable.binary_search(&mark.space_no).is_err()) {
        marks.push(if mark.leaving {
            mark
        } else {
            Mark { seq: 0, start: 0, had: mark.had.max(mark.seq), leaving: true, ..mark }
        });
    }
    marks.sort_unstable_by_key(|mark| mark.space_no);
    marks
}

async fn heads(caller: &Caller, at: &Snapshot, spaces: &[i32], own: Option<i32>) -> Result<HashMap<i32, i64>> {
    let known = || at.heads.lock().unwrap_or_else(PoisonError::into_inner);
    let unknown: Vec<i32> = {
        let known = known();
        spaces.iter().copied().chain(own).filter(|no| !known.contains_key(no)).collect()
    };
    if !unknown.is_empty() {
        caller.counted();
        let read = heads::heads_on(&caller.platform.db, &at.on, &unknown).await?;
        known().extend(read);
    }
    let known = known();
    Ok(spaces.iter().copied().chain(own).filter_map(|no| Some((no, *known.get(&no)?))).collect())
}

/// Spaces that one statement reads: one that is being taken back, or all up to the next such one.
fn group(marks: &mut [Mark]) -> &mut [Mark] {
    let count = marks.iter().take_while(|mark| !mark.leaving).count().max(1);
    marks.get_mut(..count).unwrap_or_default()
}

/// Rows that a statement looks at: those that are wanted. Once some came with an earlier space it looks at many: with a few,
/// each of them would be a statement.
fn window(wanted: usize, earlier: bool) -> usize {
    const MANY: usize = 500;
    if earlier { wanted.max(MANY) } else { wanted }
}

/// How far a group of spaces was read.
struct Reached {
    /// To the end of all of them.
    whole: bool,
    /// The space and position of the last row that was taken.
    last: Option<(i32, i64)>,
}

impl Reached {
    /// Moves the marks; answers how many spaces are done.
    fn advance(&self, group: &mut [Mark], heads: &HashMap<i32, i64>, own: Option<i32>) -> usize {
        let mut done = 0;
        for mark in group {
            // Where it ends within the group, the spaces before the last one are read to their ends.
            if !self.whole && self.last.is_none_or(|(space_no, _)| mark.space_no >= space_no) {
                if let Some((_, seq)) = self.last.filter(|(space_no, _)| *space_no == mark.space_no) {
                    mark.seq = seq;
                }
                break;
            }
            mark.seq = heads.get(&mark.space_no).copied().unwrap_or(mark.seq);
            // Everything that was held of a lost space is taken back: it is forgotten. One's own space is remembered: what its
            // person wrote was taken back once.
            mark.had = match mark.leaving {
                true if own == Some(mark.space_no) => mark.had,
                true => -1,
                false => 0,
            };
            done += 1;
        }
        done
    }
}

impl Platform {
    /// Starts another history: every checkpoint and position begins anew (S24). After a restore from a backup.
    pub async fn bump_generation(&self) -> Result<Id> {
        let generation = self.env.id();
        let sql = "UPDATE deployment SET generation = $1 WHERE no = 1";
        self.db.execute_raw(self.db.statement(sql, [generation.into()])).await?;
        Ok(generation)
    }
}
