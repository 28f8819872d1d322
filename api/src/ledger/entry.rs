use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{Id, Kind, Right, SpaceKind, SpaceRef, ledger};

use crate::platform::{
    chain,
    error::{Error, Result},
    gate::Ask,
    limits::PAGE_MOST,
    sdl::requires,
};

/// One entry of a ledger.
#[derive(SimpleObject)]
pub struct LedgerEntry {
    /// Number of the space; a part of what is hashed.
    space_no: i32,
    /// Position in the space, from 1, without gaps.
    seq: i32,
    /// When the command ran.
    at: DateTime<Utc>,
    /// What happened, such as `risk.level_changed`.
    event: String,
    /// Kind of the record.
    kind: Kind,
    /// The record.
    record_id: Id,
    /// Version of the record after the change; 0 where only its audience changed, or nothing of it: what fell due.
    record_version: i32,
    /// Whether the space sees the record after the change.
    live: bool,
    /// The command.
    command: String,
    /// The person who acted. Empty in the ledger of a partnership, where `authority` leads to how their side shows them,
    /// for the operator who enrolled an organisation, for the clock that tells what fell due, and where who acted stays unnamed;
    /// in the ledger of a side also where another side acted.
    actor: Option<Id>,
    /// The membership or side role under which they acted. In the ledger of a partnership side roles only.
    authority: Option<Id>,
    /// Id of the request; empty where who acted stays unnamed.
    request_id: String,
    /// Salted SHA-256 of what changed, in hexadecimal digits.
    payload_digest: String,
    /// Hash of the entry before, in hexadecimal digits.
    prev_hash: String,
    /// Hash of this entry, in hexadecimal digits.
    hash: String,
}

impl From<ledger::Model> for LedgerEntry {
    fn from(row: ledger::Model) -> Self {
        Self {
            space_no: row.space_no,
            // The API's Int has 32 bits; a space with two thousand million entries is not in sight.
            seq: i32::try_from(row.seq).unwrap_or(i32::MAX),
            at: row.at,
            event: row.event,
            kind: row.kind,
            record_id: row.record_id,
            record_version: row.version,
            live: row.live,
            command: row.command,
            actor: (row.actor != Id::NIL).then_some(row.actor),
            authority: row.authority,
            request_id: row.request_id,
            payload_digest: chain::hex(&row.payload_digest),
            prev_hash: chain::hex(&row.prev_hash),
            hash: chain::hex(&row.hash),
        }
    }
}

/// Entries of one ledger, in order.
#[derive(SimpleObject)]
pub struct LedgerPage {
    /// The entries.
    entries: Vec<LedgerEntry>,
    /// Position of the newest entry of the ledger.
    head_seq: i32,
    /// Hash of the newest entry, in hexadecimal digits. Keep it: it proves later that nothing before was rewritten.
    head_hash: String,
}

/// Queries of ledgers.
#[derive(Default)]
pub struct LedgerQueries;

#[Object]
impl LedgerQueries {
    /// The ledger of an organisation, partnership, side or person that you may read, from a position on. Codes: NOT_FOUND,
    /// VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::LedgerRead))]
    async fn ledger(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Kind of the space.")] space: SpaceKind,
        #[graphql(desc = "The organisation, partnership, side or person.")] subject_id: Id,
        #[graphql(desc = "Entries behind this position.", default)] after_seq: i32,
        #[graphql(desc = "How many, 1 to 100.", default = 25)] first: i32,
    ) -> Result<LedgerPage> {
        if !(1..=PAGE_MOST).contains(&first) {
            return Err(Error::invalid("first", "PAGE_SIZE", format!("expected 1 to {PAGE_MOST} entries")));
        }
        let space = SpaceRef { kind: space, subject: subject_id };
        let (entries, head) = ctx.caller()?.ledger(space, after_seq.into(), first.unsigned_abs().into()).await?;
        Ok(LedgerPage {
            entries: entries.into_iter().map(Into::into).collect(),
            head_seq: i32::try_from(head.0).unwrap_or(i32::MAX),
            head_hash: chain::hex(&head.1),
        })
    }
}
