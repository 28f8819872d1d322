//! A document, its answer, and what it left in the ledger: one file, the same on both databases. The number of SQL
//! statements stands beside it, for each database: more rows must not mean more statements.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::{World, golden};

struct Teller<'w> {
    w: &'w World,
    partnership: String,
    seen: i64,
    out: String,
    statements: String,
}

impl Teller<'_> {
    async fn ledger(&mut self) -> Vec<String> {
        let query = "query($id: ID!, $after: Int!) { ledger(space: PARTNERSHIP, subjectId: $id, afterSeq: $after, first: 100) { entries { seq event kind command } } }";
        let page = self.w.ask("dana", query, json!({ "id": self.partnership, "after": self.seen })).await;
        let entries = page.at("/ledger/entries");
        let entries = entries.as_array().unwrap();
        self.seen += i64::try_from(entries.len()).unwrap();
        let word = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
        entries.iter().map(|e| format!("{} {} by {}", word(e, "event"), word(e, "kind"), word(e, "command"))).collect()
    }

    async fn tell(&mut self, title: &str, who: &str, query: &str, variables: Value) -> Value {
        let token = format!("Bearer {}", self.w.token(who));
        let headers = [("authorization", token.as_str()), ("x-cost", "1")];
        let answer = self.w.post(json!({ "query": query, "variables": variables }), &headers).await;
        let cost = &answer.body["extensions"]["cost"];
        writeln!(self.out, "# {title} ({who})\n\n{query}\n").unwrap();
        writeln!(self.out, "{}\n", serde_json::to_string_pretty(answer.data()).unwrap()).unwrap();
        writeln!(self.out, "cost {}", cost["requested"]).unwrap();
        writeln!(self.statements, "{:>3}  {title}", cost["statements"].as_i64().unwrap()).unwrap();
        for entry in self.ledger().await {
            writeln!(self.out, "ledger: {entry}").unwrap();
        }
        self.out.push('\n');
        answer.data().clone()
    }
}

scenario! {
    async fn documents_answers_statements_and_ledgers(w: World) {
        let road = w.risk("Abduction on the Bentiu road").await;
        let partnership = w.partnership().await;
        let mut t = Teller { w, partnership, seen: 0, out: String::new(), statements: String::new() };
        while !t.ledger().await.is_empty() {}
        let nested = "query { partnerships(first: 5) { edges { node { title state sides { shownAs organisation { name redactions } roles { role shownAs person { name } } } \
            risks(first: 2) { totalCount edges { node { title level threat { title } perceptions { level side { shownAs } } levelRecord { score basedOn } } } pageInfo { hasNextPage } } } } } }";
        t.tell("A partnership with everything that hangs on it", "omar", nested, Value::Null).await;
        t.tell("Who am I", "petra", "query { me { person { name organisation { name } memberships { role } } account { subject } standings { space rights } } }", Value::Null).await;
        let perceive = "mutation($r: ID!, $l: Likelihood!, $i: Impact!) { recordPerception(input: { riskId: $r, likelihood: $l, impact: $i, rationale: \"x\" }) { state level provisional } }";
        t.tell("One side speaks", "dana", perceive, json!({ "r": road, "l": 4, "i": 3 })).await;
        t.tell("The other side disagrees", "omar", perceive, json!({ "r": road, "l": 3, "i": 5 })).await;
        let propose = "mutation($r: ID!) { proposeLevel(input: { riskId: $r, likelihood: 4, impact: 4, rationale: \"x\" }) { id contentHash state } }";
        let request = t.tell("A joint level is proposed", "dana", propose, json!({ "r": road })).await["proposeLevel"].clone();
        let consent = "mutation($r: ID!, $h: ContentHash!) { giveConsent(input: { requestId: $r, contentHash: $h }) { state } }";
        let variables = json!({ "r": request["id"], "h": request["contentHash"] });
        t.tell("One side consents", "omar", consent, variables.clone()).await;
        t.tell("The last side consents", "dana", consent, variables).await;
        t.tell("How it came about", "amina", "query($id: ID!) { risk(id: $id) { state level score levelRecords { level score provisional previousLevel side { shownAs } } } }", json!({ "id": road })).await;
        let out = std::mem::take(&mut t.out);
        golden("tests/golden/documents.md", &out);
        golden(&format!("tests/golden/statements_{:?}.txt", t.w.backend).to_lowercase(), &t.statements);
    }
}
