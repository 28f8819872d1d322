//! What the platform itself writes at the end of a command: ledger entries, publications, where ids lead, and the new heads.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{
    Id, ledger,
    platform::{object_index, publication, space},
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, OnConflict},
};
use serde::Serialize;

use super::{
    chain,
    error::{Error, Result},
    tx::Tx,
};

/// Rows of one statement: SQLite binds at most 32 766 values.
const CHUNK: usize = 1000;

/// The new heads of spaces: the newest position, and its hash.
pub(super) type Heads = BTreeMap<i32, (i64, Vec<u8>)>;

/// What a command leaves behind beside its rows.
pub(super) struct News {
    /// Records that are new.
    pub(super) indexed: Vec<object_index::Model>,
    /// Ledger entries.
    pub(super) told: Vec<ledger::Model>,
    /// Where records are published now, or are not any more.
    pub(super) placed: Vec<publication::Model>,
}

/// Writes it. The heads are locked.
pub(super) async fn write(tx: &Tx, news: News, heads: &Heads) -> Result<()> {
    if tx.caller.postgres() { in_one(tx, &news, heads).await } else { one_by_one(tx, news, heads).await }
}

/// All of it in one statement, whose text is the same for any number of rows: a command waits for the network four times less.
/// The heads are named twice, because the planner takes any list for a hundred rows and would read all spaces to find them.
const IN_ONE: &str = "\
WITH indexed AS (
  INSERT INTO object_index (id, kind) SELECT id, kind FROM json_populate_recordset(NULL::object_index, CAST($1 AS json))
), told AS (
  INSERT INTO ledger (space_no, seq, at, event, kind, record_id, version, live, command, actor, authority, request_id, payload, salt,
    payload_digest, prev_hash, hash)
  SELECT space_no, seq, at, event, kind, record_id, version, live, command, actor, authority, request_id, payload, salt,
    payload_digest, prev_hash, hash FROM json_populate_recordset(NULL::ledger, CAST($2 AS json))
), placed AS (
  INSERT INTO publication (record_id, space_no, kind, seq, first_seq, level, live, parent_id)
  SELECT record_id, space_no, kind, seq, first_seq, level, live, parent_id
  FROM json_populate_recordset(NULL::publication, CAST($3 AS json))
  ON CONFLICT (record_id, space_no) DO UPDATE
    SET seq = excluded.seq, level = excluded.level, live = excluded.live, parent_id = excluded.parent_id
)
UPDATE space SET head_seq = head.head_seq, head_hash = head.head_hash
FROM json_populate_recordset(NULL::space, CAST($4 AS json)) head WHERE space.no = head.no
  AND space.no = ANY (ARRAY(SELECT CAST(named->>'no' AS integer) FROM json_array_elements(CAST($4 AS json)) named))";

async fn in_one(tx: &Tx, news: &News, heads: &Heads) -> Result<()> {
    let indexed = news.indexed.iter().map(|row| Indexed { id: row.id, kind: row.kind.to_value() });
    let heads = heads.iter().map(|(no, (seq, hash))| Head { no: *no, head_seq: *seq, head_hash: bytes(hash) });
    let values = [
        list(indexed)?,
        list(news.told.iter().map(Told::from))?,
        list(news.placed.iter().map(Placed::from))?,
        list(heads)?,
    ];
    tx.caller.counted();
    tx.db.execute_raw(tx.caller.platform.db.statement(IN_ONE, values.map(Into::into))).await?;
    Ok(())
}

fn list(rows: impl Iterator<Item = impl Serialize>) -> Result<String> {
    let rows: Vec<_> = rows.collect();
    serde_json::to_string(&rows).map_err(|e| Error::internal(e.to_string()))
}

/// Bytes in the words of PostgreSQL.
fn bytes(bytes: &[u8]) -> String {
    format!("\\x{}", chain::hex(bytes))
}

#[derive(Serialize)]
struct Indexed {
    id: Id,
    kind: String,
}

#[derive(Serialize)]
struct Head {
    no: i32,
    head_seq: i64,
    head_hash: String,
}

#[derive(Serialize)]
struct Told<'a> {
    space_no: i32,
    seq: i64,
    at: DateTime<Utc>,
    event: &'a str,
    kind: String,
    record_id: Id,
    version: i32,
    live: bool,
    command: &'a str,
    actor: Id,
    authority: Option<Id>,
    request_id: &'a str,
    payload: Option<&'a str>,
    salt: Option<String>,
    payload_digest: String,
    prev_hash: String,
    hash: String,
}

impl<'a> From<&'a ledger::Model> for Told<'a> {
    fn from(row: &'a ledger::Model) -> Self {
        Self {
            space_no: row.space_no,
            seq: row.seq,
            at: row.at,
            event: &row.event,
            kind: row.kind.to_value(),
            record_id: row.record_id,
            version: row.version,
            live: row.live,
            command: &row.command,
            actor: row.actor,
            authority: row.authority,
            request_id: &row.request_id,
            payload: row.payload.as_deref(),
            salt: row.salt.as_deref().map(bytes),
            payload_digest: bytes(&row.payload_digest),
            prev_hash: bytes(&row.prev_hash),
            hash: bytes(&row.hash),
        }
    }
}

#[derive(Serialize)]
struct Placed {
    record_id: Id,
    space_no: i32,
    kind: String,
    seq: i64,
    first_seq: i64,
    level: i16,
    live: bool,
    parent_id: Option<Id>,
}

impl From<&publication::Model> for Placed {
    fn from(row: &publication::Model) -> Self {
        Self {
            record_id: row.record_id,
            space_no: row.space_no,
            kind: row.kind.to_value(),
            seq: row.seq,
            first_seq: row.first_seq,
            level: row.level,
            live: row.live,
            parent_id: row.parent_id,
        }
    }
}

/// SQLite writes within one statement to one table only; and there is no network to wait for.
async fn one_by_one(tx: &Tx, news: News, heads: &Heads) -> Result<()> {
    for chunk in news.indexed.chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(object_index::ActiveModel::from);
        tx.caller.counted();
        object_index::Entity::insert_many(rows).exec_without_returning(&tx.db).await?;
    }
    for chunk in news.told.chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(ledger::ActiveModel::from);
        tx.caller.counted();
        ledger::Entity::insert_many(rows).exec_without_returning(&tx.db).await?;
    }
    for chunk in news.placed.chunks(CHUNK) {
        use publication::Column as P;
        let rows = chunk.iter().cloned().map(publication::ActiveModel::from);
        tx.caller.counted();
        publication::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::columns([P::RecordId, P::SpaceNo])
                    .update_columns([P::Seq, P::Level, P::Live, P::ParentId])
                    .to_owned(),
            )
            .exec_without_returning(&tx.db)
            .await?;
    }
    let (mut seqs, mut hashes) = (CaseStatement::new(), CaseStatement::new());
    for (no, (seq, hash)) in heads {
        seqs = seqs.case(space::Column::No.eq(*no), Expr::val(*seq));
        hashes = hashes.case(space::Column::No.eq(*no), Expr::val(hash.clone()));
    }
    tx.caller.counted();
    #[expect(clippy::disallowed_methods, reason = "spaces are the platform's own")]
    space::Entity::update_many()
        .col_expr(space::Column::HeadSeq, seqs.into())
        .col_expr(space::Column::HeadHash, hashes.into())
        .filter(space::Column::No.is_in(heads.keys().copied()))
        .exec(&tx.db)
        .await?;
    Ok(())
}
