//! Entries of a feed, in the order of the spaces of a reader, and what is written of their records.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use entity::{Id, Kind, Record};
use sea_orm::{
    ActiveEnum, ConnectionTrait, QueryResult,
    sea_query::{ArrayType, Value},
};

use super::{
    caller::Caller,
    changes::Snapshot,
    codec::Mark,
    error::{Error, Result},
    visible,
    written::{Document, Way},
};

/// How the documents of a kind are written from their rows.
pub trait Hand: Send + Sync {
    /// What tells it apart from every other, for the same kind.
    fn words(&self) -> &str;
    /// Columns that it needs.
    fn columns(&self) -> &[&str];
    /// Writes a row that is seen whole: its columns begin at [`COLUMNS`].
    fn write(&self, id: Id, row: &QueryResult) -> Result<Vec<String>>;
}

/// Where the columns of a row begin: before them stand its id and where it is published.
pub const COLUMNS: usize = 2;

/// An entry of a feed.
pub(super) struct Found {
    pub(super) space_no: i32,
    pub(super) id: Id,
    pub(super) seq: i64,
    /// Whether it counts although it is live in an earlier space of the reader.
    anyway: bool,
    /// Whether it is live there: then its place in the ledger says what it is.
    live: bool,
    pub(super) document: Option<Arc<Document>>,
}

impl Found {
    /// Where the record is published now.
    pub(super) fn places(&self) -> &str {
        self.document.as_ref().map_or("", |document| document.places.as_str())
    }

    /// Whether it comes with an earlier space of the reader: it is live there too.
    pub(super) fn comes_earlier(&self, readable: &[i32]) -> bool {
        let earlier = readable.get(..readable.partition_point(|no| *no < self.space_no)).unwrap_or_default();
        !self.anyway && visible::seen(self.places(), earlier).is_some()
    }
}

/// Writes nothing: for who only counts.
pub(super) struct Counts;

impl Hand for Counts {
    fn words(&self) -> &'static str {
        ""
    }

    fn columns(&self) -> &[&str] {
        &[]
    }

    fn write(&self, _: Id, _: &QueryResult) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// What is read of the records of a kind.
pub(super) struct Wanted<'h> {
    kind: Kind,
    hand: &'h dyn Hand,
    way: Way,
    /// The statement of rows by their ids.
    rows: String,
}

impl<'h> Wanted<'h> {
    pub(super) fn of<M: Record>(caller: &Caller, hand: &'h dyn Hand) -> Self {
        let postgres = caller.postgres();
        let places = visible::places_of(postgres, M::REDACTS, "r");
        let columns = hand.columns().iter().map(|column| format!(", r.\"{column}\"")).collect::<String>();
        let table = visible::table::<M>();
        // Row by row, by its key: for as many rows as a page has the planner may rather read a table from end to end.
        let these = if postgres {
            format!(
                "unnest(CAST($1 AS uuid[])) f(id) JOIN LATERAL (SELECT * FROM \"{table}\" t WHERE t.id = f.id LIMIT 1) r ON true"
            )
        } else {
            format!("\"{table}\" r WHERE r.id IN (SELECT unhex(value, '-') FROM json_each($1))")
        };
        let rows = format!("SELECT r.id, {places}{columns} FROM {these}");
        Self { kind: M::KIND, hand, way: caller.platform.written.way(M::KIND, hand.words()), rows }
    }

    /// Finds what is written of some entries: what was written lately, and from their rows what was not.
    async fn documents(&self, caller: &Caller, at: &Snapshot, found: &mut [Found]) -> Result<()> {
        let written = &caller.platform.written;
        let places = found.iter().filter(|found| found.live).map(|found| (found.space_no, found.seq));
        let known = written.at(self.way, places);
        for (found, document) in found.iter_mut().filter(|found| found.live).zip(known) {
            // Another record can stand there only after a restore under a server that runs on.
            found.document = document.filter(|document| document.id == found.id);
        }
        let unknown: BTreeSet<Id> =
            found.iter().filter(|found| found.document.is_none()).map(|found| found.id).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let ids = visible::ids(caller.postgres(), &unknown.into_iter().collect::<Vec<_>>());
        caller.counted();
        let rows = at.on.query_all_raw(caller.platform.db.statement(&self.rows, [ids])).await?;
        let mut documents = HashMap::with_capacity(rows.len());
        for row in &rows {
            let id: Id = row.try_get_by_index(0)?;
            let places = row.try_get_by_index::<Option<String>>(1)?.unwrap_or_default();
            documents.insert(id, Arc::new(Document::new(id, places, self.hand.write(id, row)?)));
        }
        let mut new = Vec::with_capacity(documents.len());
        for found in found.iter_mut().filter(|found| found.document.is_none()) {
            found.document = documents.get(&found.id).cloned();
            if let Some(document) = found.document.as_ref().filter(|_| found.live) {
                new.push(((found.space_no, found.seq), document.clone()));
            }
        }
        written.keep(self.way, new.into_iter());
        Ok(())
    }
}

/// The next records of a kind in some spaces, in order, with what is written of them.
pub(super) async fn read(
    caller: &Caller,
    at: &Snapshot,
    wanted: &Wanted<'_>,
    marks: &[Mark],
    heads: &HashMap<i32, i64>,
    limit: usize,
) -> Result<Vec<Found>> {
    // A space that nobody wrote to since is not asked.
    let behind = |mark: &&Mark| heads.get(&mark.space_no).is_none_or(|head| mark.seq < *head);
    let asked: Vec<&Mark> = marks.iter().filter(behind).collect();
    let (sql, values) = match asked.as_slice() {
        [] => return Ok(Vec::new()),
        [mark] if mark.leaving => taken_back(caller, wanted.kind, mark, limit),
        marks => told(caller, wanted.kind, marks, limit),
    };
    caller.counted();
    let mut found = if caller.postgres() {
        // A thousand rows of five numbers cost more to send, and to read, than five lists.
        let sql = format!(
            "SELECT array_agg(f.space_no), array_agg(f.record_id), array_agg(f.seq), array_agg(f.anyway), array_agg(f.live) FROM ({sql}) f"
        );
        let row = at.on.query_one_raw(caller.platform.db.statement(&sql, values)).await?;
        row.map(|row| in_lists(&row)).transpose()?.unwrap_or_default()
    } else {
        let rows = at.on.query_all_raw(caller.platform.db.statement(&sql, values)).await?;
        rows.iter().map(in_a_row).collect::<Result<_>>()?
    };
    // Where a checkpoint stands follows from it: rather no answer than one that leaves something out.
    if !found.is_sorted_by_key(|found| (found.space_no, found.seq)) {
        return Err(Error::internal("entries of a feed came out of order"));
    }
    wanted.documents(caller, at, &mut found).await?;
    Ok(found)
}

fn in_a_row(row: &QueryResult) -> Result<Found> {
    Ok(Found {
        space_no: row.try_get_by_index(0)?,
        id: row.try_get_by_index(1)?,
        seq: row.try_get_by_index(2)?,
        anyway: row.try_get_by_index(3)?,
        live: row.try_get_by_index(4)?,
        document: None,
    })
}

fn in_lists(row: &QueryResult) -> Result<Vec<Found>> {
    let spaces: Vec<i32> = row.try_get_by_index::<Option<_>>(0)?.unwrap_or_default();
    let ids: Vec<uuid::Uuid> = row.try_get_by_index::<Option<_>>(1)?.unwrap_or_default();
    let seqs: Vec<i64> = row.try_get_by_index::<Option<_>>(2)?.unwrap_or_default();
    let anyway: Vec<bool> = row.try_get_by_index::<Option<_>>(3)?.unwrap_or_default();
    let live: Vec<bool> = row.try_get_by_index::<Option<_>>(4)?.unwrap_or_default();
    let entries = spaces.into_iter().zip(ids).zip(seqs).zip(anyway.into_iter().zip(live));
    let found =
        |(((space_no, id), seq), (anyway, live))| Found { space_no, id: Id(id), seq, anyway, live, document: None };
    Ok(entries.map(found).collect())
}

/// What a reader may hold of a space that is lost. Dead records up to `had` were told when they died; and what this person
/// wrote there the device has by writing it, however far it has read.
fn taken_back(caller: &Caller, kind: Kind, mark: &Mark, limit: usize) -> (String, Vec<Value>) {
    let sql = "SELECT p.space_no, p.record_id, p.seq, TRUE AS anyway, FALSE AS live FROM publication p WHERE p.space_no = $1 AND p.kind = $2 AND p.seq > $3 \
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

/// What is new in spaces that are read. A record that is live in an earlier space of the reader comes there; but a space that
/// came later is read whole, as it may show more of what an earlier one has shown.
///
/// Space by space, each along its index, and no further than the limit: sorted as a whole, all rows of all spaces would be fetched
/// for the first few. PostgreSQL stops as early because it knows the order of the spaces (`tests/it/plans.rs` holds that);
/// SQLite keeps the order in which a `CROSS JOIN` names its tables, which [`read`] looks at.
fn told(caller: &Caller, kind: Kind, marks: &[&Mark], limit: usize) -> (String, Vec<Value>) {
    const FOUND: &str = "p.space_no, p.record_id, p.seq, (m.whole OR NOT p.live) AS anyway, p.live";
    const NEW: &str = "p.space_no = m.no AND p.seq > m.seq AND (p.live OR p.seq > m.start OR p.first_seq <= m.had)";
    let whole = |mark: &Mark| mark.start > 0 && !mark.joint;
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let tail: [Value; 2] = [kind.to_value().into(), most.into()];
    if caller.postgres() {
        let sql = format!(
            "SELECT f.* FROM (SELECT * FROM unnest(CAST($1 AS integer[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), \
             CAST($4 AS bigint[]), CAST($5 AS boolean[])) AS m(no, seq, start, had, whole) ORDER BY no) m CROSS JOIN LATERAL \
             (SELECT {FOUND} FROM publication p WHERE p.kind = $6 AND {NEW} ORDER BY p.seq LIMIT $7) f ORDER BY m.no, f.seq LIMIT $7"
        );
        let columns = [
            column(ArrayType::Int, marks, |mark| mark.space_no.into()),
            column(ArrayType::BigInt, marks, |mark| mark.seq.into()),
            column(ArrayType::BigInt, marks, |mark| mark.start.into()),
            column(ArrayType::BigInt, marks, |mark| mark.had.into()),
            column(ArrayType::Bool, marks, |mark| whole(mark).into()),
        ];
        return (sql, columns.into_iter().chain(tail).collect());
    }
    let rows = marks.iter().map(|mark| {
        serde_json::json!({ "no": mark.space_no, "seq": mark.seq, "start": mark.start, "had": mark.had, "whole": whole(mark) })
    });
    let sql = format!(
        "SELECT {FOUND} FROM (SELECT value ->> 'no' AS no, value ->> 'seq' AS seq, value ->> 'start' AS start, \
         value ->> 'had' AS had, value ->> 'whole' AS whole FROM json_each($1)) AS m \
         CROSS JOIN publication p INDEXED BY publication_feed WHERE p.kind = $2 AND {NEW} LIMIT $3"
    );
    (sql, std::iter::once(serde_json::Value::Array(rows.collect()).to_string().into()).chain(tail).collect())
}

/// One number of every mark.
fn column(of: ArrayType, marks: &[&Mark], value: impl Fn(&Mark) -> Value) -> Value {
    Value::Array(of, Some(Box::new(marks.iter().map(|mark| value(mark)).collect())))
}
