//! No statement reads a large table from end to end, and none is sent for every row: every root field of the schema, at the
//! size of the benchmark, with the plans that PostgreSQL makes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};

use crate::support::World;

/// A table with so many rows is large.
const LARGE: i64 = 10_000;
/// More statements than these are not sent for one field, however many rows it answers with.
const MOST: i64 = 12;
/// Fields that read no record.
const SMALL: &[&str] = &["catalogue", "catalogues", "errorCodes", "limits", "riskMatrix", "streamPosition", "schema"];

/// Documents for the root fields, with what hangs on them; pulls are made from the schema.
fn documents() -> Vec<(&'static str, &'static str)> {
    vec![
        (
            "partnership",
            "partnership(id: $p) { title sides { shownAs organisation { name redactions } roles { shownAs person { name } } } risks(first: 50) { edges { cursor node { title levelRecord { level } perceptions { likelihood } } } pageInfo { endCursor } } sharingProtocols { id } openConsentRequests { id } }",
        ),
        (
            "partnerships",
            "partnerships(first: 40) { edges { cursor node { title sides { organisation { name } } risks(first: 5) { totalCount edges { node { title } } } } } pageInfo { hasNextPage } }",
        ),
        (
            "partnerships",
            "partnerships(first: 20, country: \"SS\", state: ACTIVE) { totalCount edges { node { id } } }",
        ),
        (
            "risk",
            "risk(id: $r) { title threat { title } partnership { title } perceptions { side { shownAs } } levelRecord { score } levelRecords { level } openProposal { id } }",
        ),
        ("risks", "risks(first: 100) { edges { cursor node { title partnership { title } } } }"),
        ("risks", "risks(first: 100, minLevel: CRITICAL, watchlist: false) { totalCount edges { node { title } } }"),
        ("risks", "risks(last: 100, partnershipId: $p) { edges { node { title threat { title } } } }"),
        ("partnership", "partnership(id: $p) { foundations { missing } riskAttitudeComparison { differs } }"),
        (
            "partnership",
            "partnership(id: $p) { principles { principle } riskTransfers { title toSide { id } } dutiesOfCare { moral } endAssessments { measures } concerns(first: 20) { totalCount edges { node { title overdue } } } }",
        ),
        (
            "reviews",
            "reviews(partnershipId: $p, first: 20) { edges { node { title monitoringOverdue participationBalance { missing } questions { text answers { text } } indicators { title ratings { category } actions { title } } checks { notes } openRequest { id } } } }",
        ),
        ("review", "review(id: $r) { title submissions { id } actions { title overdue } }"),
        ("concerns", "concerns(partnershipId: $p, first: 50) { totalCount edges { node { title side { shownAs } } } }"),
        (
            "libraryItems",
            "libraryItems(first: 50, partnershipId: $p, kind: TOOL, language: \"en\") { totalCount edges { node { title previous { id } translations { language } } } }",
        ),
        ("missingTranslations", "missingTranslations(partnershipId: $p) { workId language }"),
        ("partnership", "partnership(id: $p) { dialogue { meetingDueOn sides { notDiscussed } } }"),
        (
            "partnership",
            "partnership(id: $p) { decisions(first: 20) { edges { node { title contributions { text } openRequest { id } } } } capacityNeeds { title activities { title } } }",
        ),
        (
            "partnership",
            "partnership(id: $p) { conversations(first: 20) { edges { node { topic accounts { view } } } } policyConsultations(first: 20) { edges { node { policy responses { position } } } } advocacyIssues(first: 20) { edges { node { title strategies { title campaigns { title } } } } } }",
        ),
        (
            "partnership",
            "partnership(id: $p) { dashboard { waiting { missingSides } reviews { state waitsFor } overdue { title } disputedRisks { title } topRisks { title level } } }",
        ),
        ("threats", "threats(partnershipId: $p, first: 50) { edges { node { title partnership { title } } } }"),
        ("consentRequests", "consentRequests(first: 50) { totalCount edges { node { id consents { id } } } }"),
        (
            "consentRequests",
            "consentRequests(first: 50, subjectId: $r, state: OPEN) { edges { node { id missingSides { id } } } }",
        ),
        (
            "organisation",
            "organisation(id: $o) { name people(first: 20) { edges { node { name memberships { role } } } } memberships { role person { name } } }",
        ),
        ("organisations", "organisations(first: 100) { edges { node { name redactions } } }"),
        (
            "organisations",
            "organisations(first: 100, kind: LOCAL, country: \"SS\") { totalCount edges { node { name } } }",
        ),
        ("person", "person(id: $u) { name organisation { name } memberships { role } }"),
        ("node", "node(id: $r) { ... on Risk { title partnership { title } } }"),
        (
            "incident",
            "incident(id: $i) { title organisation { name } duplicates { id } releases { id } restricted { id } victims { killed } }",
        ),
        ("incidents", "incidents(first: 100) { edges { cursor node { title organisation { name } } } }"),
        (
            "incidents",
            "incidents(first: 20, filter: { country: \"SS\", fromYear: 2024, organisationId: $o }) { totalCount edges { node { id } } }",
        ),
        ("incidentSummary", "incidentSummary(by: YEAR, organisationId: $o) { group incidents }"),
        (
            "incidentReleasePreview",
            "incidentReleasePreview(incidentId: $i, partnershipId: $p, level: BASIC) { __typename }",
        ),
        ("ledger", "ledger(space: PARTNERSHIP, subjectId: $p, first: 100) { entries { seq event } }"),
        ("events", "events(first: 100) { events { event record { id } } }"),
        (
            "changes",
            "changes(collections: [risk, riskLevelRecord, partnership, incident], first: 1000) { changes { kind risk { title } incident { title } } checkpoint hasMore }",
        ),
        ("me", "me { person { name organisation { name } } standings { rights } }"),
        ("devices", "devices { id }"),
        ("syncCommands", "syncCommands(status: DONE) { id }"),
        ("syncConflicts", "syncConflicts(first: 50) { totalCount edges { node { id } } }"),
        ("syncStatus", "syncStatus(collection: \"risk\") { __typename }"),
    ]
}

/// Tables that a plan reads from end to end.
fn scanned(plan: &Value, out: &mut BTreeSet<String>) {
    match plan {
        Value::Object(node) => {
            if node.get("Node Type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("Seq Scan")) {
                out.insert(node["Relation Name"].as_str().unwrap().to_owned());
            }
            node.values().for_each(|value| scanned(value, out));
        }
        Value::Array(items) => items.iter().for_each(|item| scanned(item, out)),
        _ => {}
    }
}

/// A few spaces may be read as far as the limit each, and sorted.
const FEW_SPACES: u64 = 10;

/// Whether a feed is read space by space, each along its index, and no further than the limit.
fn stops_at_the_limit(plan: &Value) -> bool {
    let below = |plan: &Value, at: usize| plan.pointer(&format!("/Plans/{at}")).cloned().unwrap_or_default();
    let is = |plan: &Value, kind: &str| plan["Node Type"] == kind;
    let aggregate = plan.pointer("/0/Plan").cloned().unwrap_or_default();
    let limit = below(&aggregate, 0);
    let sorted = below(&limit, 0);
    let looped = below(&sorted, 0);
    let few = below(&below(&looped, 0), 0)["Plan Rows"].as_u64().is_some_and(|spaces| spaces <= FEW_SPACES);
    let of_space = below(&looped, 1);
    let entries = below(&of_space, 0);
    is(&limit, "Limit")
        && (is(&sorted, "Incremental Sort") || few && is(&sorted, "Sort"))
        && is(&looped, "Nested Loop")
        && is(&of_space, "Limit")
        && is(&entries, "Index Scan")
        && entries["Index Name"] == "publication_feed"
}

async fn large_tables(database: &DatabaseConnection) -> BTreeMap<String, i64> {
    let sql = "SELECT relname::text, reltuples::bigint AS rows FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace";
    let rows = database.query_all_raw(Statement::from_string(database.get_database_backend(), sql)).await.unwrap();
    let rows = rows.iter().map(|row| (row.try_get("", "relname").unwrap(), row.try_get("", "rows").unwrap()));
    rows.filter(|(_, rows)| *rows >= LARGE).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_root_field_reads_a_large_table_from_end_to_end() {
    let heard: Arc<Mutex<Vec<Statement>>> = Arc::default();
    let told = heard.clone();
    let Some(w) = World::large(move |statement| told.lock().unwrap().push(statement.clone())).await else { return };
    let database = w.database().await;
    let large = large_tables(&database).await;
    for table in ["risk", "risk_level_record", "incident", "publication", "ledger", "side_role"] {
        assert!(large.contains_key(table), "{table} is large: {large:?}");
    }
    let types = &w.server.gate.types;
    let mut documents: Vec<(String, String)> =
        documents().into_iter().map(|(n, d)| (n.to_owned(), d.to_owned())).collect();
    for (name, _) in types.root("Query").filter(|(name, _)| name.starts_with("pull")) {
        documents.push((
            name.to_owned(),
            format!("{name}(limit: 1000) {{ documents {{ id deleted }} checkpoint {{ cursor }} }}"),
        ));
    }
    for (name, _) in types.root("Query") {
        assert!(
            SMALL.contains(&name) || documents.iter().any(|(known, _)| known == name),
            "{name} has no document here"
        );
    }
    let mut faults = Vec::new();
    let mut feeds = 0;
    for who in ["all", "some", "one"] {
        let mine = w.ask(who, "{ partnerships(first: 1) { edges { node { id risks(first: 1) { edges { node { id } } } } } } me { person { id organisation { id } } } incidents(first: 1) { edges { node { id } } } }", Value::Null).await;
        let first = mine.at("/partnerships/edges/0/node");
        let variables = json!({
            "p": first["id"], "r": first["risks"]["edges"][0]["node"]["id"], "u": mine.at("/me/person/id"),
            "o": mine.at("/me/person/organisation/id"),
            // Who sees no incident asks for what is none.
            "i": mine.data().pointer("/incidents/edges/0/node/id").unwrap_or(&first["id"]),
        });
        for (name, document) in &documents {
            let query = format!(
                "query($p: ID!, $r: ID!, $o: ID!, $u: ID!, $i: ID!) {{ {document} all: node(id: $p) {{ id }} two: node(id: $r) {{ id }} three: node(id: $o) {{ id }} four: node(id: $u) {{ id }} five: node(id: $i) {{ id }} }}"
            );
            heard.lock().unwrap().clear();
            let answer = w.ask(who, &query, variables.clone()).await;
            // Some may not be theirs to ask; what was sent for them is looked at all the same.
            let code = answer.body["errors"][0]["extensions"]["code"].clone();
            if !code.is_null() && ["FORBIDDEN", "NOT_FOUND", "REFUSED"].iter().all(|known| code != *known) {
                faults.push(format!("{who} {name}: {}", answer.text));
            }
            let statements = std::mem::take(&mut *heard.lock().unwrap());
            // Ten of them are those of the five nodes.
            let sent = i64::try_from(statements.len()).unwrap() - 10;
            if sent > MOST {
                faults.push(format!("{who} {name}: {sent} statements"));
            }
            for statement in statements {
                let words = statement.sql.trim_start().split(' ').next().unwrap_or_default().to_uppercase();
                if !["SELECT", "WITH", "INSERT", "UPDATE"].contains(&words.as_str()) {
                    continue;
                }
                let explain =
                    Statement { sql: format!("EXPLAIN (FORMAT JSON) {}", statement.sql), ..statement.clone() };
                let plan = database.query_one_raw(explain).await.unwrap().unwrap();
                let plan: Value = plan.try_get_by_index(0).unwrap();
                let mut tables = BTreeSet::new();
                scanned(&plan, &mut tables);
                if statement.sql.contains("FROM publication p") && statement.sql.contains(" LATERAL ") {
                    feeds += 1;
                    if !stops_at_the_limit(&plan) {
                        faults.push(format!("{who} {name}: a feed is read to its end: {plan}"));
                    }
                }
                for table in tables.iter().filter(|table| large.contains_key(*table)) {
                    faults.push(format!("{who} {name}: {table} is read from end to end by {}", statement.sql));
                }
            }
        }
    }
    faults.dedup();
    database.close().await.unwrap();
    w.give_up().await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(feeds > 0, "no feed was read");
}
