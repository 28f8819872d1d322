//! Positions in ledgers and cursors of pages: opaque, signed strings, bound to the account.
//!
//! `v1.` + base64url(CBOR) + `.` + base64url(HMAC-SHA-256, first 16 bytes). A client stores and sends
//! them back unchanged.

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use entity::Id;
use minicbor::{Decoder, Encoder};

use super::{
    error::{Error, ErrorCode, Result},
    position::Position,
};

/// Longest string that is looked at, bytes: the checkpoint of who stands in some twenty thousand spaces.
const LONGEST: usize = 256 * 1024;

/// What a device has of one space, for one kind of record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The space.
    pub space_no: i32,
    /// Newest position that it has.
    pub seq: i64,
    /// Head at which it began here: tombstones up to there are of no use to it; 0 once it is past.
    pub start: i64,
    /// It may hold what was first published here up to this position, from an earlier time with this space.
    pub had: i64,
    /// It began here together with all its other spaces: what it has of an earlier one, it has at its highest level.
    pub joint: bool,
    /// The space is lost: what it holds of it is being taken back, up to `had`.
    pub leaving: bool,
}

/// What a device has: a position in each space that it reads, for one kind of record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Ascending by space.
    pub marks: Vec<Mark>,
}

/// Signs and reads positions and cursors.
#[derive(Clone)]
pub struct Codec {
    key: hmac::Key,
    generation: Id,
}

impl Codec {
    /// With the key and generation of the deployment.
    pub fn new(key: &[u8], generation: Id) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key), generation }
    }

    fn seal(&self, purpose: &str, account: Id, body: &[u8]) -> String {
        format!("v1.{}.{}", B64.encode(body), B64.encode(self.tag(purpose, account, body)))
    }

    fn tag(&self, purpose: &str, account: Id, body: &[u8]) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(account.0.as_bytes());
        context.update(body);
        let mut tag = [0; 16];
        for (to, from) in tag.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        tag
    }

    fn open(&self, purpose: &str, account: Id, text: &str) -> Option<Vec<u8>> {
        if text.len() > LONGEST {
            return None;
        }
        let (body, tag) = text.strip_prefix("v1.")?.split_once('.')?;
        let (body, tag) = (B64.decode(body).ok()?, B64.decode(tag).ok()?);
        constant_time::verify_slices_are_equal(&self.tag(purpose, account, &body), &tag).ok()?;
        Some(body)
    }

    /// Writes a position for one account.
    pub fn position(&self, account: Id, position: &Position) -> Result<String> {
        let spaces = position.iter();
        let mut out = Encoder::new(Vec::with_capacity(32 + spaces.len() * 8));
        let written: std::result::Result<(), minicbor::encode::Error<std::convert::Infallible>> = (|| {
            out.array(2)?.bytes(self.generation.0.as_bytes())?.array(spaces.len() as u64 * 2)?;
            for (no, seq) in spaces {
                out.i32(no)?.i64(seq)?;
            }
            Ok(())
        })();
        written.map_err(|e| Error::internal(e.to_string()))?;
        Ok(self.seal("position", account, out.writer()))
    }

    /// Writes what a device has of some collections, each with its number. Positions that several share are written once.
    pub fn checkpoint(&self, account: Id, collections: &[(u16, Checkpoint)]) -> Result<String> {
        let mut distinct: Vec<&Checkpoint> = Vec::new();
        let mut places = Vec::with_capacity(collections.len());
        for (collection, checkpoint) in collections {
            let at = distinct.iter().position(|known| *known == checkpoint).unwrap_or_else(|| {
                distinct.push(checkpoint);
                distinct.len() - 1
            });
            places.push((*collection, at as u64));
        }
        let mut out = Encoder::new(Vec::with_capacity(64));
        let written: std::result::Result<(), minicbor::encode::Error<std::convert::Infallible>> = (|| {
            out.array(3)?.bytes(self.generation.0.as_bytes())?.array(places.len() as u64 * 2)?;
            for (collection, at) in &places {
                out.u16(*collection)?.u64(*at)?;
            }
            out.array(distinct.len() as u64)?;
            for checkpoint in &distinct {
                out.array(checkpoint.marks.len() as u64 * 2)?;
                let mut before = 0;
                for mark in &checkpoint.marks {
                    // Thousands of spaces follow each other, and most marks are plain: then two small numbers are enough.
                    out.i32(mark.space_no - before)?;
                    before = mark.space_no;
                    match mark {
                        Mark { start: 0, had: 0, leaving: false, .. } => {
                            out.i64(mark.seq * 2 + i64::from(mark.joint))?
                        }
                        Mark { seq, start, had, leaving, joint, .. } => {
                            out.array(5)?.i64(*seq)?.i64(*start)?.i64(*had)?.bool(*leaving)?.bool(*joint)?
                        }
                    };
                }
            }
            Ok(())
        })();
        written.map_err(|e| Error::internal(e.to_string()))?;
        let text = self.seal("checkpoint2", account, out.writer());
        // Written, it must be read again: a device that cannot go on is told, and does not start over for ever.
        if text.len() > LONGEST { Err(Error::too_complex("CHECKPOINT_BYTES", LONGEST, text.len())) } else { Ok(text) }
    }

    /// Reads what a device has. A checkpoint that is damaged, somebody else's or of another generation reads as none:
    /// the device starts again, and what it has already is unchanged by what it gets (S24).
    pub fn read_checkpoint(&self, account: Id, text: &str) -> Vec<(u16, Checkpoint)> {
        let read = self.open("checkpoint2", account, text).and_then(|body| self.parse_checkpoint(&body));
        if read.is_none() {
            tracing::warn!("a checkpoint that is not this account's, or damaged: the device starts again");
        }
        read.unwrap_or_default()
    }

    fn parse_checkpoint(&self, body: &[u8]) -> Option<Vec<(u16, Checkpoint)>> {
        let mut input = Decoder::new(body);
        input.array().ok()?;
        let same = input.bytes().ok()? == self.generation.0.as_bytes();
        let mut places = Vec::new();
        for _ in 0..input.array().ok()?? / 2 {
            places.push((input.u16().ok()?, usize::try_from(input.u64().ok()?).ok()?));
        }
        let mut distinct = Vec::new();
        for _ in 0..input.array().ok()?? {
            let mut checkpoint = Checkpoint::default();
            let mut space_no = 0_i32;
            for _ in 0..input.array().ok()?? / 2 {
                space_no = space_no.checked_add(input.i32().ok()?)?;
                let mut mark = Mark { space_no, ..Mark::default() };
                if input.datatype().ok()? == minicbor::data::Type::Array {
                    input.array().ok()?;
                    (mark.seq, mark.start, mark.had) = (input.i64().ok()?, input.i64().ok()?, input.i64().ok()?);
                    (mark.leaving, mark.joint) = (input.bool().ok()?, input.bool().ok()?);
                } else {
                    let seq = input.i64().ok()?;
                    (mark.seq, mark.joint) = (seq / 2, seq % 2 == 1);
                }
                // Of another history: from the start, and what it may hold of a space that is not its own any more is taken back.
                checkpoint.marks.push(if same {
                    mark
                } else {
                    Mark { space_no, had: mark.had.max(mark.seq), ..Mark::default() }
                });
            }
            distinct.push(checkpoint);
        }
        places.into_iter().map(|(collection, at)| Some((collection, distinct.get(at)?.clone()))).collect()
    }

    /// Reads a position; one of another generation reads as the beginning (S24).
    pub fn read_position(&self, account: Id, field: &str, text: &str) -> Result<Position> {
        self.open("position", account, text).and_then(|body| self.parse(&body)).ok_or_else(|| invalid_cursor(field))
    }

    fn parse(&self, body: &[u8]) -> Option<Position> {
        let mut input = Decoder::new(body);
        input.array().ok()?;
        let same = input.bytes().ok()? == self.generation.0.as_bytes();
        let length = input.array().ok()??;
        let mut spaces = Vec::new();
        for _ in 0..length / 2 {
            spaces.push((input.i32().ok()?, input.i64().ok()?));
        }
        if same { Some(spaces.into_iter().collect()) } else { Some(Position::default()) }
    }

    /// Writes a page cursor: sort key of a row, for one list with one filter.
    pub fn cursor(&self, account: Id, list: &str, key: &serde_json::Value) -> String {
        self.seal(list, account, key.to_string().as_bytes())
    }

    /// Reads a page cursor.
    pub fn read_cursor(&self, account: Id, list: &str, field: &str, text: &str) -> Result<serde_json::Value> {
        self.open(list, account, text)
            .and_then(|body| serde_json::from_slice(&body).ok())
            .ok_or_else(|| invalid_cursor(field))
    }
}

/// Not yours, not for this list, or damaged.
pub fn invalid_cursor(field: &str) -> Error {
    Error::new(ErrorCode::InvalidCursor, "this cursor is not one that you were given for this list")
        .field(field)
        .rule("CURSOR_IS_YOURS")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_for_its_account_generation_and_purpose_only() {
        let (a, b) = (Id(uuid::Uuid::from_u128(1)), Id(uuid::Uuid::from_u128(2)));
        let codec = Codec::new(&[7; 32], a);
        let position = Position::from_iter([(1, 41), (9, 3)]);
        let text = codec.position(a, &position).unwrap();
        assert_eq!(codec.read_position(a, "after", &text).unwrap(), position);
        assert_eq!(codec.read_position(b, "after", &text).unwrap_err().code, ErrorCode::InvalidCursor);
        assert!(codec.read_cursor(a, "position-list", "after", &text).is_err());
        let restored = Codec::new(&[7; 32], b);
        assert_eq!(restored.read_position(a, "after", &text).unwrap(), Position::default());
        let mut forged = text.into_bytes();
        forged[8] ^= 1;
        assert!(codec.read_position(a, "after", std::str::from_utf8(&forged).unwrap()).is_err());
    }
}
