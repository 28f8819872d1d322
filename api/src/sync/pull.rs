use serde_json::{Map, Value};

use super::{
    answer::{Selected, bulk},
    collection::Collection,
};
use crate::platform::{
    caller::Caller,
    codec::Checkpoint,
    error::{Error, Result},
};

/// Fewest documents of a page: common clients take a shorter one for the end (S4).
const FEWEST: usize = 100;
/// Most documents of a page.
pub const MOST: usize = 1000;

/// One page of a collection behind a checkpoint.
pub async fn pull(
    caller: &Caller,
    collection: &Collection,
    arguments: &Map<String, Value>,
    selected: &[Selected],
) -> Result<String> {
    let limit = arguments.get("limit").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    if !(1..=MOST).contains(&limit) {
        // Never clamped: a page that is shorter than asked for reads as the end.
        let error = Error::bad_input("PULL_LIMIT", format!("expected 1 to {MOST} documents, found {limit}"));
        return Err(error.field("limit"));
    }
    let sent = arguments.get("checkpoint").and_then(|checkpoint| checkpoint.get("cursor")).and_then(Value::as_str);
    let since = sent.map(|text| of(caller, collection, text)).unwrap_or_default();
    let at = caller.snapshot().await?;
    let asked = Selected::below(selected, "documents");
    let (documents, checkpoint) = collection.changes(caller, &at, &since, limit.max(FEWEST), &asked).await?;
    let cursor = match sent {
        // Nothing new: the position stays, letter for letter (S6).
        Some(sent) if documents.is_empty() => sent.to_owned(),
        _ => caller.sign_checkpoint(&[(collection.no, checkpoint)])?,
    };
    let documents: Vec<&[String]> = documents.iter().map(|document| &*document.json).collect();
    Ok(bulk(collection, selected, &documents, &cursor))
}

/// What a checkpoint says of a collection; one that does not count says nothing, and the device starts again.
pub fn of(caller: &Caller, collection: &Collection, text: &str) -> Checkpoint {
    let known = caller.read_checkpoint(text).into_iter().find(|(no, _)| *no == collection.no);
    known.map(|(_, checkpoint)| checkpoint).unwrap_or_default()
}
