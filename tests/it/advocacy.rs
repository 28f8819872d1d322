//! Advocacy: joint by all, and of one side for that side alone.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::support::{Answer, Phone, World};

async fn issue(w: &World, who: &str, audience: &str) -> Answer {
    let input = json!({ "partnershipId": w.partnership().await, "title": "No money for guards", "description": "Donors pay for radios only.", "audience": audience });
    w.command(who, "nameAdvocacyIssue", input, "id version").await
}

async fn draft(w: &World, who: &str, issue: &Answer, scope: &str) -> Answer {
    let input = json!({
        "issueId": issue.at("/answer/id"), "scope": scope, "title": "A word with the donor", "goals": "Guards are paid.", "objectives": "A line in the budget.",
        "targets": "The desk officer.", "messages": "Nobody works without sleep.", "allies": "The forum.", "opportunities": "The visit in July.",
    });
    w.command(who, "draftAdvocacyStrategy", input, "id version state").await
}

fn at(of: &Answer, version: i64, more: Value) -> Value {
    let mut input = json!({ "id": of.at("/answer/id"), "expectedVersion": version });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// How often an id is found through every door.
async fn found(w: &World, who: &'static str, ids: &[String], starts: &HashMap<&str, String>) -> usize {
    let query = "query($p: ID!, $start: String!) { partnership(id: $p) { advocacyIssues(first: 20) { totalCount edges { node { id strategies { id campaigns { id } } } } } } \
        events(after: $start, first: 100) { events { recordId } } changes(collections: [advocacyIssue, advocacyStrategy, campaign], first: 100) { changes { id } } }";
    let seen = w.ask(who, query, json!({ "p": w.partnership().await, "start": starts[who] })).await;
    seen.data();
    let ledger = "query($p: ID!) { ledger(space: PARTNERSHIP, subjectId: $p, afterSeq: 60, first: 100) { entries { recordId } } }";
    let ledger = w.ask(who, ledger, json!({ "p": w.partnership().await })).await;
    let mut out = 0;
    for id in ids {
        let node = w.ask(who, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        out += usize::from(!node.at("/node").is_null())
            + seen.text.matches(id.as_str()).count()
            + ledger.text.matches(id.as_str()).count();
        for collection in ["advocacyIssue", "advocacyStrategy", "campaign"] {
            let mut phone = Phone::new(who, collection);
            phone.sync(w).await;
            out += usize::from(phone.documents.contains_key(id));
        }
    }
    out
}

scenario! {
    async fn a_side_speaks_for_itself_and_no_other_side_reads_it(w: World) {
        let mut starts = HashMap::new();
        for who in ["omar", "grace", "dana", "petra", "lars"] {
            starts.insert(who, w.ask(who, "{ streamPosition }", Value::Null).await.text("/streamPosition"));
        }
        // On an issue that everybody reads, too.
        let named = issue(w, "omar", "PARTNERSHIP").await;
        let strategy = draft(w, "omar", &named, "SINGLE_SIDE").await;
        w.command("omar", "proposeAdvocacyStrategy", at(&strategy, 1, json!({})), "id").await.refused("REFUSED").by("SINGLE_BY_ONE");
        let campaign = json!({ "strategyId": strategy.at("/answer/id"), "title": "Open letter", "startsOn": "2026-07-01", "signatories": "Nine local organisations" });
        w.command("omar", "startCampaign", campaign.clone(), "id").await.refused("REFUSED").by("STRATEGY_IS_ADOPTED");
        w.command("dana", "adoptAdvocacyStrategy", at(&strategy, 1, json!({})), "id").await.refused("NOT_FOUND");
        w.command("omar", "adoptAdvocacyStrategy", at(&strategy, 1, json!({})), "adoptedAt").await.data();
        let started = w.command("omar", "startCampaign", campaign, "id").await;
        let own = issue(w, "omar", "OWN_SIDE").await;
        draft(w, "omar", &own, "JOINT").await.refused("REFUSED").by("JOINT_ON_WHAT_ALL_READ");
        let ids = [strategy.text("/answer/id"), started.text("/answer/id"), own.text("/answer/id")];
        for who in ["dana", "petra", "lars"] {
            assert_eq!(found(w, who, &ids, &starts).await, 0, "{who}");
        }
        for who in ["omar", "grace"] {
            assert!(found(w, who, &ids, &starts).await >= 10, "{who}");
        }
        // A contributor hears of what is joint, and not of what its side plans alone.
        let amina = w.ask("amina", "query($id: ID!, $i: ID!) { node(id: $id) { id } issue: node(id: $i) { id } }", json!({ "id": ids[0], "i": named.at("/answer/id") })).await;
        assert_eq!((amina.at("/node"), amina.at("/issue/id")), (Value::Null, named.at("/answer/id")));
        w.command("amina", "nameAdvocacyIssue", json!({ "partnershipId": w.partnership().await, "title": "x", "description": "x", "audience": "OWN_SIDE" }), "id").await.refused("FORBIDDEN");
    }
}

scenario! {
    async fn a_joint_strategy_counts_when_every_side_consents(w: World) {
        for (who, other) in [("dana", "omar"), ("omar", "dana")] {
            let named = issue(w, who, "PARTNERSHIP").await;
            let strategy = draft(w, who, &named, "JOINT").await;
            w.command(who, "adoptAdvocacyStrategy", at(&strategy, 1, json!({})), "id").await.refused("REFUSED").by("JOINT_BY_ALL");
            let asked = w.command(who, "proposeAdvocacyStrategy", at(&strategy, 1, json!({})), "state openRequest { id contentHash }").await;
            let request = asked.at("/answer/openRequest");
            let refuse = json!({ "requestId": request["id"], "contentHash": request["contentHash"], "reason": "Not without the women's union." });
            w.command(other, "refuseConsent", refuse, "state").await.data();
            let amended = w.command(other, "amendAdvocacyStrategy", at(&strategy, 3, json!({ "allies": "The forum and the women's union." })), "state version").await;
            assert_eq!(amended.text("/answer/state"), "DRAFT");
            let asked = w.command(other, "proposeAdvocacyStrategy", at(&strategy, 4, json!({})), "openRequest { id contentHash content }").await;
            for signatory in [who, other] {
                let request = asked.at("/answer/openRequest");
                w.command(signatory, "giveConsent", json!({ "requestId": request["id"], "contentHash": request["contentHash"] }), "state").await.data();
            }
            w.command(who, "amendAdvocacyStrategy", at(&strategy, 6, json!({ "goals": "x" })), "id").await.refused("REFUSED").by("STATE_ALLOWS");
            let campaign = json!({ "strategyId": strategy.at("/answer/id"), "title": "Visit", "startsOn": "2026-07-01", "signatories": "Both directors" });
            let started = w.command(other, "startCampaign", campaign, "id strategy { state issue { title } }").await;
            assert_eq!(started.text("/answer/strategy/state"), "ADOPTED");
            w.command(who, "updateCampaign", at(&started, 1, json!({ "signatories": "x" })), "id").await.refused("REFUSED").by("WHO_SAID_IT");
            w.command(other, "updateCampaign", at(&started, 1, json!({ "signatories": "Both directors and the union" })), "id").await.data();
            w.command(who, "endCampaign", at(&started, 2, json!({ "outcome": "x" })), "id").await.refused("REFUSED").by("WHO_SAID_IT");
            w.command(other, "endCampaign", at(&started, 2, json!({ "outcome": "A line of 4 % from 2027." })), "endedAt").await.data();
            w.command(other, "updateCampaign", at(&started, 3, json!({ "signatories": "x" })), "id").await.refused("REFUSED").by("CAMPAIGN_GOES_ON");
            let second = draft(w, who, &named, "JOINT").await;
            let asked = w.command(who, "proposeAdvocacyStrategy", at(&second, 1, json!({})), "openRequest { id contentHash }").await.at("/answer/openRequest");
            w.command(other, "closeAdvocacyIssue", at(&named, 1, json!({ "outcome": "x" })), "id").await.refused("REFUSED").by("WHO_SAID_IT");
            w.command(who, "closeAdvocacyIssue", at(&named, 1, json!({ "outcome": "Paid." })), "closedAt").await.data();
            draft(w, who, &named, "JOINT").await.refused("REFUSED").by("ISSUE_IS_OPEN");
            let late = json!({ "requestId": asked["id"], "contentHash": asked["contentHash"] });
            w.command(other, "giveConsent", late, "state").await.refused("REFUSED").by("REQUEST_IS_OPEN");
            w.command(who, "proposeAdvocacyStrategy", at(&second, 3, json!({})), "id").await.refused("REFUSED").by("ISSUE_IS_OPEN");
        }
        assert_eq!(w.ask("petra", "query($p: ID!) { partnership(id: $p) { advocacyIssues(first: 5) { totalCount } } }", json!({ "p": w.partnership().await })).await.at("/partnership/advocacyIssues/totalCount"), 2);
    }
}
