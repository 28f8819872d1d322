//! Rules of consent, in the words of the guideline. Pure functions.

use entity::{
    Id, consent, consent_request,
    value::{ConsentDecision, ConsentState, ContentHash},
};

use crate::platform::{
    chain,
    error::{Error, ErrorCode, Result, Rule},
};

/// The request waits for sides.
pub const REQUEST_IS_OPEN: Rule =
    Rule { key: "REQUEST_IS_OPEN", requirement: "4.1", says: "this request is closed: effective, refused or void" };
/// One person speaks for one side (4.1: "not act for two sides").
pub const ONE_PERSON_ONE_SIDE: Rule = Rule {
    key: "ONE_PERSON_ONE_SIDE",
    requirement: "P-20",
    says: "one person cannot speak for two sides of the same partnership",
};
/// A side says a thing once.
pub const SAID_ONCE: Rule =
    Rule { key: "SAID_ONCE", requirement: "4.1", says: "your side has already said exactly this" };
/// There is a word to withdraw.
pub const NOTHING_TO_WITHDRAW: Rule =
    Rule { key: "NOTHING_TO_WITHDRAW", requirement: "4.1", says: "your side has not agreed to this request" };

/// [`REQUEST_IS_OPEN`].
pub fn request_is_open(request: &consent_request::Model) -> Result<()> {
    if request.state == ConsentState::Open { Ok(()) } else { Err(Error::refused(&REQUEST_IS_OPEN).field("requestId")) }
}

/// The signatory had this very content before their eyes.
pub fn content_is_current(request: &consent_request::Model, seen: &ContentHash) -> Result<()> {
    if request.content_hash == *seen {
        return Ok(());
    }
    let message = "this is not the content that is asked about: read the request again";
    Err(Error::new(ErrorCode::Conflict, message).field("contentHash").rule("CONTENT_IS_CURRENT"))
}

/// [`ONE_PERSON_ONE_SIDE`].
pub fn one_person_one_side(said: &[consent::Model], person: Id, side: Id) -> Result<()> {
    let elsewhere = said.iter().any(|consent| consent.person_id == person && consent.side_id != side);
    if elsewhere { Err(Error::refused(&ONE_PERSON_ONE_SIDE).field("sideId")) } else { Ok(()) }
}

/// Sides that have not agreed to this content yet.
pub fn missing_sides(sides: &[Id], said: &[consent::Model], hash: &ContentHash) -> Vec<Id> {
    let agreed = |side: &Id| {
        said.iter().any(|consent| {
            consent.live
                && consent.side_id == *side
                && consent.decision == ConsentDecision::Agreed
                && consent.content_hash == *hash
        })
    };
    sides.iter().filter(|side| !agreed(side)).copied().collect()
}

/// Hash of a content in canonical form.
pub fn content_hash(content: &str) -> Result<ContentHash> {
    ContentHash::new(&chain::hex(&chain::sha256(&[content.as_bytes()]))).map_err(|v| Error::internal(v.message))
}
