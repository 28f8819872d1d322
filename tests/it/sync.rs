//! Pull and push: pages that are whole, writes that merge, refusals that are kept, access that comes and goes.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Phone, World};

/// The n-th id of a device.
pub fn id(n: u64) -> String {
    format!("01a20000-0000-7000-8000-{n:012x}")
}

/// A report as a device writes it.
pub fn report(title: &str) -> Value {
    json!({ "title": title, "occurredOn": "2026-05-30", "district": "Rubkona", "means": "SHOOTING", "nationalsWounded": 1 })
}

pub async fn conflicts(w: &World, who: &str) -> Vec<Value> {
    let query = "{ syncConflicts { edges { node { id collection documentId kind code rule field yours theirs } } } }";
    let all = w.ask(who, query, Value::Null).await.at("/syncConflicts/edges");
    all.as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
}

scenario! {
    async fn what_one_device_writes_the_others_read_whole(w: World) {
        let mut amina = Phone::new("amina", "incident");
        let ids: Vec<String> = (1..=250).map(id).collect();
        for id in &ids {
            amina.write(id, report(&format!("Report {id}")));
        }
        for chunk in ids.chunks(100) {
            let chunk: Vec<&str> = chunk.iter().map(String::as_str).collect();
            assert_eq!(amina.push(w, &chunk).await, [], "whatever was taken whole is not answered");
        }
        let mut omar = Phone::new("omar", "incident");
        // The common client asks for 20 and takes less than 100 for the end: pages are padded (S4).
        assert_eq!(omar.page(w, 20).await.at("/page/documents").as_array().unwrap().len(), 100);
        assert_eq!(omar.sync(w).await.len(), 250);
        omar.page(w, 1001).await.refused("BAD_USER_INPUT").by("PULL_LIMIT").field("limit");
        omar.page(w, 0).await.refused("BAD_USER_INPUT").by("PULL_LIMIT");
        // Nothing new: the same position, letter for letter (S6).
        let again = omar.page(w, 100).await;
        assert_eq!((again.at("/page/documents"), again.at("/page/checkpoint/cursor")), (json!([]), omar.cursor.clone()));
        // The same rows again, their answer lost: nothing is written (S12, E18).
        let chunk: Vec<&str> = ids.iter().take(100).map(String::as_str).collect();
        assert_eq!(amina.push(w, &chunk).await, []);
        assert_eq!(omar.sync(w).await, []);
        assert_eq!(amina.sync(w).await.len(), 250);
        assert!(amina.documents.values().all(|document| document["version"] == 1));
        // Only who may: not the partner, not a stranger, not a colleague without the duty.
        for who in ["dana", "lars", "petra", "sam"] {
            assert_eq!(Phone::new(who, "incident").sync(w).await, [], "{who}");
        }
        assert_eq!(Phone::new("grace", "incident").sync(w).await.len(), 250);
    }
}

scenario! {
    async fn edits_of_two_devices_merge_field_by_field(w: World) {
        let (mut amina, mut omar) = (Phone::new("amina", "incident"), Phone::new("omar", "incident"));
        let one = id(1);
        amina.write(&one, report("Stopped on the road"));
        amina.push(w, &[&one]).await;
        amina.sync(w).await;
        omar.sync(w).await;
        // Different fields: both are kept.
        omar.edit(&one, "region", "Unity");
        amina.edit(&one, "place", "Bentiu");
        assert_eq!(omar.push(w, &[&one]).await, []);
        assert_eq!(amina.push(w, &[&one]).await, []);
        // A second edit before the stream came is no conflict (E4b).
        amina.edit(&one, "place", "Bentiu bridge");
        assert_eq!(amina.push(w, &[&one]).await, []);
        for phone in [&mut amina, &mut omar] {
            phone.sync(w).await;
            assert_eq!((&phone.documents[&one]["region"], &phone.documents[&one]["place"]), (&json!("Unity"), &json!("Bentiu bridge")));
        }
        // Sent, the answer lost, and written on meanwhile: the author's own, and nobody has touched it.
        let two = id(2);
        amina.write(&two, report("First words"));
        amina.push(w, &[&two]).await;
        amina.edit(&two, "title", "Better words");
        amina.assumed.remove(&two);
        assert_eq!(amina.push(w, &[&two]).await, []);
        amina.sync(w).await;
        assert_eq!(amina.documents[&two]["title"], "Better words");
        // Known to the device and lost here, as after a restore: what the device has is the only copy.
        amina.documents.insert(id(3), amina.documents[&two].clone());
        amina.edit(&id(3), "id", id(3));
        let lost = amina.documents[&id(3)].clone();
        amina.assumed.insert(id(3), lost);
        amina.edit(&id(3), "place", "Leer");
        assert_eq!(amina.push(w, &[&id(3)]).await, []);
        amina.sync(w).await;
        assert_eq!((&amina.documents[&id(3)]["title"], &amina.documents[&id(3)]["place"]), (&json!("Better words"), &json!("Leer")));
        omar.sync(w).await;
        // The same field: what is there stands, the other is kept for its author, and the rest of the row is taken.
        omar.edit(&one, "means", "KIDNAPPING");
        amina.edit(&one, "means", "BODILY_ASSAULT");
        amina.edit(&one, "region", Value::Null);
        omar.push(w, &[&one]).await;
        assert_eq!(amina.push(w, &[&one]).await, [(one.clone(), false)]);
        assert_eq!((&amina.documents[&one]["means"], &amina.documents[&one]["region"]), (&json!("KIDNAPPING"), &Value::Null));
        let kept = conflicts(w, "amina").await;
        assert_eq!(kept.len(), 1);
        assert_eq!((&kept[0]["kind"], &kept[0]["code"], &kept[0]["field"]), (&json!("SAME_FIELD"), &json!("CONFLICT"), &json!("means")));
        assert_eq!(kept[0]["yours"], json!(r#"{"means":"BODILY_ASSAULT"}"#));
        assert_eq!(kept[0]["theirs"]["means"], "KIDNAPPING");
        assert_eq!(conflicts(w, "omar").await, Vec::<Value>::new());
        // It travels too, and is dealt with.
        let mut kept_on_the_phone = Phone::new("amina", "syncConflict");
        assert_eq!(kept_on_the_phone.sync(w).await.len(), 1);
        let resolve = "mutation($id: ID!) { resolveSyncConflict(id: $id) { resolvedAt } }";
        w.ask("omar", resolve, json!({ "id": kept[0]["id"] })).await.refused("NOT_FOUND");
        w.ask("amina", resolve, json!({ "id": kept[0]["id"] })).await.text("/resolveSyncConflict/resolvedAt");
        assert_eq!(kept_on_the_phone.sync(w).await.len(), 1);
        // Fields of the server are not read, and an old client that does not know a field leaves it alone (S13).
        let mut old = json!({ "id": one, "deleted": false, "state": "CLOSED", "version": 900, "title": "Stopped, and let go" });
        let row = json!([{ "assumedMasterState": amina.assumed[&one], "newDocumentState": old }]);
        assert_eq!(amina.push_rows(w, row).await.at("/push"), json!([]));
        amina.sync(w).await;
        let now = &amina.documents[&one];
        assert_eq!((&now["state"], &now["title"], &now["place"]), (&json!("REPORTED"), &json!("Stopped, and let go"), &json!("Bentiu bridge")));
        old["title"] = Value::Null;
        let row = json!([{ "assumedMasterState": amina.assumed[&one], "newDocumentState": old }]);
        let refused = amina.push_rows(w, row).await;
        assert_eq!(refused.at("/push/0/title"), json!("Stopped, and let go"));
    }
}

scenario! {
    async fn one_bad_row_does_not_stop_the_others(w: World) {
        let mut amina = Phone::new("amina", "incident");
        let mut rows = Vec::new();
        for n in 1..=6 {
            amina.write(&id(n), report(&format!("Report {n}")));
        }
        amina.edit(&id(2), "means", "NONSENSE");
        amina.edit(&id(3), "title", 7);
        amina.edit(&id(4), "latitude", 95.0);
        amina.edit(&id(5), "ofALaterVersion", "x");
        for n in 1..=6 {
            rows.push(amina.row(&id(n)));
        }
        rows.push(json!({ "newDocumentState": { "id": "not-a-uuid", "deleted": false, "title": "x", "occurredOn": "2026" } }));
        rows.push(json!({ "newDocumentState": { "id": id(8), "deleted": false, "title": "No date" } }));
        let answer = amina.push_rows(w, json!(rows)).await;
        let came: Vec<(Value, Value)> =
            answer.at("/push").as_array().unwrap().iter().map(|d| (d["id"].clone(), d["deleted"].clone())).collect();
        let gone = |id: &str| (json!(id), json!(true));
        assert_eq!(came, [gone(&id(2)), gone(&id(3)), gone(&id(4)), gone(&id(5)), gone("not-a-uuid"), gone(&id(8))]);
        let mut omar = Phone::new("omar", "incident");
        omar.sync(w).await;
        assert_eq!(omar.documents.keys().cloned().collect::<Vec<_>>(), [id(1), id(6)]);
        let mut kept = conflicts(w, "amina").await;
        kept.reverse();
        let told: Vec<(&Value, &Value)> = kept.iter().map(|kept| (&kept["rule"], &kept["field"])).collect();
        let said = |rule, field| (json!(rule), json!(field));
        let expected = [
            said("CODE_IS_KNOWN", "means"), said("FIELD_TYPE", "title"), said("DEGREES", "latitude"),
            said("FIELD_IS_KNOWN", "ofALaterVersion"), said("ID_IS_A_UUID", "id"), said("REQUIRED", "occurredOn"),
        ];
        assert_eq!(told, expected.iter().map(|(rule, field)| (rule, field)).collect::<Vec<_>>());
        assert!(kept.iter().all(|kept| kept["kind"] == "REFUSED" && kept["code"] == "VALIDATION_FAILED"));
        assert!(kept[1]["yours"].as_str().unwrap().contains(r#""title":7"#), "nothing of it is lost: {}", kept[1]["yours"]);
        // Sent again, kept once.
        amina.push_rows(w, json!(rows)).await;
        assert_eq!(conflicts(w, "amina").await.len(), 6);
        // More rows than the limit is a fault of the client, and says so.
        let many: Vec<Value> = (0..501).map(|n| json!({ "newDocumentState": { "id": id(n), "deleted": false } })).collect();
        amina.push_rows(w, json!(many)).await.refused("BAD_USER_INPUT").by("PUSH_ROWS");
        let long = json!([{ "newDocumentState": { "id": id(9), "deleted": false, "title": "x", "occurredOn": "2026", "narrative": "y".repeat(70_000) } }]);
        assert_eq!(amina.push_rows(w, long).await.at("/push/0/deleted"), json!(true));
        let kept = conflicts(w, "amina").await[0].clone();
        assert_eq!(kept["rule"], "DOCUMENT_BYTES");
        // What no document may hold is named, not stored: a refusal is no way to fill the server.
        let yours = kept["yours"].as_str().unwrap();
        assert!(yours.len() < 1000 && yours.contains("(70002 bytes)"), "{yours}");
    }
}

scenario! {
    async fn what_is_not_yours_is_answered_as_if_it_were_not_there(w: World) {
        let mut amina = Phone::new("amina", "incident");
        amina.write(&id(1), report("Hers"));
        amina.push(w, &[&id(1)]).await;
        amina.sync(w).await;
        for who in ["dana", "sam"] {
            let phone = Phone::new(who, "incident");
            let mut theirs = amina.documents[&id(1)].clone();
            theirs.insert("title".to_owned(), "taken over".into());
            let known = json!([{ "assumedMasterState": amina.documents[&id(1)], "newDocumentState": theirs }]);
            let hers = phone.push_rows(w, known).await.at("/push/0");
            theirs.insert("id".to_owned(), id(404).into());
            let unknown = json!([{ "assumedMasterState": amina.documents[&id(1)], "newDocumentState": theirs }]);
            let nobodys = phone.push_rows(w, unknown).await.at("/push/0");
            let mut same = hers.clone();
            same["id"] = json!(id(404));
            assert_eq!(same, nobodys, "{who}");
            assert_eq!(hers["deleted"], true);
            let kept = conflicts(w, who).await;
            assert_eq!(kept.len(), 2);
            assert!(kept.iter().all(|kept| kept["kind"] == "REVOKED" && kept["code"] == "NOT_FOUND" && kept["theirs"].is_null()));
            // Made anew under her id, it is refused in the same way, and hers is as it was.
            let mut mine = Phone::new(who, "incident");
            mine.write(&id(1), report("Mine"));
            assert_eq!(mine.push(w, &[&id(1)]).await, [(id(1), true)]);
            let gone = json!([{ "assumedMasterState": { "id": id(1), "deleted": false }, "newDocumentState": { "id": id(1), "deleted": true } }]);
            assert_eq!(phone.push_rows(w, gone).await.at("/push"), json!([]));
        }
        let mut omar = Phone::new("omar", "incident");
        omar.sync(w).await;
        assert_eq!((&omar.documents[&id(1)]["title"], &omar.documents[&id(1)]["version"]), (&json!("Hers"), &json!(1)));
    }
}

scenario! {
    async fn collections_that_devices_do_not_write_answer_with_what_is_there(w: World) {
        let mut dana = Phone::new("dana", "risk");
        dana.sync(w).await;
        let one = dana.documents.keys().next().unwrap().clone();
        assert_eq!(dana.push(w, &[&one]).await, [], "what is there already is no conflict");
        let level = dana.documents[&one]["level"].clone();
        dana.edit(&one, "level", "LOW");
        assert_eq!(dana.push(w, &[&one]).await, [(one.clone(), false)]);
        assert_eq!(dana.documents[&one]["level"], level);
        let kept = conflicts(w, "dana").await;
        assert_eq!((&kept[0]["collection"], &kept[0]["rule"]), (&json!("risk"), &json!("COLLECTION_IS_READ_ONLY")));
    }
}

scenario! {
    async fn access_that_ends_takes_documents_back_and_access_that_returns_brings_them(w: World) {
        let mut amina = Phone::new("amina", "incident");
        for n in 1..=120 {
            amina.write(&id(n), report(&format!("Report {n}")));
        }
        let ids: Vec<String> = (1..=120).map(id).collect();
        amina.push(w, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let mut omar = Phone::new("omar", "incident");
        omar.sync(w).await;
        assert_eq!(omar.documents.len(), 120);
        // Half of a first sync is on another phone when the right ends.
        let mut half = Phone::new("omar", "incident");
        let page = half.page(w, 100).await;
        half.take(&page.at("/page/documents"));
        half.cursor = page.at("/page/checkpoint/cursor");
        let standing = focal_point(w, "omar").await;
        end(w, &standing).await;
        // What is reported now he never saw: not even its id may come.
        amina.write(&id(121), report("After"));
        amina.edit(&id(1), "place", "Bentiu");
        amina.push(w, &[&id(121), &id(1)]).await;
        let came = omar.sync(w).await;
        assert!(came.iter().all(|(_, gone)| *gone) && came.len() == 120, "{}", came.len());
        assert!(!came.iter().any(|(known, _)| *known == id(121)));
        assert_eq!(omar.documents.len(), 0);
        let came = half.sync(w).await;
        assert!(half.documents.is_empty() && !came.iter().any(|(known, _)| *known == id(121)));
        // And back, with an end in sight.
        let person = person(w, "omar").await;
        let until = (w.platform.env.now() + TimeDelta::minutes(30)).to_rfc3339();
        let input = json!({ "personId": person, "role": "SECURITY_FOCAL_POINT", "validUntil": until });
        w.act("grace", "giveMembership", "GiveMembershipInput", input, "id").await.data();
        omar.sync(w).await;
        half.sync(w).await;
        assert_eq!((omar.documents.len(), half.documents.len()), (121, 121));
        assert_eq!(omar.documents[&id(1)]["place"], "Bentiu");
        // Time is a writer too: nobody does anything, and it ends.
        w.clock.advance(TimeDelta::minutes(31));
        omar.sync(w).await;
        assert_eq!(omar.documents.len(), 0);
    }
}

pub async fn person(w: &World, who: &str) -> String {
    w.ask(who, "{ me { person { id } } }", Value::Null).await.text("/me/person/id")
}

/// Id and version of the standing as security focal point.
pub async fn focal_point(w: &World, who: &str) -> (String, Value) {
    let me = person(w, who).await;
    let mut people = Phone::new("grace", "membership");
    people.sync(w).await;
    let standing = |m: &&serde_json::Map<String, Value>| {
        m["personId"] == json!(me) && m["role"] == "SECURITY_FOCAL_POINT" && m["validUntil"].is_null()
    };
    let found = people.documents.values().find(standing).unwrap();
    (found["id"].as_str().unwrap().to_owned(), found["version"].clone())
}

pub async fn end(w: &World, (id, version): &(String, Value)) {
    let query = "mutation($id: ID!, $version: Int!) { endMembership(id: $id, expectedVersion: $version) { id } }";
    w.ask("grace", query, json!({ "id": id, "version": version })).await.data();
}

scenario! {
    async fn a_checkpoint_counts_for_its_account_collection_and_history(w: World) {
        let mut amina = Phone::new("amina", "incident");
        amina.write(&id(1), report("One"));
        amina.push(w, &[&id(1)]).await;
        let mut omar = Phone::new("omar", "incident");
        omar.sync(w).await;
        // Another's, damaged, or of another collection: from the start, without a word.
        let mut grace = Phone::new("grace", "incident");
        for cursor in [omar.cursor.clone(), json!("v1.x.y"), json!("")] {
            grace.cursor = cursor;
            assert_eq!(grace.sync(w).await.len(), 1);
        }
        let mut risks = Phone::new("omar", "risk");
        risks.cursor = omar.cursor.clone();
        assert_eq!(risks.sync(w).await.len(), 5);
        // After a restore the history is another one: what is the same changes nothing.
        w.platform.bump_generation().await.unwrap();
        let again = w.restarted().await;
        assert_eq!(omar.sync(&again).await.len(), 1);
        assert_eq!(omar.sync(&again).await, []);
        let status = "query($c: String) { syncStatus(collection: \"incident\", checkpoint: $c) { checkpointCounts waiting unresolvedConflicts } }";
        assert_eq!(again.ask("omar", status, json!({ "c": omar.cursor })).await.at("/syncStatus"), json!({ "checkpointCounts": true, "waiting": 0, "unresolvedConflicts": 0 }));
        assert_eq!(again.ask("omar", status, json!({ "c": grace.cursor })).await.at("/syncStatus/checkpointCounts"), json!(false));
    }
}

scenario! {
    async fn commands_that_were_given_offline_run_once(w: World) {
        let partnership = w.partnership().await;
        let mut amina = Phone::new("amina", "syncCommand");
        let threat = json!({ "partnershipId": partnership, "title": "Mines near the well", "kind": "HAZARD" }).to_string();
        amina.write(&id(1), json!({ "name": "identifyThreat", "input": threat, "capturedAt": "2026-05-30T08:00:00Z" }));
        amina.write(&id(2), json!({ "name": "identifyThreat", "input": threat.replace("Mines near the well", " ") }));
        amina.write(&id(3), json!({ "name": "pushIncident", "input": "{}" }));
        amina.write(&id(4), json!({ "name": "signOutEverywhere", "input": "{}" }));
        amina.write(&id(5), json!({ "name": "suspendPartnership", "input": json!({ "id": partnership, "reason": "no" }).to_string(), "expectedVersion": 3 }));
        amina.write(&id(6), json!({ "name": "identifyThreat", "input": "not JSON" }));
        let ids: Vec<String> = [1, 2, 3, 5, 6].map(id).to_vec();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let came = amina.push(w, &ids).await;
        // What became of each comes with the answer: no stream can be overtaken by it. What cannot be read is no command.
        let told: Vec<(String, bool)> = [1, 2, 3, 5].map(|n| (id(n), false)).into_iter().chain([(id(6), true)]).collect();
        assert_eq!(came, told);
        amina.sync(w).await;
        let told = |phone: &Phone, n| {
            let document = &phone.documents[&id(n)];
            (document["status"].clone(), document["code"].clone(), document["rule"].clone(), document["field"].clone())
        };
        let none = Value::Null;
        assert_eq!(told(&amina, 1), (json!("DONE"), none.clone(), none.clone(), none.clone()));
        assert_eq!(told(&amina, 2), (json!("REFUSED"), json!("VALIDATION_FAILED"), json!("NOT_EMPTY"), json!("title")));
        assert_eq!(told(&amina, 3).2, json!("COMMAND_IS_KNOWN"));
        assert_eq!(told(&amina, 5).1, json!("FORBIDDEN"));
        let made = amina.documents[&id(1)]["resultId"].clone();
        let node = w.ask("omar", "query($id: ID!) { node(id: $id) { ... on Threat { title } } }", json!({ "id": made })).await;
        assert_eq!(node.at("/node/title"), json!("Mines near the well"));
        // The answer was lost, and the phone sends it again: it happened once.
        let mut again = Phone::new("amina", "syncCommand");
        again.write(&id(1), json!({ "name": "identifyThreat", "input": threat, "capturedAt": "2026-05-30T08:00:00Z" }));
        assert_eq!(again.push(w, &[&id(1)]).await, [(id(1), false)]);
        assert_eq!(again.push(w, &[&id(1)]).await, [], "the device knows what became of it");
        let threats = w.ask("omar", "query($id: ID!) { partnership(id: $id) { risks { edges { node { id } } } } changes(collections: [threat], first: 1000) { changes { threat { title } } } }", json!({ "id": partnership })).await;
        let titles = threats.at("/changes/changes").to_string();
        assert_eq!(titles.matches("Mines near the well").count(), 1);
        // Another command under the same id is refused, and the first stands.
        again.write(&id(1), json!({ "name": "identifyThreat", "input": threat.replace("well", "school") }));
        again.assumed.clear();
        again.push(w, &[&id(1)]).await;
        assert_eq!(conflicts(w, "amina").await[0]["rule"], "COMMAND_IS_GIVEN_ONCE");
        // Nobody else sees any of it.
        for who in ["omar", "grace", "dana"] {
            assert_eq!(Phone::new(who, "syncCommand").sync(w).await, [], "{who}");
        }
        let refused = w.ask("amina", "{ syncCommands(status: REFUSED) { name rule result { id } } }", Value::Null).await;
        assert_eq!(refused.at("/syncCommands").as_array().unwrap().len(), 3);
    }
}

scenario! {
    async fn changes_of_several_collections_come_in_one_call(w: World) {
        let query = "query($checkpoint: String, $first: Int!) { changes(collections: [partnership, risk, incident], checkpoint: $checkpoint, first: $first) \
            { changes { collection kind id __typename partnership { title __typename } risk { title } incident { title redactions } } checkpoint hasMore } }";
        let mut amina = Phone::new("amina", "incident");
        amina.write(&id(1), report("One"));
        amina.push(w, &[&id(1)]).await;
        let mut checkpoint = Value::Null;
        let mut order = Vec::new();
        let mut pages = 0;
        loop {
            let page = w.ask("omar", query, json!({ "checkpoint": checkpoint, "first": 3 })).await;
            for change in page.at("/changes/changes").as_array().unwrap() {
                assert_eq!((&change["kind"], &change["__typename"]), (&json!("CHANGED"), &json!("Change")));
                let collection = change["collection"].as_str().unwrap();
                assert!(!change[collection]["title"].is_null(), "{change}");
                order.push(collection.to_owned());
            }
            checkpoint = page.at("/changes/checkpoint");
            pages += 1;
            if page.at("/changes/hasMore") == json!(false) {
                break;
            }
        }
        assert_eq!(order, ["partnership", "risk", "risk", "risk", "risk", "risk", "incident"], "parents first");
        assert_eq!(pages, 3);
        // A part of it is the same as a pull, and what is lost is named.
        let standing = focal_point(w, "omar").await;
        end(w, &standing).await;
        let page = w.ask("omar", query, json!({ "checkpoint": checkpoint, "first": 100 })).await;
        let lost = page.at("/changes/changes");
        // With the standing in the organisation goes that on the side: partnership and risks are lost too.
        let lost = lost.as_array().unwrap();
        assert_eq!(lost.len(), order.len(), "{lost:?}");
        assert!(lost.iter().all(|change| change["kind"] == "ACCESS_LOST" && change["incident"].is_null() && change["risk"].is_null()));
        assert_eq!(lost.last().unwrap()["id"], id(1));
        let wrong = "{ changes(collections: [risk, risk], first: 5) { checkpoint } }";
        w.ask("omar", wrong, Value::Null).await.refused("VALIDATION_FAILED").by("COLLECTIONS").field("collections");
    }
}

scenario! {
    async fn a_shared_phone_keeps_who_captured_what(w: World) {
        // Amina wrote it down; Omar's login sends it.
        let (author, mut omar) = (person(w, "amina").await, Phone::new("omar", "incident"));
        let mut written = report("Written by Amina");
        written["capturedById"] = json!(author);
        written["capturedAt"] = json!("2026-05-30T07:10:00Z");
        omar.write(&id(1), written);
        assert_eq!(omar.push(w, &[&id(1)]).await, []);
        let mut amina = Phone::new("amina", "incident");
        amina.sync(w).await;
        let document = &amina.documents[&id(1)];
        assert_eq!((&document["capturedById"], &document["capturedAt"]), (&json!(author), &json!("2026-05-30T07:10:00Z")));
        // The login that sent it keeps it too, and the same push again is no conflict.
        let mut petra = Phone::new("petra", "incident");
        let colleague = person(w, "dana").await;
        let mut for_dana = report("Written by Dana");
        for_dana["capturedById"] = json!(colleague);
        petra.write(&id(9), for_dana);
        assert_eq!(petra.push(w, &[&id(9)]).await, []);
        petra.assumed.clear();
        assert_eq!(petra.push(w, &[&id(9)]).await, []);
        petra.sync(w).await;
        assert_eq!((petra.documents.len(), conflicts(w, "petra").await.len()), (1, 0));
        // Not somebody of another organisation.
        let mut foreign = report("In another's name");
        foreign["capturedById"] = json!(person(w, "sam").await);
        omar.write(&id(2), foreign);
        assert_eq!(omar.push(w, &[&id(2)]).await, [(id(2), true)]);
        assert_eq!(conflicts(w, "omar").await[0]["field"], "capturedById");
        // A device takes back what it wrote; it stays on record as retracted.
        amina.edit(&id(1), "deleted", true);
        amina.push(w, &[&id(1)]).await;
        omar.sync(w).await;
        assert_eq!(omar.documents[&id(1)]["state"], "RETRACTED");
        amina.sync(w).await;
        amina.edit(&id(1), "place", "too late");
        assert_eq!(amina.push(w, &[&id(1)]).await, [(id(1), false)]);
        assert_eq!(conflicts(w, "amina").await[0]["kind"], "DELETED_MEANWHILE");
    }
}

scenario! {
    async fn a_right_that_only_a_role_gives_is_taken_back_too(w: World) {
        let mut amina = Phone::new("amina", "incident");
        amina.write(&id(1), report("With victims"));
        amina.push(w, &[&id(1)]).await;
        let give = json!({ "personId": person(w, "amina").await, "role": "SECURITY_FOCAL_POINT" });
        let standing = w.act("grace", "giveMembership", "GiveMembershipInput", give, "id version").await;
        let input = json!({ "incidentId": id(1), "victims": "Deng Malual" });
        w.act("amina", "recordIncidentRestricted", "RecordRestrictedInput", input, "id").await.data();
        let mut restricted = Phone::new("amina", "incidentRestricted");
        restricted.sync(w).await;
        assert_eq!(restricted.documents.len(), 1);
        let query = "query($c: String) { changes(collections: [incident, incidentRestricted], checkpoint: $c, first: 100) { changes { kind collection } checkpoint } }";
        let before = w.ask("amina", query, Value::Null).await.at("/changes/checkpoint");
        end(w, &(standing.text("/answer/id"), standing.at("/answer/version"))).await;
        let came = restricted.sync(w).await;
        assert!(came.len() == 1 && came[0].1 && restricted.documents.is_empty());
        let lost = w.ask("amina", query, json!({ "c": before })).await.at("/changes/changes");
        // The report itself is still her own.
        let expected = json!([{ "kind": "CHANGED", "collection": "incident" }, { "kind": "ACCESS_LOST", "collection": "incidentRestricted" }]);
        assert_eq!(lost, expected);
        // Out of every organisation, one's own reports are out of reach too.
        let mut all = Phone::new("grace", "membership");
        all.sync(w).await;
        let me = person(w, "amina").await;
        for standing in all.documents.values().filter(|m| m["personId"] == json!(me) && m["validUntil"].is_null()) {
            end(w, &(standing["id"].as_str().unwrap().to_owned(), standing["version"].clone())).await;
        }
        assert_eq!(amina.sync(w).await, [(id(1), true)]);
    }
}

scenario! {
    async fn a_revoked_device_is_told_why(w: World) {
        let on = |who: &str, device: &str| {
            let signer = w.server.signer.as_ref().unwrap();
            format!("Bearer {}", signer.sign(&w.platform.env, who, Some(device), TimeDelta::hours(1)).unwrap())
        };
        let ask = async |token: &str, query: &str, variables: Value| {
            w.post(json!({ "query": query, "variables": variables }), &[("authorization", token)]).await
        };
        w.ask("amina", "mutation { registerDevice(name: \"Tablet\") { id } }", Value::Null).await.refused("REFUSED").by("TOKEN_NAMES_THE_DEVICE");
        let register = "mutation { registerDevice(name: \"Tablet 4\") { id name revokedAt } }";
        let device = ask(&on("amina", "tablet-4"), register, Value::Null).await.text("/registerDevice/id");
        assert_eq!(ask(&on("amina", "tablet-4"), register, Value::Null).await.text("/registerDevice/id"), device);
        ask(&on("omar", "tablet-4"), register, Value::Null).await.data();
        let revoke = "mutation($id: ID!, $why: Text!) { revokeDevice(id: $id, reason: $why) { revokedAt revokedReason } }";
        let variables = json!({ "id": device, "why": "left in a car" });
        // Somebody who never said that they use it, and whose standings are kept from a request before.
        let unsaid = on("grace", "tablet-4");
        ask(&unsaid, "{ me { person { id } } }", Value::Null).await.data();
        // Apps ask the same again and again: then nobody looks at the token before the pull itself does.
        let pull = "{ pullIncident(limit: 100) { documents { id } } }";
        let list = "query Partnerships { partnerships { edges { node { id } } } }";
        let amina = on("amina", "tablet-4");
        for who in ["amina", "omar"] {
            for query in [pull, list, pull, list] {
                ask(&on(who, "tablet-4"), query, Value::Null).await.data();
                ask(&amina, query, Value::Null).await.data();
            }
        }
        for who in ["omar", "dana", "sam"] {
            w.ask(who, revoke, variables.clone()).await.refused("NOT_FOUND");
        }
        // Who keeps the people of the organisation may; it counts for everybody on that device, and only there.
        assert_eq!(w.ask("grace", revoke, variables).await.text("/revokeDevice/revokedReason"), "left in a car");
        // An app that comes back asks for all its collections at once: more of them than there are connections.
        let pulls = futures_util::future::join_all((0..30).map(|_| ask(&amina, pull, Value::Null))).await;
        for refused in pulls {
            assert_eq!(refused.refused("UNAUTHENTICATED").refusal()["reason"], "DEVICE_REVOKED");
        }
        for who in ["amina", "omar"] {
            for query in [pull, list] {
                let refused = ask(&on(who, "tablet-4"), query, Value::Null).await;
                assert_eq!(refused.refused("UNAUTHENTICATED").refusal()["reason"], "DEVICE_REVOKED");
                assert_eq!(refused.status, 401);
                assert!(refused.body.get("data").is_none(), "{}", refused.text);
            }
            ask(&on(who, "tablet-5"), "{ me { person { id } } }", Value::Null).await.data();
        }
        let refused = ask(&unsaid, "{ me { person { id } } }", Value::Null).await;
        assert_eq!(refused.refused("UNAUTHENTICATED").refusal()["reason"], "DEVICE_REVOKED");
    }
}

scenario! {
    async fn schemas_for_document_stores_are_served(w: World) {
        use axum::{body::Body, http::Request};
        let get = async |path: &str| w.send(Request::get(path).body(Body::empty()).unwrap()).await;
        let schema = get("/sync/schemas/incident.json").await;
        assert_eq!(schema.status, 200);
        assert_eq!((&schema.body["primaryKey"], &schema.body["required"]), (&json!("id"), &json!(["id"])));
        assert_eq!(schema.body["properties"]["title"]["type"], json!(["string", "null"]));
        assert_eq!(schema.body["properties"]["latitude"]["type"], json!(["number", "null"]));
        assert!(schema.body["properties"].get("sharing").is_none() && schema.body["properties"].get("createdBy").is_none());
        assert_eq!(get("/sync/schemas/nothing.json").await.status, 404);
        assert_eq!(get("/sync/schemas/incident").await.status, 404);
    }
}

scenario! {
    async fn documents_are_told_alike_under_every_alias(w: World) {
        let plain = "{ pullRisk(limit: 100) { documents { id title deleted createdAt } checkpoint { cursor } } }";
        let plain = w.ask("dana", plain, Value::Null).await.at("/pullRisk");
        let twice = "{ __typename first: pullRisk(limit: 100) { a: documents { id b: title b: title ...F } __typename c: documents { deleted createdAt __typename } } } \
            fragment F on RiskDocument { title redactions }";
        let twice = w.ask("dana", twice, Value::Null).await.at("/first");
        assert_eq!(twice["__typename"], "RiskPullBulk");
        let documents = plain["documents"].as_array().unwrap();
        assert!(documents.len() > 2);
        for (at, document) in documents.iter().enumerate() {
            let title = &document["title"];
            assert_eq!(twice["a"][at], json!({ "id": document["id"], "b": title, "title": title, "redactions": null }));
            assert_eq!(twice["c"][at], json!({ "deleted": false, "createdAt": document["createdAt"], "__typename": "RiskDocument" }));
        }
        let changes = "{ changes(collections: [risk, threat], first: 1000) { hasMore all: changes { collection risk { id } r: risk { title } threat { __typename } } changes { id kind } } }";
        let changes = w.ask("dana", changes, Value::Null).await.at("/changes");
        let (all, kinds) = (changes["all"].as_array().unwrap(), changes["changes"].as_array().unwrap());
        assert_eq!(all.len(), kinds.len());
        for (all, kind) in all.iter().zip(kinds) {
            assert_eq!(kind["kind"], "CHANGED");
            if all["collection"] == "risk" {
                assert_eq!((&all["risk"]["id"], &all["threat"]), (&kind["id"], &Value::Null));
                assert!(documents.iter().any(|document| document["id"] == kind["id"] && document["title"] == all["r"]["title"]));
            } else {
                assert_eq!(all["threat"]["__typename"], "ThreatDocument");
            }
        }
    }
}

scenario! {
    async fn what_comes_with_an_earlier_space_costs_no_statement_each(w: World) {
        // Grace's people see the reports of their organisation, and those who captured them have them in their own space too.
        let organisation = w.ask("amina", "{ me { person { organisation { id } } } }", Value::Null).await.at("/me/person/organisation/id");
        let mut phone = Phone::new("amina", "incident");
        phone.sync(w).await;
        let rows: Vec<Value> = (0..120)
            .map(|n| json!({ "newDocumentState": {
                "id": format!("01a20000-0000-7000-8000-0000000a{n:04x}"), "organisationId": organisation, "title": format!("Stop {n}"),
                "country": "SS", "occurredOn": "2026-05", "means": "SHOOTING", "deleted": false,
            } }))
            .collect();
        phone.push_rows(w, json!(rows)).await.data();
        let token = format!("Bearer {}", w.token("amina"));
        let (mut checkpoint, mut told, mut most) = (Value::Null, 0, 0);
        loop {
            let query = "query($at: IncidentInputCheckpoint) { pullIncident(limit: 101, checkpoint: $at) { documents { id } checkpoint { cursor } } }";
            let headers = [("authorization", token.as_str()), ("x-cost", "1")];
            let page = w.post(json!({ "query": query, "variables": { "at": checkpoint } }), &headers).await;
            most = most.max(page.body["extensions"]["cost"]["statements"].as_i64().unwrap());
            let documents = page.at("/pullIncident/documents").as_array().unwrap().len();
            told += documents;
            checkpoint = page.at("/pullIncident/checkpoint");
            if documents < 101 {
                break;
            }
        }
        assert!(told >= 120, "{told}");
        assert!(most <= 12, "{most} statements for one page");
    }
}

scenario! {
    async fn many_entries_in_several_spaces_come_once_each_whatever_the_page(w: World) {
        // More in each of two spaces than a statement looks at in one go; some of them moved to the end.
        let mut amina = Phone::new("amina", "incident");
        let ids: Vec<String> = (1..=620).map(id).collect();
        for id in &ids {
            amina.write(id, report(&format!("Report {id}")));
        }
        for chunk in ids.chunks(310) {
            amina.push(w, &chunk.iter().map(String::as_str).collect::<Vec<_>>()).await;
        }
        amina.sync(w).await;
        let moved: Vec<&str> = ids.iter().step_by(20).map(String::as_str).collect();
        for id in &moved {
            amina.edit(id, "title", format!("Report {id}, corrected"));
        }
        assert_eq!(amina.push(w, &moved).await, []);
        for (who, limit) in [("amina", 100), ("amina", 101), ("amina", 500), ("amina", 501), ("amina", 1000), ("omar", 500), ("grace", 1000)] {
            let mut phone = Phone::new(who, "incident");
            let mut told: Vec<String> = phone.sync_by(w, limit).await.into_iter().map(|(id, _)| id).collect();
            told.sort_unstable();
            assert_eq!(told, ids, "{who}, {limit}");
            let title = |id: &str| phone.documents[id]["title"].as_str().unwrap().to_owned();
            assert!(moved.iter().all(|id| title(id).ends_with("corrected")), "{who}, {limit}");
            // And what comes later comes alone.
            assert_eq!(phone.sync(w).await, [], "{who}, {limit}");
        }
        // Whoever had read before is told of what moved, and of nothing else.
        let mut late = Phone::new("grace", "incident");
        late.sync(w).await;
        amina.edit(moved[3], "title", "Corrected once more");
        assert_eq!(amina.push(w, &moved[3..4]).await, []);
        assert_eq!(late.sync(w).await, [(moved[3].to_owned(), false)]);
    }
}

scenario! {
    async fn what_stood_at_a_place_of_a_ledger_is_written_once_for_all_who_see_it(w: World) {
        let pull = |selection: &str| format!("query($c: RiskInputCheckpoint) {{ pullRisk(checkpoint: $c, limit: 100) {{ documents {{ {selection} }} checkpoint {{ cursor }} }} }}");
        let ask = async |who: &str, selection: &str, checkpoint: &Value| {
            let token = format!("Bearer {}", w.token(who));
            let body = json!({ "query": pull(selection), "variables": { "c": checkpoint } });
            let answer = w.post(body, &[("authorization", &token), ("x-cost", "1")]).await;
            let statements = answer.body["extensions"]["cost"]["statements"].as_i64().unwrap();
            (answer.at("/pullRisk/documents"), json!({ "cursor": answer.at("/pullRisk/checkpoint/cursor") }), statements)
        };
        let selection = "id title state level version deleted";
        let (first, since, many) = ask("dana", selection, &Value::Null).await;
        assert!(first.as_array().unwrap().len() > 2);
        // The same for who sees the same, without reading the rows once more.
        let (second, _, few) = ask("omar", selection, &Value::Null).await;
        assert_eq!((second, few), (first.clone(), many - 1));
        // Asked for in other words it is written anew; who sees nothing is told nothing, whatever others were told.
        let (renamed, _, again) = ask("omar", "it: id title", &Value::Null).await;
        assert_eq!((&renamed[0]["it"], again), (&first[0]["id"], many));
        let (nothing, ..) = ask("sam", selection, &Value::Null).await;
        assert_eq!(nothing, json!([]));
        // What changed stands at another place, and comes as it is now, to whoever asks and from wherever.
        let road = w.risk("Abduction on the Bentiu road").await;
        w.perceive("dana", &road, 5, 5).await.data();
        w.perceive("omar", &road, 5, 5).await.data();
        let (changed, ..) = ask("dana", selection, &since).await;
        assert_eq!((changed.as_array().unwrap().len(), &changed[0]["id"], &changed[0]["level"]), (1, &json!(road), &json!("CRITICAL")));
        for who in ["omar", "dana"] {
            let (all, ..) = ask(who, selection, &Value::Null).await;
            let seen = all.as_array().unwrap().iter().find(|risk| risk["id"] == *road).unwrap();
            assert_eq!(seen, &changed[0]);
        }
    }
}
