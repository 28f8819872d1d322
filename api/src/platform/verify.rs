//! Checks the ledgers: contiguous, chained, unchanged, in step with the publications, and these with the audiences.

use std::collections::HashMap;

use entity::{
    Id, ledger,
    platform::{publication, space},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    Platform,
    audiences::{self, Misplaced},
    chain,
    error::Result,
};

/// The first fault of a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The space.
    pub space_no: i32,
    /// First bad position.
    pub seq: i64,
    /// What is wrong with it.
    pub what: String,
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Spaces.
    pub spaces: usize,
    /// Ledger entries.
    pub entries: u64,
    /// The first fault of each damaged space.
    pub faults: Vec<Fault>,
    /// Records that are published elsewhere than their audience says.
    pub misplaced: Vec<Misplaced>,
}

/// Entries that one read takes.
const BATCH: u64 = 1000;

/// Reads every ledger from its first entry.
#[expect(clippy::disallowed_methods, reason = "the check reads every ledger, and shows positions only")]
pub async fn verify(platform: &Platform) -> Result<Report> {
    let on = &platform.db;
    let mut report = Report::default();
    for space in space::Entity::find().order_by_asc(space::Column::No).all(on).await? {
        report.spaces += 1;
        let mut at = Walk { seq: 0, hash: vec![0; 32], newest: HashMap::new() };
        let fault = loop {
            let entries = ledger::Entity::find()
                .filter(ledger::Column::SpaceNo.eq(space.no))
                .filter(ledger::Column::Seq.gt(at.seq))
                .order_by_asc(ledger::Column::Seq)
                .limit(BATCH)
                .all(on)
                .await?;
            if entries.is_empty() {
                break at.end(&space);
            }
            report.entries += entries.len() as u64;
            if let Some(fault) = entries.iter().find_map(|entry| at.next(entry)) {
                break Some(fault);
            }
        };
        let fault = match fault {
            Some(fault) => Some(fault),
            None => publications(platform, &space, &at.newest).await?,
        };
        report.faults.extend(fault);
    }
    report.misplaced = audiences::misplaced(platform).await?;
    Ok(report)
}

struct Walk {
    seq: i64,
    hash: Vec<u8>,
    newest: HashMap<Id, (i64, bool)>,
}

impl Walk {
    fn next(&mut self, entry: &ledger::Model) -> Option<Fault> {
        let bad = |seq: i64, what: &str| Some(Fault { space_no: entry.space_no, seq, what: what.to_owned() });
        if entry.seq != self.seq + 1 {
            return bad(self.seq + 1, "the entry is missing");
        }
        if entry.prev_hash != self.hash {
            return bad(entry.seq, "the entry does not follow the one before it");
        }
        if chain::hash(entry) != entry.hash {
            return bad(entry.seq, "the entry was changed");
        }
        let digest = match (&entry.payload, &entry.salt) {
            (Some(payload), Some(salt)) => Some(chain::digest(salt, payload)),
            // An entry without content has the digest of the empty text; an erased one has no salt either.
            (None, Some(salt)) => Some(chain::digest(salt, "")),
            (Some(_), None) => return bad(entry.seq, "the payload has lost its salt"),
            (None, None) => None,
        };
        if digest.is_some_and(|digest| digest != entry.payload_digest) {
            return bad(entry.seq, "the payload was changed");
        }
        self.seq = entry.seq;
        self.hash.clone_from(&entry.hash);
        self.newest.insert(entry.record_id, (entry.seq, entry.live));
        None
    }

    fn end(&self, space: &space::Model) -> Option<Fault> {
        let what = if space.head_seq > self.seq {
            "the entry is missing: the ledger was cut"
        } else if space.head_seq < self.seq {
            "the head of the space is behind its ledger"
        } else if space.head_hash != self.hash {
            "the head of the space does not match its last entry"
        } else {
            return None;
        };
        Some(Fault { space_no: space.no, seq: self.seq.min(space.head_seq) + 1, what: what.to_owned() })
    }
}

/// Publications must be what the ledger says: position and presence of every record.
#[expect(clippy::disallowed_methods, reason = "the check reads every publication, and shows positions only")]
async fn publications(
    platform: &Platform,
    space: &space::Model,
    newest: &HashMap<Id, (i64, bool)>,
) -> Result<Option<Fault>> {
    let rows = publication::Entity::find()
        .filter(publication::Column::SpaceNo.eq(space.no))
        .order_by_asc(publication::Column::Seq)
        .all(&platform.db)
        .await?;
    if rows.len() != newest.len() {
        let seq = newest
            .iter()
            .filter(|(id, _)| !rows.iter().any(|row| row.record_id == **id))
            .map(|(_, (seq, _))| *seq)
            .min()
            .unwrap_or_default();
        return Ok(Some(Fault {
            space_no: space.no,
            seq,
            what: "publications and ledger differ in number".to_owned(),
        }));
    }
    let bad = rows.iter().find(|row| newest.get(&row.record_id) != Some(&(row.seq, row.live)));
    Ok(bad.map(|row| Fault {
        space_no: space.no,
        seq: row.seq,
        what: "the publication does not match the ledger".to_owned(),
    }))
}
