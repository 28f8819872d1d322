//! The ledgers: contiguous under any load, and nothing in them can be changed unseen.

use std::{sync::Arc, time::Instant};

use safepact::platform::{chain, verify};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Backend, World};

scenario! {
    async fn a_client_can_check_the_chain_itself(w: World) {
        let query = "query($id: ID!, $after: Int!) { ledger(space: PARTNERSHIP, subjectId: $id, afterSeq: $after, first: 100) \
            { headSeq headHash entries { seq event kind actor authority command payloadDigest prevHash hash } } }";
        let id = w.partnership().await;
        let page = w.ask("omar", query, json!({ "id": id, "after": 0 })).await;
        let entries = page.at("/ledger/entries").as_array().unwrap().clone();
        let mut before = "0".repeat(64);
        for (at, entry) in entries.iter().enumerate() {
            assert_eq!(entry["seq"], at + 1);
            assert_eq!(entry["prevHash"], before);
            before = entry["hash"].as_str().unwrap().to_owned();
        }
        assert_eq!(page.at("/ledger/headHash"), before);
        assert_eq!(page.at("/ledger/headSeq"), entries.len());
        let given = entries.iter().find(|entry| entry["event"] == "consent.given").unwrap();
        assert_eq!(given["command"], "giveConsent");
        assert!(given["authority"].is_string(), "who acted did so under a standing");
        // Who that is, a side shows as it chooses; the person's id would tell more, and for ever.
        assert!(entries.iter().all(|entry| entry["actor"].is_null()));
        let organisation = w.ask("grace", "{ me { person { organisation { id } } } }", Value::Null).await.at("/me/person/organisation/id");
        let own = "query($id: ID!) { ledger(space: ORGANISATION, subjectId: $id, afterSeq: 5) { entries { actor event } } }";
        let own = w.ask("grace", own, json!({ "id": organisation })).await;
        assert!(own.at("/ledger/entries").as_array().unwrap().iter().all(|entry| entry["actor"].is_string()), "{}", own.text);
        assert!(own.text.contains("account.opened"), "an organisation sees who signs in for it");
        // Both sides see the same history; a viewer and a stranger see none.
        assert_eq!(w.ask("dana", query, json!({ "id": id, "after": 0 })).await.data(), page.data());
        w.ask("sam", query, json!({ "id": id, "after": 0 })).await.refused("NOT_FOUND");
        w.ask("petra", query, json!({ "id": id, "after": 0 })).await.refused("NOT_FOUND");
    }
}

/// Runs SQL that no program of ours could: the triggers are taken away first.
async fn tamper(w: &World, sql: &[String]) {
    let db = w.database().await;
    let triggers: &[&str] = match w.backend {
        Backend::Sqlite => &["DROP TRIGGER IF EXISTS ledger_append_only", "DROP TRIGGER IF EXISTS ledger_no_delete"],
        Backend::Postgres => &["DROP TRIGGER IF EXISTS ledger_append_only ON ledger"],
    };
    for statement in triggers.iter().map(|s| (*s).to_owned()).chain(sql.iter().cloned()) {
        db.execute_unprepared(&statement).await.unwrap_or_else(|e| panic!("{statement}: {e}"));
    }
    db.close().await.unwrap();
}

async fn partnership_space(w: &World) -> i32 {
    let db = w.database().await;
    let sql = "SELECT no FROM space WHERE kind = 'PARTNERSHIP' ORDER BY head_seq DESC LIMIT 1";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    let no = row.try_get("", "no").unwrap();
    db.close().await.unwrap();
    no
}

async fn first_fault(w: &World) -> (i32, i64) {
    let report = verify::verify(&w.platform).await.unwrap();
    assert_eq!(report.faults.len(), 1, "{report:?}");
    (report.faults[0].space_no, report.faults[0].seq)
}

macro_rules! found {
    ($name:ident, $seq:expr, |$no:ident| $sql:expr) => {
        mod $name {
            use super::*;

            async fn story(w: World) {
                let $no = partnership_space(&w).await;
                tamper(&w, &$sql).await;
                assert_eq!(first_fault(&w).await, ($no, $seq));
                w.give_up().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                story(World::start(Backend::Sqlite).await.unwrap()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let Some(w) = World::start(Backend::Postgres).await else { return };
                story(w).await;
            }
        }
    };
}

found! { a_changed_entry_is_found, 5, |no| [format!("UPDATE ledger SET event = 'nothing.happened' WHERE space_no = {no} AND seq = 5")] }
found! { a_changed_payload_is_found, 6, |no| [format!("UPDATE ledger SET payload = '{{}}' WHERE space_no = {no} AND seq = 6")] }
found! { a_removed_entry_is_found, 7, |no| [format!("DELETE FROM ledger WHERE space_no = {no} AND seq = 7")] }
found! { a_cut_tail_is_found, 10, |no| [format!("DELETE FROM ledger WHERE space_no = {no} AND seq >= 10")] }
found! { swapped_entries_are_found, 3, |no| [
    format!("UPDATE ledger SET seq = 1000003 WHERE space_no = {no} AND seq = 3"),
    format!("UPDATE ledger SET seq = 3 WHERE space_no = {no} AND seq = 4"),
    format!("UPDATE ledger SET seq = 4 WHERE space_no = {no} AND seq = 1000003"),
] }
found! { a_flipped_bit_is_found, 8, |no| [format!("UPDATE ledger SET payload_digest = hash WHERE space_no = {no} AND seq = 8")] }

scenario! {
    async fn the_database_itself_refuses_to_rewrite_a_ledger(w: World) {
        let db = w.database().await;
        for sql in ["UPDATE ledger SET event = 'x' WHERE seq = 1", "DELETE FROM ledger WHERE seq = 1"] {
            let error = db.execute_unprepared(sql).await.unwrap_err();
            assert!(error.to_string().contains("append-only"), "{error}");
        }
        // Erasure is the one exception: the content goes, the chain stays whole.
        let no = partnership_space(w).await;
        db.execute_unprepared(&format!("UPDATE ledger SET payload = NULL, salt = NULL WHERE space_no = {no} AND seq = 4")).await.unwrap();
        db.close().await.unwrap();
    }
}

scenario! {
    async fn rows_carry_exactly_the_spaces_they_are_published_in(w: World) {
        if w.backend == Backend::Sqlite {
            return;
        }
        let db = w.database().await;
        for table in ["organisation", "person", "account", "membership", "partnership", "partnership_side", "side_role",
            "consent_request", "consent", "threat", "risk", "risk_perception", "risk_level_record", "incident", "incident_restricted",
            "sharing_protocol", "incident_release", "sync_conflict", "sync_command", "device", "principle_adoption", "risk_attitude", "risk_transfer", "no_risk_transfer",
            "duty_of_care_statement", "concern", "review", "review_question", "review_answer", "review_submission", "review_note", "review_indicator", "category_definitions", "indicator_rating", "review_action", "monitoring_check", "end_assessment", "review_session", "related_assessment", "conversation", "conversation_account", "communication_plan", "communication_contact", "feedback", "shared_practice", "health_check", "decision", "decision_contribution", "policy_consultation", "policy_response", "strength", "benefit", "understanding", "srm_role", "capacity_declaration", "capacity_need", "capacity_activity", "library_item", "advocacy_issue", "advocacy_strategy", "campaign"] {
            let sql = format!(
                "SELECT count(*) AS n, count(*) FILTER (WHERE r.spaces IS DISTINCT FROM (SELECT coalesce(array_agg(p.space_no ORDER BY p.space_no), '{{}}') \
                 FROM publication p WHERE p.record_id = r.id AND p.live)) AS wrong FROM {table} r");
            let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
            let (n, wrong): (i64, i64) = (row.try_get("", "n").unwrap(), row.try_get("", "wrong").unwrap());
            assert!(wrong == 0, "{table}: {wrong} of {n}");
            // So do those that see the lesser level, as negative numbers.
            let sql = format!(
                "SELECT count(*) AS wrong FROM {table} r WHERE coalesce((SELECT array_agg(x ORDER BY x) FROM unnest(r.lesser) x), '{{}}') IS DISTINCT FROM \
                 (SELECT coalesce(array_agg(-p.space_no ORDER BY -p.space_no), '{{}}') FROM publication p WHERE p.record_id = r.id AND p.live AND p.level = 1)");
            let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
            assert_eq!(row.try_get::<i64>("", "wrong").unwrap(), 0, "{table}");
        }
        db.close().await.unwrap();
    }
}

/// A partnership of Northlight with Harbour, with one risk.
async fn another_risk(w: &World, n: usize) -> String {
    let all = w.ask("lars", "{ organisations { edges { node { id name } } } }", Value::Null).await;
    let id = |name: &str| {
        let edges = all.at("/organisations/edges");
        edges.as_array().unwrap().iter().find(|e| e["node"]["name"] == name).unwrap()["node"]["id"].clone()
    };
    let input = json!({
        "organisationId": id("Northlight Relief"), "partnerIds": [id("Harbour Aid Network")],
        "title": format!("Partnership {n}"), "scope": "S", "country": "SS", "noAgreement": true,
    });
    let made = w.act("dana", "createPartnership", "CreatePartnershipInput", input, "id").await;
    let propose = json!({ "id": made.at("/answer/id"), "expectedVersion": 1 });
    w.act("dana", "proposePartnership", "ProposePartnershipInput", propose, "id").await.data();
    let threat = json!({ "partnershipId": made.at("/answer/id"), "title": "Flood", "kind": "HAZARD" });
    let threat = w.act("dana", "identifyThreat", "IdentifyThreatInput", threat, "id").await;
    let risk = json!({ "threatId": threat.at("/answer/id"), "title": "Cut off", "origin": "PRE_EXISTING" });
    w.act("dana", "identifyRisk", "IdentifyRiskInput", risk, "id").await.text("/answer/id")
}

/// Many writers at once; all are answered, and the ledgers hold every one of their commands.
async fn write_at_once(w: &Arc<World>, risks: &[String], writers: usize, each: usize) -> f64 {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        let (w, risk) = (w.clone(), risks[writer % risks.len()].clone());
        tasks.spawn(async move {
            for n in 0..each {
                let rationale = format!("writer {writer}, view {n}");
                let input = json!({ "riskId": risk, "likelihood": 1 + n % 5, "impact": 1 + writer % 5, "rationale": rationale });
                w.act("dana", "recordPerception", "RecordPerceptionInput", input, "id").await.data();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    (writers * each) as f64 / began.elapsed().as_secs_f64()
}

async fn sixteen_writers(backend: Backend) {
    let Some(w) = World::start(backend).await else { return };
    let mut risks = Vec::new();
    for n in 0..16 {
        risks.push(another_risk(&w, n).await);
    }
    let w = Arc::new(w);
    let one = write_at_once(&w, &risks[..1], 1, 24).await;
    let many = write_at_once(&w, &risks, 16, 6).await;
    let same = write_at_once(&w, &risks[..1], 16, 3).await;
    println!(
        "{backend:?}: commands a second: one writer {one:.0}, 16 in different spaces {many:.0}, 16 in one space {same:.0}"
    );
    let query = "query($id: ID!) { risk(id: $id) { levelRecords { id } perceptions { id } } }";
    let first = w.ask("dana", query, json!({ "id": risks[0] })).await;
    assert_eq!(first.at("/risk/levelRecords").as_array().unwrap().len(), 24 + 6 + 48, "every command left its record");
    assert_eq!(first.at("/risk/perceptions").as_array().unwrap().len(), 1);
    Arc::into_inner(w).unwrap().end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_writers_leave_no_gap_on_sqlite() {
    sixteen_writers(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_writers_leave_no_gap_on_postgres() {
    sixteen_writers(Backend::Postgres).await;
}

#[test]
fn hashes_do_not_change_with_the_program() {
    let entry = entity::ledger::Model {
        space_no: 7,
        seq: 1,
        at: "2026-06-01T08:00:00.000001Z".parse().unwrap(),
        event: "risk.level_changed".into(),
        kind: entity::Kind::RiskLevelRecord,
        record_id: entity::Id(uuid::Uuid::from_u128(1)),
        version: 1,
        live: true,
        command: "giveConsent".into(),
        actor: entity::Id(uuid::Uuid::from_u128(2)),
        authority: None,
        request_id: "r".into(),
        payload: Some("{}".into()),
        salt: Some(vec![1; 16]),
        payload_digest: chain::digest(&[1; 16], "{}"),
        prev_hash: vec![0; 32],
        hash: Vec::new(),
    };
    // Computed by an independent CBOR encoder: a change of this text would break every ledger that exists.
    assert_eq!(chain::hex(&chain::hash(&entry)), "fcb3143166d49c3de5bb562d54e7e8711c086e510765685a69446cae4f336d0d");
}

scenario! {
    async fn a_record_that_is_shown_to_strangers_is_found(w: World) {
        let risk = w.risk("Looting of the store").await;
        let db = w.database().await;
        let sql = "INSERT INTO publication (record_id, space_no, kind, seq, level, live) \
                   SELECT r.id, s.no, 'RISK', 1, 2, $1 FROM risk r, space s WHERE r.title = 'Looting of the store' AND s.kind = 'NETWORK'";
        let forge = |sql: &str| Statement::from_sql_and_values(db.get_database_backend(), sql, [true.into()]);
        db.execute_raw(forge(sql)).await.unwrap();
        let report = verify::verify(&w.platform).await.unwrap();
        assert_eq!(report.misplaced.iter().map(|record| record.id.to_string()).collect::<Vec<_>>(), [risk]);
        assert_eq!(report.faults.len(), 1, "and the ledger of the network knows nothing of it");
        let sql = "DELETE FROM publication WHERE live = $1 AND kind = 'RISK' AND space_no IN (SELECT no FROM space WHERE kind = 'NETWORK')";
        db.execute_raw(forge(sql)).await.unwrap();
        db.close().await.unwrap();
    }
}
