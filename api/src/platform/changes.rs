//! What changed for one reader since a checkpoint: a pure function of checkpoint, authority now and database now.
//!
//! A space that was gained is read from its start; of a space that was lost, what the reader may hold is taken back.
//! A revoked, expired or regained right needs no other code, and no state of the reader is kept here.

use std::collections::{HashMap, HashSet};

use entity::{Id, Kind, Record};
use sea_orm::{
    AccessMode, ActiveEnum, ConnectionTrait, DatabaseTransaction, IsolationLevel, QueryFilter, TransactionOptions,
    TransactionTrait,
};

use super::{
    Platform,
    caller::{Caller, Sight, named},
    codec::{Checkpoint, Mark},
    error::{Error, Result},
    visible,
};

/// Ids that one statement names: with more it does not fit into one TLS record, and waits for an acknowledgement.
const IDS: usize = 400;

/// One moment of the database, with the rights of that moment.
pub struct Snapshot(DatabaseTransaction);

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

/// An entry of a feed: the record, its position, and whether the space sees it.
struct Found {
    space_no: i32,
    id: Id,
    seq: i64,
}

impl Caller {
    /// Takes one moment of the database, and reads the rights of the caller in it.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let db = self.moment().await?;
        if let Some(identity) = &self.identity {
            self.counted();
            let fresh = self.platform.grants_on(&db, identity).await?;
            let fresh = fresh.ok_or_else(|| Error::unauthenticated("ACCOUNT_OR_TOKEN_REVOKED"))?;
            *self.grants.write().unwrap_or_else(std::sync::PoisonError::into_inner) = fresh;
        }
        Ok(Snapshot(db))
    }

    /// A transaction that reads one moment of the database.
    pub(super) async fn moment(&self) -> Result<DatabaseTransaction> {
        let options = if self.postgres() {
            TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..Default::default()
            }
        } else {
            TransactionOptions::default()
        };
        Ok(self.platform.db.connection.begin_with_options(options).await?)
    }

    /// Changes of a kind since a checkpoint, at most `limit` of them; fewer mean that there is nothing more now. Answers
    /// with the checkpoint behind them; none where there was nothing to say.
    pub async fn changes<M: Record>(
        &self,
        at: &Snapshot,
        since: &Checkpoint,
        limit: usize,
    ) -> Result<(Vec<Change<M>>, Checkpoint)> {
        let readable = self.grants().spaces(M::READ);
        let own = self.grants().own_space();
        let heads = heads(self, at, &readable, own).await?;
        let mut marks = marks(since, &readable, own, &heads);
        let mut seen = HashSet::new();
        let mut order = Vec::new();
        let mut next = 0;
        while order.len() < limit
            && let Some(rest) = marks.get_mut(next..).filter(|rest| !rest.is_empty())
        {
            let most = limit - order.len();
            let group = group(rest, &heads, most);
            let found = read(self, at, M::KIND, group, &heads, &readable, most).await?;
            let whole = found.len() < most;
            // Where the page ends within the group, the spaces before the last one are read to their ends.
            let last = found.last().map(|found| found.space_no).filter(|_| !whole);
            for Found { space_no, id, seq } in found {
                if let Some(mark) = group.iter_mut().find(|mark| mark.space_no == space_no) {
                    mark.seq = seq;
                }
                if seen.insert(id) {
                    order.push(id);
                }
            }
            for mark in group.iter_mut().take_while(|mark| last.is_none_or(|last| mark.space_no < last)) {
                mark.seq = heads.get(&mark.space_no).copied().unwrap_or(mark.seq);
                // Everything that was held of a lost space is taken back: it is forgotten. One's own space is remembered:
                // what its person wrote was taken back once.
                mark.had = match mark.leaving {
                    true if own == Some(mark.space_no) => mark.had,
                    true => -1,
                    false => 0,
                };
                next += 1;
            }
        }
        for mark in &mut marks {
            if !mark.leaving && mark.seq >= mark.start {
                mark.start = 0;
            }
        }
        marks.retain(|mark| mark.had >= 0);
        let mut rows: HashMap<Id, Sight<M>> = HashMap::with_capacity(order.len());
        for ids in order.chunks(IDS) {
            let these = visible::any_of(self.postgres(), visible::id_column::<M>(), ids.iter().copied());
            let found = self.rows_named::<M>(&at.0, named::<M>().filter(these)).await?;
            rows.extend(found.into_iter().map(|row| (row.0.id(), row)));
        }
        let changes = order.into_iter().map(|id| rows.remove(&id).map_or(Change::Gone(id), Change::Now)).collect();
        Ok((changes, Checkpoint { marks }))
    }

    /// How many changes of a kind wait behind a checkpoint, counted up to a bound.
    pub async fn changes_waiting<M: Record>(&self, at: &Snapshot, since: &Checkpoint, most: usize) -> Result<usize> {
        let readable = self.grants().spaces(M::READ);
        let own = self.grants().own_space();
        let heads = heads(self, at, &readable, own).await?;
        let mut marks = marks(since, &readable, own, &heads);
        let (mut waiting, mut next) = (0, 0);
        while waiting < most
            && let Some(rest) = marks.get_mut(next..).filter(|rest| !rest.is_empty())
        {
            let group = group(rest, &heads, most - waiting);
            waiting += read(self, at, M::KIND, group, &heads, &readable, most - waiting).await?.len();
            next += group.len();
        }
        Ok(waiting)
    }

    /// Some records as the caller sees them now, for a stream: what is not visible is gone.
    pub async fn as_seen<M: Record>(&self, ids: &[Id]) -> Result<Vec<Change<M>>> {
        let these = visible::any_of(self.postgres(), visible::id_column::<M>(), ids.iter().copied());
        let rows = self.rows_named::<M>(&self.platform.db.connection, named::<M>().filter(these)).await?;
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
    caller.counted();
    let spaces: Vec<i32> = spaces.iter().copied().chain(own).collect();
    Ok(caller.hub().heads_on(&at.0, &spaces).await?.into_iter().collect())
}

/// A statement may have to look at this many times the entries that it is to answer with.
const LOOKED_AT: i64 = 4;

/// Spaces that one statement reads: one that is being taken back, or as many others as fill the page; at least one.
fn group<'m>(marks: &'m mut [Mark], heads: &HashMap<i32, i64>, most: usize) -> &'m mut [Mark] {
    let enough = i64::try_from(most).unwrap_or(i64::MAX).saturating_mul(LOOKED_AT);
    let mut behind = 0;
    let taken = marks.iter().take_while(|mark| {
        let before = behind;
        behind += heads.get(&mark.space_no).map_or(1, |head| (head - mark.seq).max(0));
        !mark.leaving && before < enough
    });
    let count = taken.count().max(1);
    marks.get_mut(..count).unwrap_or_default()
}

/// The next records of a kind in some spaces, in order. A record that is live in an earlier space of the reader comes there.
async fn read(
    caller: &Caller,
    at: &Snapshot,
    kind: Kind,
    marks: &[Mark],
    heads: &HashMap<i32, i64>,
    readable: &[i32],
    limit: usize,
) -> Result<Vec<Found>> {
    // A space that nobody wrote to since is not asked.
    let behind = |mark: &&Mark| heads.get(&mark.space_no).is_none_or(|head| mark.seq < *head);
    let asked: Vec<&Mark> = marks.iter().filter(behind).collect();
    let (sql, values) = match asked.as_slice() {
        [] => return Ok(Vec::new()),
        [mark] if mark.leaving => taken_back(caller, kind, mark, limit),
        marks => told(caller, kind, marks, readable, limit),
    };
    caller.counted();
    let rows = at.0.query_all_raw(caller.platform.db.statement(&sql, values)).await?;
    let found = |row: sea_orm::QueryResult| {
        Ok(Found {
            space_no: row.try_get("", "space_no")?,
            id: row.try_get("", "record_id")?,
            seq: row.try_get("", "seq")?,
        })
    };
    rows.into_iter().map(found).collect()
}

/// What a reader may hold of a space that is lost. Dead records up to `had` were told when they died; and what this person
/// wrote there the device has by writing it, however far it has read.
fn taken_back(caller: &Caller, kind: Kind, mark: &Mark, limit: usize) -> (String, Vec<sea_orm::Value>) {
    let sql = "SELECT p.space_no, p.record_id, p.seq FROM publication p WHERE p.space_no = $1 AND p.kind = $2 AND p.seq > $3 \
               AND (p.first_seq <= $4 OR EXISTS (SELECT 1 FROM ledger l WHERE l.space_no = p.space_no \
               AND l.seq = p.first_seq AND l.actor = $5)) AND (p.live OR p.seq > $4) ORDER BY p.seq LIMIT $6";
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = [
        mark.space_no.into(),
        kind.to_value().into(),
        mark.seq.into(),
        mark.had.into(),
        caller.person().into(),
        most.into(),
    ];
    (sql.to_owned(), values.into())
}

/// What is new in spaces that are read. One that came later is read whole: it may show more of what an earlier one has shown.
fn told(caller: &Caller, kind: Kind, marks: &[&Mark], readable: &[i32], limit: usize) -> (String, Vec<sea_orm::Value>) {
    let rows = marks.iter().map(|mark| {
        let whole = mark.start > 0 && !mark.joint;
        serde_json::json!({ "no": mark.space_no, "seq": mark.seq, "start": mark.start, "had": mark.had, "whole": whole })
    });
    let asked = serde_json::Value::Array(rows.collect()).to_string();
    let asked_rows = if caller.postgres() {
        "json_to_recordset(CAST($1 AS json)) AS m(no integer, seq bigint, start bigint, had bigint, whole boolean)"
    } else {
        "(SELECT value ->> 'no' AS no, value ->> 'seq' AS seq, value ->> 'start' AS start, value ->> 'had' AS had, \
         value ->> 'whole' AS whole FROM json_each($1)) AS m"
    };
    let list = visible::list(caller.postgres(), false, readable.iter());
    let these = visible::of_spaces(caller.postgres(), "q.space_no", "$3");
    let sql = format!(
        "SELECT p.space_no, p.record_id, p.seq FROM {asked_rows} \
         JOIN publication p ON p.space_no = m.no AND p.kind = $2 AND p.seq > m.seq \
         WHERE (p.live OR p.seq > m.start OR p.first_seq <= m.had) \
         AND (m.whole OR NOT (p.live AND EXISTS (SELECT 1 FROM publication q WHERE q.record_id = p.record_id AND q.live \
         AND q.space_no < p.space_no AND {these}))) ORDER BY p.space_no, p.seq LIMIT $4"
    );
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    (sql, vec![asked.into(), kind.to_value().into(), list.into(), most.into()])
}

impl Platform {
    /// Starts another history: every checkpoint and position begins anew (S24). After a restore from a backup.
    pub async fn bump_generation(&self) -> Result<Id> {
        let generation = self.env.id();
        let sql = "UPDATE deployment SET generation = $1 WHERE no = 1";
        self.db.connection.execute_raw(self.db.statement(sql, [generation.into()])).await?;
        Ok(generation)
    }
}
