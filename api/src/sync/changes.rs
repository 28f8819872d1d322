use serde_json::{Map, Value, json};

use super::{
    answer::Selected,
    collection::Collection,
    collections,
    pull::MOST,
    text::{Text, list, object},
};
use crate::platform::{
    caller::Caller,
    error::{Error, Result},
};

/// One page of several collections behind a checkpoint, all in one moment of the database.
pub async fn changes(caller: &Caller, arguments: &Map<String, Value>, selected: &[Selected]) -> Result<String> {
    let first = arguments.get("first").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    if !(1..=MOST).contains(&first) {
        return Err(Error::invalid("first", "PAGE_SIZE", format!("expected 1 to {MOST} changes, found {first}")));
    }
    let wanted = wanted(arguments)?;
    let sent_checkpoint = arguments.get("checkpoint").and_then(Value::as_str);
    let mut known = sent_checkpoint.map(|text| caller.read_checkpoint(text)).unwrap_or_default();
    let at = caller.snapshot().await?;
    let each = Selected::below(selected, "changes");
    let mut out: Vec<Vec<String>> = Vec::new();
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
        let asked: Vec<&[Selected]> = each.iter().flat_map(|change| Selected::below(change, collection.name)).collect();
        let (documents, checkpoint) = collection.changes(caller, &at, &since, rest, &asked).await?;
        has_more = documents.len() == rest;
        reached.push((collection.no, checkpoint));
        let told = |document: &Text| each.iter().map(|change| told(collection, change, &asked, document)).collect();
        out.extend(documents.iter().map(told));
    }
    // Collections that were read to their end stand at one moment now: their positions are alike, and written once.
    known.retain(|(no, _)| !reached.iter().any(|(reached, _)| reached == no));
    known.extend(reached);
    known.sort_by_key(|(no, _)| *no);
    let checkpoint = match sent_checkpoint {
        Some(sent) if out.is_empty() => sent.to_owned(),
        _ => caller.sign_checkpoint(&known)?,
    };
    let rest = json!({ "__typename": "ChangePage", "checkpoint": checkpoint, "hasMore": has_more });
    Ok(object(selected, |field, json| match field.name.as_str() {
        "changes" => {
            let at = each.iter().position(|one| std::ptr::eq(*one, field.fields.as_slice())).unwrap_or_default();
            list(json, out.iter().filter_map(|change| change.get(at)).map(String::as_str));
        }
        name => json.push_str(&rest.get(name).unwrap_or(&Value::Null).to_string()),
    }))
}

fn told(collection: &Collection, change: &[Selected], asked: &[&[Selected]], document: &Text) -> String {
    let kind = if document.gone { "ACCESS_LOST" } else { "CHANGED" };
    let rest = json!({ "__typename": "Change", "collection": collection.name, "id": document.id, "kind": kind });
    object(change, |field, json| match field.name.as_str() {
        name if name == collection.name && !document.gone => json.push_str(document.of(asked, &field.fields)),
        name => json.push_str(&rest.get(name).unwrap_or(&Value::Null).to_string()),
    })
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
