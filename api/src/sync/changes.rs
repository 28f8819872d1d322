use serde_json::{Map, Value, json};

use super::{
    answer::sent,
    collection::{Collection, Document},
    collections,
    pull::MOST,
};
use crate::platform::{
    caller::Caller,
    error::{Error, Result},
};

/// One page of several collections behind a checkpoint, all in one moment of the database.
pub async fn changes(caller: &Caller, arguments: &Map<String, Value>) -> Result<Value> {
    let first = arguments.get("first").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    if !(1..=MOST).contains(&first) {
        return Err(Error::invalid("first", "PAGE_SIZE", format!("expected 1 to {MOST} changes, found {first}")));
    }
    let wanted = wanted(arguments)?;
    let sent_checkpoint = arguments.get("checkpoint").and_then(Value::as_str);
    let mut known = sent_checkpoint.map(|text| caller.read_checkpoint(text)).unwrap_or_default();
    let at = caller.snapshot().await?;
    let mut out = Vec::new();
    let mut has_more = false;
    let mut reached = Vec::new();
    for collection in wanted {
        let rest = first - out.len();
        if rest == 0 {
            has_more = true;
            break;
        }
        let since =
            known.iter().find(|(no, _)| *no == collection.no).map(|(_, since)| since.clone()).unwrap_or_default();
        let (documents, checkpoint) = collection.changes(caller, &at, &since, rest).await?;
        has_more = documents.len() == rest;
        reached.push((collection.no, checkpoint));
        out.extend(documents.into_iter().map(|document| change(collection, document)));
    }
    // Collections that were read to their end stand at one moment now: their positions are alike, and written once.
    known.retain(|(no, _)| !reached.iter().any(|(reached, _)| reached == no));
    known.extend(reached);
    known.sort_by_key(|(no, _)| *no);
    let checkpoint = match sent_checkpoint {
        Some(sent) if out.is_empty() => sent.to_owned(),
        _ => caller.sign_checkpoint(&known)?,
    };
    Ok(json!({ "__typename": "ChangePage", "changes": out, "checkpoint": checkpoint, "hasMore": has_more }))
}

fn change(collection: &Collection, document: Document) -> Value {
    let mut out = Map::new();
    let lost = document.fields.is_none();
    out.insert("__typename".to_owned(), "Change".into());
    out.insert("collection".to_owned(), collection.name.into());
    out.insert("id".to_owned(), document.id.clone().into());
    out.insert("kind".to_owned(), if lost { "ACCESS_LOST" } else { "CHANGED" }.into());
    if !lost {
        out.insert(collection.name.to_owned(), sent(collection, document));
    }
    Value::Object(out)
}

/// The collections that were named, in the order of the table.
fn wanted(arguments: &Map<String, Value>) -> Result<Vec<&'static Collection>> {
    let named: Vec<&str> = arguments
        .get("collections")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let wanted: Vec<_> = collections::all().iter().filter(|c| named.contains(&c.name)).collect();
    if wanted.is_empty() || wanted.len() != named.len() {
        return Err(Error::invalid("collections", "COLLECTIONS", "name at least one collection, each once"));
    }
    Ok(wanted)
}
