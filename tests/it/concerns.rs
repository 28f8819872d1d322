//! Concerns: heard by whom the raiser chooses, answered, and closed by nobody else.

use std::collections::HashMap;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Phone, World};

async fn raise(w: &World, who: &str, audience: &str, more: Value) -> Answer {
    let mut input = json!({
        "partnershipId": w.partnership().await, "title": "Late warnings", "audience": audience,
        "description": "We hear of threats a day after Northlight does. A radio call at seven would mend it.",
    });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.act(who, "raiseConcern", "RaiseConcernInput", input, "id version state overdue").await
}

async fn on(w: &World, who: &str, command: &str, concern: &Answer, version: i64, more: Value) -> Answer {
    let mut input = json!({ "id": concern.at("/answer/id"), "expectedVersion": version });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.command(who, command, input, "id version state answer audience").await
}

/// What somebody finds of a concern through every door.
async fn found(w: &World, who: &'static str, id: &str, starts: &HashMap<&str, String>) -> usize {
    let partnership = w.partnership().await;
    let query = "query($p: ID!, $id: ID!, $start: String!) { node(id: $id) { id } concerns(partnershipId: $p) { totalCount edges { node { id } } } \
        partnership(id: $p) { concerns { totalCount edges { node { id } } } } events(after: $start, first: 100) { events { record { id } } } \
        changes(collections: [concern], first: 100) { changes { concern { id title } } } }";
    let seen = w.ask(who, query, json!({ "p": partnership, "id": id, "start": starts[who] })).await;
    seen.data();
    let mut phone = Phone::new(who, "concern");
    phone.sync(w).await;
    let ledger = "query($p: ID!) { a: ledger(space: PARTNERSHIP, subjectId: $p, first: 100) { entries { recordId } } b: ledger(space: PARTNERSHIP, subjectId: $p, afterSeq: 100, first: 100) { entries { recordId } } }";
    let ledger = w.ask(who, ledger, json!({ "p": partnership })).await;
    // Who may read the ledger does, and nobody else hears of it.
    if who == "petra" {
        ledger.refused("NOT_FOUND");
    } else {
        ledger.data();
    }
    let counts = [seen.at("/concerns/totalCount"), seen.at("/partnership/concerns/totalCount")];
    let counted: u64 = counts.iter().map(|count| count.as_u64().unwrap()).sum();
    seen.text.matches(id).count()
        + ledger.text.matches(id).count()
        + usize::from(phone.documents.contains_key(id))
        + usize::try_from(counted).unwrap()
}

scenario! {
    async fn the_raiser_chooses_who_reads_it(w: World) {
        let mut starts = HashMap::new();
        for who in ["omar", "grace", "dana", "petra", "lars"] {
            starts.insert(who, w.ask(who, "{ streamPosition }", Value::Null).await.text("/streamPosition"));
        }
        let own = raise(w, "amina", "OWN_SIDE", json!({})).await;
        let id = own.text("/answer/id");
        for who in ["omar", "grace"] {
            assert!(found(w, who, &id, &starts).await > 5, "{who}");
        }
        for who in ["dana", "petra", "lars"] {
            assert_eq!(found(w, who, &id, &starts).await, 0, "{who}");
        }
        on(w, "dana", "answerConcern", &own, 1, json!({ "answer": "x" })).await.refused("NOT_FOUND");
        // Its own side answers what only it reads, and the answer stays among it.
        on(w, "omar", "answerConcern", &own, 1, json!({ "answer": "Between us: let us ask them." })).await.data();
        on(w, "dana", "shareConcern", &own, 2, json!({})).await.refused("NOT_FOUND");
        let shared = on(w, "amina", "shareConcern", &own, 2, json!({})).await;
        assert_eq!((shared.text("/answer/state"), shared.at("/answer/answer")), ("RAISED".into(), Value::Null));
        for who in ["dana", "petra", "omar"] {
            assert!(found(w, who, &id, &starts).await > 4, "{who}");
        }
        // Nobody takes an answer back by sharing once more.
        on(w, "dana", "answerConcern", &own, 3, json!({ "answer": "At seven, then." })).await.data();
        on(w, "amina", "shareConcern", &own, 4, json!({})).await.refused("REFUSED").by("IT_IS_SHARED");
        let told = w.ask("dana", "query($id: ID!) { node(id: $id) { ... on Concern { answer answeringSide { id } } } }", json!({ "id": id })).await;
        assert!(!told.text.contains("Between us"), "what the side said to itself is not for the others");
    }
}

scenario! {
    async fn another_side_answers_and_the_raiser_closes(w: World) {
        for (raiser, other) in [("dana", "omar"), ("omar", "dana")] {
            let concern = raise(w, raiser, "PARTNERSHIP", json!({})).await;
            on(w, raiser, "answerConcern", &concern, 1, json!({ "answer": "x" })).await.refused("REFUSED").by("ANOTHER_SIDE_ANSWERS");
            on(w, other, "closeConcern", &concern, 1, json!({ "closing": "x" })).await.refused("REFUSED").by("WHO_RAISED_IT_CLOSES_IT");
            let answered = on(w, other, "answerConcern", &concern, 1, json!({ "answer": "A call at seven from Monday." })).await;
            assert_eq!(answered.text("/answer/state"), "ANSWERED");
            on(w, other, "closeConcern", &concern, 2, json!({ "closing": "x" })).await.refused("REFUSED").by("WHO_RAISED_IT_CLOSES_IT");
            on(w, raiser, "answerConcern", &concern, 2, json!({ "answer": "x" })).await.refused("REFUSED").by("ANOTHER_SIDE_ANSWERS");
            let closed = on(w, raiser, "closeConcern", &concern, 2, json!({ "closing": "The calls come." })).await;
            assert_eq!(closed.text("/answer/state"), "CLOSED");
            on(w, other, "answerConcern", &concern, 3, json!({ "answer": "x" })).await.refused("REFUSED").by("STATE_ALLOWS");
        }
        raise(w, "petra", "PARTNERSHIP", json!({})).await.refused("FORBIDDEN");
    }
}

scenario! {
    async fn silence_is_seen(w: World) {
        let late = json!({ "respondBy": "2026-05-31" });
        raise(w, "omar", "PARTNERSHIP", late).await.refused("REFUSED").by("RESPOND_BY_IS_AHEAD").field("respondBy");
        let concern = raise(w, "omar", "PARTNERSHIP", json!({ "respondBy": "2026-06-03" })).await;
        let overdue = || w.ask("dana", "query($id: ID!) { node(id: $id) { ... on Concern { overdue } } }", json!({ "id": concern.at("/answer/id") }));
        w.clock.advance(TimeDelta::hours(60));
        assert_eq!(overdue().await.at("/node/overdue"), false, "the whole of the last day counts");
        w.clock.advance(TimeDelta::hours(12));
        assert_eq!(overdue().await.at("/node/overdue"), true);
        on(w, "dana", "answerConcern", &concern, 1, json!({ "answer": "Late, and sorry." })).await.data();
        assert_eq!(overdue().await.at("/node/overdue"), false);
    }
}

scenario! {
    async fn that_nobody_answered_is_told_once_to_whom_reads_it(w: World) {
        let shared = raise(w, "omar", "PARTNERSHIP", json!({ "respondBy": "2026-06-03" })).await.text("/answer/id");
        let own = raise(w, "amina", "OWN_SIDE", json!({ "respondBy": "2026-06-03" })).await.text("/answer/id");
        let (dana, omar, sam) = (w.position("dana").await, w.position("omar").await, w.position("sam").await);
        w.clock.advance(TimeDelta::hours(60));
        assert_eq!(w.look().await, 0, "the whole of the last day counts");
        w.clock.advance(TimeDelta::hours(12));
        assert_eq!(w.look().await, 2);
        assert_eq!(w.look().await, 0, "it is told once");
        let overdue = |of: &String| ("concern.overdue".to_owned(), of.clone());
        assert_eq!(w.heard("dana", &dana).await, [overdue(&shared)]);
        let mut heard = w.heard("omar", &omar).await;
        heard.sort();
        let mut both = [overdue(&shared), overdue(&own)];
        both.sort();
        assert_eq!(heard, both);
        assert_eq!(w.heard("sam", &sam).await, []);
        // Nobody is late for what they could not read.
        let late = json!({ "id": own, "expectedVersion": 1 });
        w.command("amina", "shareConcern", late, "id").await.refused("REFUSED").by("RESPOND_BY_IS_AHEAD").field("respondBy");
        let anew = json!({ "id": own, "expectedVersion": 1, "respondBy": "2026-06-08" });
        w.command("amina", "shareConcern", anew, "id").await.data();
        let start = w.position("dana").await;
        w.clock.advance(TimeDelta::days(5));
        assert_eq!(w.look().await, 1);
        assert_eq!(w.heard("dana", &start).await, [overdue(&own)]);
        // It is nobody's act, and changes nothing of the record.
        let ledger = "query($p: ID!) { ledger(space: PARTNERSHIP, subjectId: $p, first: 100) { entries { event recordId recordVersion actor authority command } } }";
        let entries = w.ask("dana", ledger, json!({ "p": w.partnership().await })).await.at("/ledger/entries");
        let told = entries.as_array().unwrap().iter().find(|entry| entry["event"] == "concern.overdue").unwrap().clone();
        assert_eq!((&told["recordVersion"], &told["actor"], &told["authority"], &told["command"]), (&json!(0), &Value::Null, &Value::Null, &json!("tellWhatIsDue")));
        let read = w.ask("dana", "query($id: ID!) { node(id: $id) { ... on Concern { version overdue } } }", json!({ "id": shared })).await;
        assert_eq!(read.at("/node"), json!({ "version": 1, "overdue": true }));
        let mut phone = Phone::new("dana", "concern");
        phone.sync(w).await;
        assert!(phone.documents.contains_key(&shared) && phone.documents.contains_key(&own));
        assert!(safepact::platform::verify::verify(&w.platform).await.unwrap().faults.is_empty());
    }
}

scenario! {
    async fn however_much_is_late_all_of_it_is_told(w: World) {
        let count = safepact::platform::due::AT_ONCE + 5;
        let mut raised = Vec::new();
        for _ in 0..count {
            raised.push(raise(w, "omar", "PARTNERSHIP", json!({ "respondBy": "2026-06-03" })).await.text("/answer/id"));
        }
        let start = w.position("dana").await;
        w.clock.advance(TimeDelta::hours(72));
        assert_eq!(w.look().await, count);
        assert_eq!(w.look().await, 0);
        let mut heard: Vec<String> = w.heard("dana", &start).await.into_iter().map(|(_, of)| of).collect();
        heard.sort();
        raised.sort();
        assert_eq!(heard, raised);
    }
}

scenario! {
    async fn who_stays_unnamed_is_named_nowhere(w: World) {
        let me = w.ask("amina", "{ me { person { id } } }", Value::Null).await.text("/me/person/id");
        let named = raise(w, "amina", "OWN_SIDE", json!({})).await.text("/answer/id");
        let unnamed = raise(w, "amina", "OWN_SIDE", json!({ "anonymous": true })).await;
        let id = unnamed.text("/answer/id");
        on(w, "amina", "shareConcern", &unnamed, 1, json!({})).await.data();
        on(w, "dana", "answerConcern", &unnamed, 2, json!({ "answer": "We did not know." })).await.data();
        on(w, "amina", "closeConcern", &unnamed, 3, json!({ "closing": "Enough for now." })).await.data();
        let (_, side) = w.sides().await;
        let ledger = "query($s: ID!) { ledger(space: SIDE, subjectId: $s, first: 100) { entries { recordId event actor authority requestId } } }";
        for who in ["omar", "grace"] {
            let entries = w.ask(who, ledger, json!({ "s": side })).await.at("/ledger/entries");
            let of = |id: &String| entries.as_array().unwrap().iter().filter(|entry| entry["recordId"] == **id).cloned().collect::<Vec<_>>();
            assert!(of(&named).iter().all(|entry| entry["actor"] == me && entry["authority"].is_string()), "{who}");
            assert!(!of(&id).is_empty());
            for entry in of(&id) {
                assert_eq!((&entry["actor"], &entry["authority"], &entry["requestId"]), (&Value::Null, &Value::Null, &json!("")), "{who}: {entry}");
            }
        }
        let shared = "query($p: ID!) { ledger(space: PARTNERSHIP, subjectId: $p, first: 100) { entries { recordId event authority } } }";
        let shared = w.ask("omar", shared, json!({ "p": w.partnership().await })).await.at("/ledger/entries");
        let of_it: Vec<_> = shared.as_array().unwrap().iter().filter(|entry| entry["recordId"] == *id).collect();
        let answered = of_it.iter().filter(|entry| entry["authority"].is_string()).count();
        assert_eq!((of_it.len(), answered), (3, 1), "who answers is named, as their side shows them: {of_it:?}");
        let read = w.ask("dana", "query($id: ID!) { node(id: $id) { ... on Concern { anonymous } } }", json!({ "id": id })).await;
        assert_eq!(read.at("/node/anonymous"), true);
    }
}

scenario! {
    async fn a_concern_is_about_what_its_raiser_sees(w: World) {
        let risk = w.risk("Looting of the store").await;
        raise(w, "omar", "PARTNERSHIP", json!({ "aboutId": risk })).await.data();
        let nothing = json!({ "aboutId": "01920000-0000-7000-8000-000000000001" });
        raise(w, "omar", "PARTNERSHIP", nothing).await.refused("NOT_FOUND").field("aboutId");
        // What only the own side sees is not named to the others.
        let own = w.ask("omar", "{ me { person { organisation { id } } } }", Value::Null).await.at("/me/person/organisation/id");
        let incident = json!({ "organisationId": own, "facts": { "title": "Stopped", "occurredOn": "2026-05-01" } });
        let incident = w.act("omar", "reportIncident", "ReportIncidentInput", incident, "id").await.at("/answer/id");
        raise(w, "omar", "PARTNERSHIP", json!({ "aboutId": incident })).await.refused("REFUSED").by("ABOUT_WHAT_ALL_SEE");
        let own = raise(w, "omar", "OWN_SIDE", json!({ "aboutId": incident })).await;
        on(w, "omar", "shareConcern", &own, 1, json!({})).await.refused("REFUSED").by("ABOUT_WHAT_ALL_SEE");
    }
}
