//! Random histories against an oracle. Devices write, lose answers, come back; people gain and lose access, by word and by
//! time; servers restart, histories are replaced. At rest every device holds exactly what plain SQL over the tables says
//! that its person may see, and no page ever carried anything else.
//!
//! `SAFEPACT_MODEL_HISTORIES` says how many histories run on each database; a failure prints its seed, and
//! `SAFEPACT_MODEL_SEED` plays that one again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use safepact::sync::{answer, collections};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};

use crate::{
    support::{Backend, Phone, World},
    sync::person,
};

/// Histories that share one world: a seed plays them in turn.
const IN_A_WORLD: usize = 25;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn of<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        let sides = u64::try_from(items.len()).unwrap();
        if sides == 0 { None } else { items.get(usize::try_from(self.roll(sides)).unwrap()) }
    }

    fn happens(&mut self, one_in: u64) -> bool {
        self.roll(one_in) == 0
    }
}

/// What a person may see of incidents: id to (level, version, title).
type Visible = BTreeMap<String, (i32, i32, Option<String>)>;

/// Memberships that count now, and partnerships in which a person reads incidents, written without a thought of spaces.
const VISIBLE: &str = "
WITH works AS (
  SELECT organisation_id, role FROM membership
  WHERE person_id = $1 AND valid_from <= $2 AND (valid_until IS NULL OR valid_until > $2)
), reads AS (
  SELECT s.partnership_id FROM partnership_side s JOIN works w ON w.organisation_id = s.organisation_id AND w.role = 'REPRESENTATIVE'
  UNION
  SELECT r.partnership_id FROM side_role r JOIN partnership_side s ON s.id = r.side_id
  JOIN works w ON w.organisation_id = s.organisation_id
  WHERE r.person_id = $1 AND r.role IN ('SIGNATORY', 'SRM_FOCAL_POINT')
    AND r.valid_from <= $2 AND (r.valid_until IS NULL OR r.valid_until > $2)
), seen AS (
  SELECT i.id, 2 AS level FROM incident i JOIN works w ON w.organisation_id = i.organisation_id
  WHERE w.role IN ('REPRESENTATIVE', 'SECURITY_FOCAL_POINT')
  UNION ALL
  SELECT i.id, 2 FROM incident i
  WHERE (i.captured_by_id = $1 OR i.created_by = $1) AND i.imported_version IS NULL AND EXISTS (SELECT 1 FROM works)
  UNION ALL
  SELECT l.incident_id, CASE l.level WHEN 'FULL' THEN 2 ELSE 1 END FROM incident_release l
  WHERE l.live AND l.partnership_id IN (SELECT partnership_id FROM reads)
)
SELECT i.id, max(seen.level) AS level, i.version, i.title FROM seen JOIN incident i ON i.id = seen.id
GROUP BY i.id, i.version, i.title";

async fn visible(w: &World, db: &DatabaseConnection, person: &str) -> Visible {
    let person: uuid::Uuid = person.parse().unwrap();
    let values = [person.into(), w.platform.env.now().into()];
    let rows =
        db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), VISIBLE, values)).await.unwrap();
    let row = |row: &sea_orm::QueryResult| {
        let id: uuid::Uuid = row.try_get("", "id").unwrap();
        let level: i32 = row.try_get("", "level").unwrap();
        (id.to_string(), (level, row.try_get("", "version").unwrap(), row.try_get("", "title").unwrap()))
    };
    rows.iter().map(row).collect()
}

struct Model {
    w: World,
    db: DatabaseConnection,
    dice: Dice,
    phones: Vec<Phone>,
    people: BTreeMap<&'static str, String>,
    partnership: String,
    dana_side: String,
    /// Everything that a person could ever see: no tombstone may name anything else.
    ever: BTreeMap<&'static str, BTreeSet<String>>,
    /// Writes whose answer was lost: they are sent again.
    unanswered: Vec<(usize, String, Value)>,
    made: u64,
    /// What happened, for who must understand a failure.
    story: Vec<String>,
}

const OWNERS: [&str; 9] = ["omar", "omar", "amina", "amina", "dana", "dana", "grace", "lars", "sam"];

impl Model {
    async fn new(w: World, seed: u64) -> Self {
        let db = w.database().await;
        let mut people = BTreeMap::new();
        for who in OWNERS {
            people.insert(who, person(&w, who).await);
        }
        let (partnership, (dana_side, _)) = (w.partnership().await, w.sides().await);
        let phones = OWNERS.iter().map(|who| Phone::new(who, "incident")).collect();
        let (ever, story) = (BTreeMap::new(), Vec::new());
        Self {
            w,
            db,
            dice: Dice(seed),
            phones,
            people,
            partnership,
            dana_side,
            ever,
            unanswered: Vec::new(),
            made: 0,
            story,
        }
    }

    /// What a person sees now; remembered, so that a later tombstone can be judged.
    async fn sees(&mut self, who: &'static str) -> Visible {
        let seen = visible(&self.w, &self.db, &self.people[who]).await;
        self.ever.entry(who).or_default().extend(seen.keys().cloned());
        seen
    }

    async fn everybody_looks(&mut self) {
        for who in ["omar", "amina", "dana", "grace", "lars", "sam"] {
            self.sees(who).await;
        }
    }

    async fn act(&mut self, who: &str, query: &str, variables: Value) -> Value {
        let answer = self.w.ask(who, query, variables).await;
        let code =
            answer.body.pointer("/errors/0/extensions/code").and_then(Value::as_str).unwrap_or("done").to_owned();
        assert!(
            !matches!(code.as_str(), "INTERNAL" | "UNAVAILABLE" | "BAD_USER_INPUT"),
            "{who}: {query}: {}",
            answer.body
        );
        self.story.push(format!(
            "{who}: {} {code}",
            query.split('(').nth(1).unwrap_or(query).chars().take(40).collect::<String>()
        ));
        answer.body["data"].clone()
    }

    /// Takes one page as it came, and checks every document of it.
    async fn page(&mut self, at: usize, lost: bool, twice: bool) -> bool {
        let who = self.phones[at].who;
        let seen = self.sees(who).await;
        let page = self.phones[at].page(&self.w, 100).await;
        let documents = page.at("/page/documents");
        for document in documents.as_array().unwrap() {
            let id = document["id"].as_str().unwrap();
            if document["deleted"] == true {
                assert!(self.ever[who].contains(id), "{who} is told of {id}, which was never theirs to see");
            } else {
                let (level, version, title) =
                    seen.get(id).unwrap_or_else(|| panic!("{who} gets {id} and may not see it"));
                assert_eq!(document["version"], json!(version), "{who} {id}");
                let expected = if *level == 2 { json!(title) } else { Value::Null };
                assert_eq!(document["title"], expected, "{who} {id} at level {level}");
                assert_eq!(document["redactions"].is_null(), *level == 2, "{who} {id} at level {level}");
            }
        }
        let n = documents.as_array().unwrap().len();
        if lost {
            return n < 100;
        }
        self.phones[at].take(&documents);
        if twice {
            self.phones[at].take(&documents);
        }
        self.phones[at].cursor = page.at("/page/checkpoint/cursor");
        n < 100
    }

    /// Brings a device to rest, and compares it with the oracle.
    async fn rest(&mut self, at: usize) {
        while !self.page(at, false, false).await {}
        self.said_once_more(at).await;
        let who = self.phones[at].who;
        let seen = self.sees(who).await;
        let phone = &self.phones[at];
        let held: BTreeSet<&String> = phone.documents.keys().collect();
        let should: BTreeSet<&String> = seen.keys().collect();
        assert_eq!(held, should, "phone {at} of {who} at rest");
        for (id, (level, version, title)) in &seen {
            let document = &phone.documents[id];
            let expected = if *level == 2 { json!(title) } else { Value::Null };
            assert_eq!(
                (&document["version"], &document["title"]),
                (&json!(version), &expected),
                "phone {at} of {who}: {id}"
            );
        }
    }

    /// What a stream repeats when it opens: a device that was told "not yours" by the answer to a push, and whose right came back
    /// before it pulled, has a checkpoint behind which nothing changed.
    async fn said_once_more(&mut self, at: usize) {
        let caller = self.w.caller(self.phones[at].who).await;
        let collection = collections::named("incident").unwrap();
        let ids = caller.pushed_lately(collection.kind).await.unwrap();
        let documents = collection.as_seen(&caller, &ids).await.unwrap();
        let documents: Vec<Value> = documents.into_iter().map(|document| answer::sent(collection, document)).collect();
        self.phones[at].take(&without_typename(json!(documents)));
    }

    async fn report(&mut self, at: usize) {
        self.made += 1;
        let id = format!("01a2{:04x}-0000-7000-8000-{:012x}", self.dice.roll(0xffff), self.made);
        let title = format!("Report {}", self.made);
        let wounded = self.dice.roll(2);
        self.phones[at].write(&id, json!({ "title": title, "occurredOn": "2026-05-30", "nationalsWounded": wounded }));
        self.send(at, &id).await;
    }

    /// Sends what a device has of a document; the answer may get lost.
    async fn send(&mut self, at: usize, id: &str) {
        let row = self.phones[at].row(id);
        let answer = self.phones[at].push_rows(&self.w, json!([row])).await;
        if self.dice.happens(5) {
            self.unanswered.push((at, id.to_owned(), row));
            return;
        }
        let state = answer.at("/push");
        let document = self.phones[at].documents.get(id).cloned();
        if let Some(document) = document {
            self.phones[at].assumed.insert(id.to_owned(), document);
        }
        self.phones[at].take(&state);
    }

    async fn edit(&mut self, at: usize) {
        let held: Vec<String> = self.phones[at].documents.keys().cloned().collect();
        let Some(id) = self.dice.of(&held).cloned() else { return };
        let n = self.dice.roll(1000);
        match self.dice.roll(6) {
            0 => self.phones[at].edit(&id, "title", format!("Title {n}")),
            1 => self.phones[at].edit(&id, "place", format!("Place {n}")),
            2 => self.phones[at].edit(&id, "narrative", format!("Narrative {n}")),
            3 => self.phones[at].edit(&id, "means", "NONSENSE"),
            4 => self.phones[at].edit(&id, "region", Value::Null),
            _ => self.phones[at].edit(&id, "deleted", self.dice.happens(3)),
        }
        self.send(at, &id).await;
    }

    async fn share(&mut self, who: &'static str) {
        let seen = self.sees(who).await;
        let own: Vec<(String, i32)> =
            seen.into_iter().filter(|(_, (level, ..))| *level == 2).map(|(id, (_, v, _))| (id, v)).collect();
        let Some((id, version)) = self.dice.of(&own).cloned() else { return };
        let level = if self.dice.happens(2) { "BASIC" } else { "FULL" };
        let query = "mutation($i: ID!, $v: Int!, $p: ID!, $l: ShareLevel!) { releaseIncident(incidentId: $i, expectedVersion: $v, partnershipId: $p, level: $l) { id } }";
        self.act(who, query, json!({ "i": id, "v": version, "p": self.partnership, "l": level })).await;
    }

    async fn unshare(&mut self, who: &'static str) {
        let mut releases = Phone::new(who, "incidentRelease");
        releases.sync(&self.w).await;
        let live: Vec<String> = releases
            .documents
            .values()
            .filter(|r| r["live"] == true)
            .map(|r| r["id"].as_str().unwrap().to_owned())
            .collect();
        let Some(id) = self.dice.of(&live).cloned() else { return };
        self.act(who, "mutation($id: ID!) { revokeIncidentRelease(id: $id) { id } }", json!({ "id": id })).await;
    }

    async fn protocol(&mut self) {
        let mut protocols = Phone::new("dana", "sharingProtocol");
        protocols.sync(&self.w).await;
        let in_effect = protocols.documents.values().find(|p| p["state"] == "IN_EFFECT").cloned();
        if let Some(protocol) = in_effect {
            let query = "mutation($id: ID!, $v: Int!) { endSharingProtocol(id: $id, expectedVersion: $v) { id } }";
            self.act("dana", query, json!({ "id": protocol["id"], "v": protocol["version"] })).await;
            return;
        }
        let input = json!({ "partnershipId": self.partnership, "scope": "ALL", "maxLevel": "FULL" });
        let query = "mutation($input: ProposeSharingProtocolInput!) { p: proposeSharingProtocol(input: $input) { consentRequests { id contentHash } } }";
        let made = self.act("dana", query, json!({ "input": input })).await;
        let Some(request) = made.pointer("/p/consentRequests/0").cloned() else { return };
        for who in ["dana", "omar"] {
            let input = json!({ "requestId": request["id"], "contentHash": request["contentHash"] });
            self.act(
                who,
                "mutation($input: GiveConsentInput!) { giveConsent(input: $input) { id } }",
                json!({ "input": input }),
            )
            .await;
        }
    }

    /// Omar's standing in his organisation ends or begins, maybe with an end in sight.
    async fn standing(&mut self) {
        let mut people = Phone::new("grace", "membership");
        people.sync(&self.w).await;
        let now = self.w.platform.env.now();
        let counts = |m: &serde_json::Map<String, Value>| {
            let until = m["validUntil"].as_str().map(|at| at.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
            m["personId"] == self.people["omar"] && until.is_none_or(|until| until > now)
        };
        let live = people.documents.values().find(|m| counts(m)).cloned();
        match live {
            Some(standing) if self.dice.happens(2) => {
                let query = "mutation($id: ID!, $v: Int!) { endMembership(id: $id, expectedVersion: $v) { id } }";
                self.act("grace", query, json!({ "id": standing["id"], "v": standing["version"] })).await;
            }
            _ => {
                let until = self.dice.happens(2).then(|| (now + TimeDelta::minutes(20)).to_rfc3339());
                let role = if self.dice.happens(4) { "STAFF" } else { "SECURITY_FOCAL_POINT" };
                let input = json!({ "personId": self.people["omar"], "role": role, "validUntil": until });
                let query = "mutation($input: GiveMembershipInput!) { giveMembership(input: $input) { id } }";
                self.act("grace", query, json!({ "input": input })).await;
            }
        }
    }

    /// Dana's role on her side ends or begins.
    async fn side_role(&mut self) {
        let mut roles = Phone::new("lars", "sideRole");
        roles.sync(&self.w).await;
        let live = roles
            .documents
            .values()
            .find(|r| r["sideId"] == self.dana_side && r["role"] == "SIGNATORY" && r["validUntil"].is_null())
            .cloned();
        if let Some(role) = live {
            let query = "mutation($id: ID!, $v: Int!) { endSideRole(id: $id, expectedVersion: $v) { id } }";
            self.act("lars", query, json!({ "id": role["id"], "v": role["version"] })).await;
        } else {
            let input = json!({ "sideId": self.dana_side, "personId": self.people["dana"], "role": "SIGNATORY" });
            self.act(
                "lars",
                "mutation($input: AssignSideRoleInput!) { assignSideRole(input: $input) { id } }",
                json!({ "input": input }),
            )
            .await;
        }
    }

    async fn link(&mut self) {
        let seen = self.sees("omar").await;
        let own: Vec<(String, i32)> = seen.into_iter().map(|(id, (_, v, _))| (id, v)).collect();
        let (Some((a, version)), Some((b, _))) = (self.dice.of(&own).cloned(), self.dice.of(&own).cloned()) else {
            return;
        };
        let query = "mutation($a: ID!, $b: ID!, $v: Int!) { linkDuplicateIncident(id: $a, duplicateOfId: $b, expectedVersion: $v) { id } }";
        self.act("omar", query, json!({ "a": a, "b": b, "v": version })).await;
    }

    async fn restart(&mut self) {
        if self.dice.happens(3) {
            self.w.platform.bump_generation().await.unwrap();
        }
        self.w = self.w.restarted().await;
        self.story.push("restart".to_owned());
    }

    /// Many write at once while others read: what is committed late must not be passed over.
    async fn storm(&mut self) {
        let rows = |writer: u64, n: u64| {
            let id = format!("01a2ffff-{writer:04x}-7000-8000-{n:012x}");
            json!([{ "newDocumentState": { "id": id, "deleted": false, "title": format!("Storm {writer} {n}"), "occurredOn": "2026" } }])
        };
        let base = self.made * 100;
        self.made += 1;
        let w = &self.w;
        let writer = async |number: u64, who: &'static str| {
            let phone = Phone::new(who, "incident");
            for n in 0..4 {
                phone.push_rows(w, rows(number, base + n)).await.data();
            }
        };
        let mut reader = self.phones[0].clone();
        let reading = async {
            for _ in 0..6 {
                reader.sync(w).await;
            }
        };
        tokio::join!(writer(1, "amina"), writer(2, "omar"), writer(3, "grace"), writer(4, "amina"), reading);
        self.phones[0] = reader;
        self.story.push("storm".to_owned());
    }

    async fn step(&mut self) {
        let at = usize::try_from(self.dice.roll(8)).unwrap();
        let (lost, twice) = (self.dice.happens(4), self.dice.happens(4));
        let sharer = if self.dice.happens(3) { "dana" } else { "omar" };
        match self.dice.roll(40) {
            0..=7 => self.report(at % 6).await,
            8..=15 => self.edit(at).await,
            16..=19 => drop(self.page(at, lost, twice).await),
            20..=22 => {
                self.settle(at).await;
                self.rest(at).await;
            }
            23..=25 => self.share(sharer).await,
            26 => self.unshare(sharer).await,
            27..=28 => self.protocol().await,
            29..=30 => self.standing().await,
            31 => self.side_role().await,
            32..=33 => {
                let minutes = i64::try_from(self.dice.roll(25)).unwrap();
                self.w.clock.advance(TimeDelta::minutes(minutes));
                self.story.push(format!("{minutes} minutes later"));
            }
            34 => self.link().await,
            35..=36 => {
                if let Some((at, id, row)) = self.unanswered.pop() {
                    let answer = self.phones[at].push_rows(&self.w, json!([row])).await;
                    let known = self.phones[at].documents.get(&id).cloned();
                    if let Some(document) = known {
                        self.phones[at].assumed.insert(id, document);
                    }
                    self.phones[at].take(&answer.at("/push"));
                }
            }
            37 => self.restart().await,
            38 => self.storm().await,
            _ => self.phones[at] = Phone::new(self.phones[at].who, "incident"),
        }
        // Between two looks somebody may gain and lose what they never pulled.
        self.everybody_looks().await;
    }

    async fn history(&mut self) {
        for _ in 0..12 {
            self.step().await;
        }
        // Whatever was never answered is sent again, as every device does before it rests.
        while let Some((at, id, row)) = self.unanswered.pop() {
            let answer = self.phones[at].push_rows(&self.w, json!([row])).await;
            let document = self.phones[at].documents.get(&id).cloned();
            if let Some(document) = document {
                self.phones[at].assumed.insert(id, document);
            }
            self.phones[at].take(&answer.at("/push"));
        }
        for at in 0..self.phones.len() {
            self.settle(at).await;
            self.rest(at).await;
        }
    }

    /// A write that the device holds and the server refused or never saw is the device's own: it goes when it rests.
    async fn settle(&mut self, at: usize) {
        let seen = self.sees(self.phones[at].who).await;
        let phone = &mut self.phones[at];
        let own: Vec<String> = phone
            .documents
            .keys()
            .filter(|id| !seen.contains_key(*id) && !phone.assumed.contains_key(*id))
            .cloned()
            .collect();
        for id in own {
            phone.documents.remove(&id);
        }
        let Phone { documents, assumed, .. } = phone;
        for (id, document) in documents.iter_mut() {
            if let Some(known) = assumed.get(id).filter(|known| known.contains_key("version")) {
                document.clone_from(known);
            }
        }
    }
}

fn without_typename(mut documents: Value) -> Value {
    for document in documents.as_array_mut().unwrap() {
        document.as_object_mut().unwrap().remove("__typename");
    }
    documents
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

async fn histories(backend: Backend) {
    let wanted = usize::try_from(number("SAFEPACT_MODEL_HISTORIES").unwrap_or(100)).unwrap();
    let again = number("SAFEPACT_MODEL_SEED");
    let first = again.unwrap_or(20_261_122);
    let worlds = if again.is_some() { 1 } else { wanted.div_ceil(IN_A_WORLD) };
    for world in 0..worlds {
        let seed = first + u64::try_from(world).unwrap();
        let Some(w) = World::start(backend).await else { return };
        let mut model = Model::new(w, seed).await;
        for history in 0..IN_A_WORLD {
            model.story.clear();
            let told = std::panic::AssertUnwindSafe(model.history());
            if let Err(panic) = futures_util::FutureExt::catch_unwind(told).await {
                let story = model.story.join("\n  ");
                eprintln!(
                    "SAFEPACT_MODEL_SEED={seed} plays it again: world {seed} on {backend:?}, history {history}:\n  {story}"
                );
                std::panic::resume_unwind(panic);
            }
        }
        let Model { w, db, .. } = model;
        db.close().await.unwrap();
        w.end().await;
    }
    eprintln!("{} random histories on {backend:?}", worlds * IN_A_WORLD);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_histories_end_as_the_oracle_says_on_sqlite() {
    histories(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_histories_end_as_the_oracle_says_on_postgres() {
    histories(Backend::Postgres).await;
}
