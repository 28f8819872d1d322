//! Capacity said by oneself, needs agreed by all, and a library in the languages of its people.

use serde_json::{Value, json};

use crate::support::{Answer, Phone, World};

async fn element(w: &World) -> Value {
    let all = w.ask("dana", "{ catalogue(key: FRAMEWORK_ELEMENTS) { items { code } } }", Value::Null).await;
    all.at("/catalogue/items/8/code")
}

async fn agree(w: &World, request: &Value) {
    for who in ["dana", "omar"] {
        let input = json!({ "requestId": request["id"], "contentHash": request["contentHash"] });
        w.command(who, "giveConsent", input, "state").await.data();
    }
}

scenario! {
    async fn nobody_says_for_another_side_what_it_can_do(w: World) {
        let (p, element) = (w.partnership().await, element(w).await);
        let (ours, theirs) = w.sides().await;
        for (who, own) in [("dana", &ours), ("omar", &theirs)] {
            let declare = |text: &str| json!({ "partnershipId": p, "element": element, "text": text });
            w.command(who, "declareCapacity", declare("Two trainers."), "id").await.data();
            let again = w.command(who, "declareCapacity", declare("Three trainers."), "revision side { id }").await;
            assert_eq!((again.at("/answer/revision"), again.text("/answer/side/id")), (json!(2), own.clone()));
            let mut other = declare("Nothing.");
            other["sideId"] = json!(if own == &ours { &theirs } else { &ours });
            w.command(who, "declareCapacity", other, "id").await.refused("FORBIDDEN");
        }
        let seen = w.ask("petra", "query($p: ID!) { partnership(id: $p) { capacityDeclarations { text } } }", json!({ "p": p })).await;
        assert_eq!(seen.at("/partnership/capacityDeclarations"), json!([{ "text": "Three trainers." }, { "text": "Three trainers." }]));
    }
}

scenario! {
    async fn a_need_is_agreed_by_all_and_met_by_its_side(w: World) {
        let (p, element) = (w.partnership().await, element(w).await);
        let (ours, theirs) = w.sides().await;
        for (who, other, own, to) in [("dana", "omar", &ours, &theirs), ("omar", "dana", &theirs, &ours)] {
            let need = json!({ "partnershipId": p, "forSideId": to, "element": element, "title": "First aid", "description": "For drivers." });
            let made = w.command(who, "proposeCapacityNeed", need.clone(), "id state openRequest { id contentHash }").await;
            let id = made.at("/answer/id");
            let closing = |version: i64| json!({ "id": id, "expectedVersion": version, "closing": "Twelve drivers trained." });
            w.command(other, "reportCapacityNeedMet", closing(1), "id").await.refused("REFUSED").by("STATE_ALLOWS");
            agree(w, &made.at("/answer/openRequest")).await;
            w.command(who, "reportCapacityNeedMet", closing(2), "id").await.refused("REFUSED").by("WHOSE_NEED_IT_IS");
            w.command(who, "withdrawCapacityNeed", closing(2), "id").await.refused("REFUSED").by("WHOSE_NEED_IT_IS");

            let mut activity = json!({ "partnershipId": p, "needId": id, "fromSideId": own, "toSideId": to, "kind": "EMBED_EXPERT", "title": "Nurse", "description": "Works along.", "startsOn": "2026-06-10" });
            w.command(who, "planCapacityActivity", activity.clone(), "id").await.refused("REFUSED").by("EMBEDDING_ENDS");
            activity["endsOn"] = json!("2026-06-01");
            w.command(who, "planCapacityActivity", activity.clone(), "id").await.refused("REFUSED").by("ENDS_AFTER_IT_STARTS");
            activity["endsOn"] = json!("2026-07-01");
            let mut lost = activity.clone();
            lost["needId"] = json!(p);
            w.command(who, "planCapacityActivity", lost, "id").await.refused("NOT_FOUND");
            let planned = w.command(who, "planCapacityActivity", activity, "id state need { id activities { title } }").await;
            let at = |version: i64, more: Value| {
                let mut input = json!({ "id": planned.at("/answer/id"), "expectedVersion": version });
                input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                input
            };
            w.command(other, "startCapacityActivity", at(1, json!({})), "id").await.data();
            let done = at(2, json!({ "outcome": "Done.", "sustainabilityPlan": "As we think." }));
            w.command(who, "completeCapacityActivity", done, "id").await.refused("REFUSED").by("WHOSE_CAPACITY_GROWS");
            w.command(other, "completeCapacityActivity", at(2, json!({ "outcome": "Done." })), "id").await.refused("BAD_USER_INPUT");
            let done = w.command(other, "completeCapacityActivity", at(2, json!({ "outcome": "Done.", "sustainabilityPlan": "Two of them teach." })), "state").await;
            assert_eq!(done.text("/answer/state"), "COMPLETED");
            w.command(who, "cancelCapacityActivity", at(3, json!({ "reason": "x" })), "id").await.refused("REFUSED").by("STATE_ALLOWS");
            assert_eq!(w.command(other, "reportCapacityNeedMet", closing(2), "state").await.text("/answer/state"), "MET");

            let met = json!({ "partnershipId": p, "needId": id, "toSideId": to, "kind": "TRAINING", "title": "x", "description": "x", "startsOn": "2026-06-10" });
            w.command(who, "planCapacityActivity", met, "id").await.refused("REFUSED").by("NEED_IS_AGREED");
            let unwanted = w.command(who, "proposeCapacityNeed", need, "id openRequest { id contentHash }").await;
            w.command(who, "withdrawCapacityNeed", json!({ "id": unwanted.at("/answer/id"), "expectedVersion": 1, "closing": "Asked too soon." }), "state").await.data();
            let request = unwanted.at("/answer/openRequest");
            w.command(other, "giveConsent", json!({ "requestId": request["id"], "contentHash": request["contentHash"] }), "state").await.refused("REFUSED").by("REQUEST_IS_OPEN");
        }
        // What lasts is before their eyes when the sides agree that the partnership is over.
        let version = w.ask("dana", "query($p: ID!) { partnership(id: $p) { version } }", json!({ "p": p })).await.at("/partnership/version");
        let ending = w.command("omar", "endPartnership", json!({ "id": p, "expectedVersion": version, "reason": "The grant ran out." }), "version").await;
        let waived = json!({ "id": p, "expectedVersion": ending.at("/answer/version"), "waiver": "Said in the last meeting." });
        let asked = w.command("dana", "proposePartnershipEnd", waived, "content").await;
        let content: Value = serde_json::from_str(&asked.text("/answer/content")).unwrap();
        let lasts: Vec<_> = content["capacityActivities"].as_array().unwrap().iter().map(|one| (&one["state"], &one["sustainabilityPlan"])).collect();
        assert_eq!(lasts, [(&json!("COMPLETED"), &json!("Two of them teach.")); 2]);
    }
}

async fn organisation(w: &World, who: &str) -> Value {
    w.ask(who, "{ me { person { organisation { id } } } }", Value::Null).await.at("/me/person/organisation/id")
}

async fn add(w: &World, who: &str, more: Value) -> Answer {
    let mut input = json!({
        "organisationId": organisation(w, who).await, "visibility": "ORGANISATION", "kind": "TEMPLATE", "title": "Route card",
        "description": "For every trip.", "language": "en", "rights": "Free to use and to adapt.",
    });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.command(who, "addLibraryItem", input, "id version workId: work { id } current visibility").await
}

/// Whether somebody finds an item, through every door alike.
async fn finds(w: &World, who: &'static str, id: &Value) -> bool {
    let query = "query($id: ID!) { node(id: $id) { id } libraryItems(first: 50) { totalCount edges { node { id } } } changes(collections: [libraryItem], first: 100) { changes { libraryItem { id } } } }";
    let seen = w.ask(who, query, json!({ "id": id })).await;
    let text = id.as_str().unwrap();
    let mut phone = Phone::new(who, "libraryItem");
    phone.sync(w).await;
    let doors = [
        !seen.at("/node").is_null(),
        seen.at("/libraryItems").to_string().contains(text),
        seen.at("/changes").to_string().contains(text),
        phone.documents.contains_key(text),
    ];
    assert!(doors.iter().all(|door| *door == doors[0]), "{who}: {doors:?}");
    doors[0]
}

async fn who_finds(w: &World, id: &Value, expected: [bool; 4]) {
    for (who, expected) in ["petra", "omar", "amina", "sam"].into_iter().zip(expected) {
        assert_eq!(finds(w, who, id).await, expected, "{who}");
    }
}

scenario! {
    async fn an_organisation_says_who_finds_what_it_shares(w: World) {
        let p = w.partnership().await;
        add(w, "dana", json!({ "visibility": "PARTNERSHIP" })).await.refused("REFUSED").by("PARTNERSHIP_IS_NAMED");
        add(w, "dana", json!({ "partnershipId": p })).await.refused("REFUSED").by("PARTNERSHIP_IS_NAMED");
        add(w, "dana", json!({ "link": "http://example.org" })).await.refused("VALIDATION_FAILED").by("LINK_IS_HTTPS");
        add(w, "petra", json!({})).await.refused("FORBIDDEN");
        add(w, "sam", json!({ "visibility": "PARTNERSHIP", "partnershipId": p })).await.refused("NOT_FOUND");
        w.command("dana", "addLibraryItem", json!({
            "organisationId": organisation(w, "omar").await, "visibility": "NETWORK", "kind": "TOOL", "title": "x", "description": "x", "language": "en", "rights": "x",
        }), "id").await.refused("FORBIDDEN");
        let item = add(w, "dana", json!({})).await;
        let id = item.at("/answer/id");
        who_finds(w, &id, [true, false, false, false]).await;
        let share = |version: i64, visibility: &str, partnership: Value| json!({ "id": id, "expectedVersion": version, "visibility": visibility, "partnershipId": partnership });
        w.command("omar", "shareLibraryItem", share(1, "NETWORK", Value::Null), "id").await.refused("NOT_FOUND");
        w.command("dana", "shareLibraryItem", share(1, "PARTNERSHIP", json!(p)), "id").await.data();
        who_finds(w, &id, [true, true, true, false]).await;
        w.command("omar", "shareLibraryItem", share(2, "NETWORK", Value::Null), "id").await.refused("FORBIDDEN");
        w.command("dana", "shareLibraryItem", share(2, "NETWORK", Value::Null), "id").await.data();
        who_finds(w, &id, [true, true, true, true]).await;
        w.command("dana", "withdrawLibraryItem", json!({ "id": id, "expectedVersion": 3 }), "id").await.data();
        assert_eq!(w.ask("omar", "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await.at("/node"), Value::Null);
    }
}

scenario! {
    async fn what_comes_from_another_is_not_handed_on_to_more_people(w: World) {
        let p = w.partnership().await;
        let shared = json!({ "visibility": "PARTNERSHIP", "partnershipId": p });
        let with = |more: Value| {
            let mut input = shared.clone();
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        let original = add(w, "dana", shared.clone()).await;
        let id = original.at("/answer/id");
        let adapted = add(w, "omar", with(json!({ "adaptedFromId": id, "title": "Route card for motorbikes" }))).await;
        assert_ne!(adapted.at("/answer/workId/id"), original.at("/answer/workId/id"));
        let translated = add(w, "omar", with(json!({ "translationOfId": id, "language": "ar", "title": "بطاقة الطريق" }))).await;
        assert_eq!(translated.at("/answer/workId/id"), original.at("/answer/workId/id"));
        add(w, "omar", with(json!({ "translationOfId": id, "language": "ar" }))).await.refused("REFUSED").by("LANGUAGE_IS_THERE");
        add(w, "omar", with(json!({ "translationOfId": id, "adaptedFromId": id }))).await.refused("REFUSED").by("ONE_ORIGIN");
        add(w, "omar", json!({ "visibility": "NETWORK", "adaptedFromId": id })).await.refused("REFUSED").by("NOT_WIDER_THAN_ITS_SOURCE");
        add(w, "sam", json!({ "adaptedFromId": id })).await.refused("NOT_FOUND");
        for item in [&adapted, &translated] {
            let wide = json!({ "id": item.at("/answer/id"), "expectedVersion": 1, "visibility": "NETWORK" });
            w.command("omar", "shareLibraryItem", wide, "id").await.refused("REFUSED").by("NOT_WIDER_THAN_ITS_SOURCE");
        }
        add(w, "omar", with(json!({ "replacesId": id }))).await.refused("REFUSED").by("OWN_NEWEST_EDITION");
        let second = add(w, "dana", with(json!({ "replacesId": id, "edition": "2" }))).await;
        add(w, "dana", with(json!({ "replacesId": id, "edition": "3" }))).await.refused("REFUSED").by("OWN_NEWEST_EDITION");
        let newest = w.ask("omar", "query($p: ID!) { libraryItems(partnershipId: $p, language: \"en\", kind: TEMPLATE) { edges { node { id edition previous { id } translations { language } } } } }", json!({ "p": p })).await;
        let found = newest.at("/libraryItems/edges");
        let edition = found.as_array().unwrap().iter().find(|edge| edge["node"]["id"] == second.at("/answer/id")).unwrap();
        assert_eq!((&edition["node"]["previous"]["id"], found.as_array().unwrap().len()), (&id, 2));
        // Not by way of an edition or an adaptation of one's own either.
        for origin in ["replacesId", "adaptedFromId"] {
            for item in [&adapted, &translated] {
                add(w, "omar", json!({ "visibility": "NETWORK", origin: item.at("/answer/id"), "language": "ar" })).await.refused("REFUSED").by("NOT_WIDER_THAN_ITS_SOURCE");
            }
        }
        // Taken back with its earlier editions, it can be handed on to nobody.
        w.command("dana", "withdrawLibraryItem", json!({ "id": second.at("/answer/id"), "expectedVersion": 1 }), "id").await.data();
        for item in [&original, &second] {
            assert!(!finds(w, "omar", &item.at("/answer/id")).await);
        }
        let again = json!({ "id": second.at("/answer/id"), "expectedVersion": 2, "visibility": "NETWORK" });
        w.command("dana", "shareLibraryItem", again, "id").await.refused("REFUSED").by("IT_IS_THE_NEWEST");
        let anew = json!({ "id": translated.at("/answer/id"), "expectedVersion": 1, "visibility": "PARTNERSHIP", "partnershipId": p });
        w.command("omar", "shareLibraryItem", anew, "id").await.refused("REFUSED").by("NOT_WIDER_THAN_ITS_SOURCE");
    }
}

scenario! {
    async fn what_is_missing_in_a_language_is_named(w: World) {
        let p = w.partnership().await;
        let missing = "query($p: ID!) { missingTranslations(partnershipId: $p) { workId title language } }";
        let item = add(w, "omar", json!({ "visibility": "PARTNERSHIP", "partnershipId": p, "language": "fr" })).await;
        let found = w.ask("dana", missing, json!({ "p": p })).await;
        assert_eq!(found.at("/missingTranslations"), json!([{ "workId": item.at("/answer/id"), "title": "Route card", "language": "en" }]));
        add(w, "dana", json!({ "visibility": "PARTNERSHIP", "partnershipId": p, "translationOfId": item.at("/answer/id") })).await.data();
        assert_eq!(w.ask("amina", missing, json!({ "p": p })).await.at("/missingTranslations"), json!([]));
        let arabic = add(w, "omar", json!({ "visibility": "PARTNERSHIP", "partnershipId": p, "language": "ar", "title": "x" })).await;
        add(w, "dana", json!({ "visibility": "NETWORK", "translationOfId": arabic.at("/answer/id") })).await.refused("REFUSED").by("NOT_WIDER_THAN_ITS_SOURCE");
        assert_eq!(w.ask("sam", missing, json!({ "p": p })).await.at("/missingTranslations"), json!([]));
    }
}
