use serde_json::{Map, Value, json};

use super::{
    answer::{Selected, cut_text},
    collection::Collection,
    text::{Text, list, object},
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
    Ok(written(collection, selected, &asked, &documents, &cursor))
}

/// The page as text.
fn written(
    collection: &Collection,
    selected: &[Selected],
    asked: &[&[Selected]],
    documents: &[Text],
    cursor: &str,
) -> String {
    let prefix = &collection.prefix;
    object(selected, |field, json| match field.name.as_str() {
        "documents" => list(json, documents.iter().map(|document| document.of(asked, &field.fields))),
        "checkpoint" => {
            let checkpoint = json!({ "__typename": format!("{prefix}Checkpoint"), "cursor": cursor });
            json.push_str(&cut_text(&field.fields, checkpoint));
        }
        _ => json.push_str(&format!("\"{prefix}PullBulk\"")),
    })
}

/// What a checkpoint says of a collection; one that does not count says nothing, and the device starts again.
pub fn of(caller: &Caller, collection: &Collection, text: &str) -> Checkpoint {
    let known = caller.read_checkpoint(text).into_iter().find(|(no, _)| *no == collection.no);
    known.map(|(_, checkpoint)| checkpoint).unwrap_or_default()
}
