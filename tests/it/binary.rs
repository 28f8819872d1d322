//! The built binary, as a stranger would use it.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{binary, repository};

/// The binary without anybody's environment.
fn safepact(folder: &Path) -> Command {
    let mut command = Command::new(binary());
    command.current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SAFEPACT_")) {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    safepact(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap()
}

/// A running server; killed when dropped.
struct Running {
    child: Child,
    url: String,
    client: reqwest::Client,
}

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = safepact(folder)
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = loop {
            let Some(Ok(line)) = lines.next() else {
                let mut said = String::new();
                child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                panic!("the server did not start: {said}");
            };
            if let Some(url) = line.trim().strip_prefix("API") {
                break url.trim().to_owned();
            }
        };
        // Keep reading, so that the server never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url, client: client() }
    }

    async fn ask(&self, token: &str, query: &str, variables: Value) -> Result<Value, reqwest::Error> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .bearer_auth(token)
            .body(body)
            .send()
            .await?
            .text()
            .await?;
        Ok(serde_json::from_str(&answer).unwrap())
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn token(folder: &Path, who: &str) -> String {
    let out = run(folder, &["token", "--as", who]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    text(&out.stdout).trim().to_owned()
}

#[tokio::test]
async fn one_command_starts_it_and_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let server = Running::start(folder.path(), &["serve", "--demo"]);
    let token = token(folder.path(), "dana");
    let answer = server.ask(&token, "{ partnerships { edges { node { title } } } }", Value::Null).await.unwrap();
    println!("first answer after {} ms, demo data included", began.elapsed().as_millis());
    assert_eq!(answer["data"]["partnerships"]["edges"][0]["node"]["title"], "Clean water for Bentiu");
    // A second start finds the data and keeps it; nothing is loaded twice.
    drop(server);
    let server = Running::start(folder.path(), &["serve", "--demo"]);
    let answer = server.ask(&token, "{ partnerships { totalCount } }", Value::Null).await.unwrap();
    assert_eq!(answer["data"]["partnerships"]["totalCount"], 1);
    let verified = run(folder.path(), &["verify"]);
    assert!(verified.status.success(), "{}", text(&verified.stdout));
    assert!(run(folder.path(), &["doctor"]).status.success());
}

#[tokio::test]
async fn demo_data_goes_into_an_empty_database_only() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(folder.path(), &["serve"]);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("safepact migrate"), "{}", text(&refused.stderr));
    assert!(run(folder.path(), &["migrate"]).status.success());
    let enrol = [
        "enrol",
        "--name",
        "Own Org",
        "--kind",
        "local",
        "--country",
        "KE",
        "--representative",
        "R. Own",
        "--recruitment",
        "local",
        "--subject",
        "rep",
    ];
    let enrolled = run(folder.path(), &enrol);
    assert!(enrolled.status.success(), "{}", text(&enrolled.stderr));
    for arguments in [&["serve", "--demo"][..], &["demo"]] {
        let refused = run(folder.path(), arguments);
        assert!(!refused.status.success());
        assert!(text(&refused.stderr).contains("not empty"), "{}", text(&refused.stderr));
    }
    // The enrolled representative signs in and finds nothing of a demo.
    let server = Running::start(folder.path(), &["serve"]);
    let token = token(folder.path(), "rep");
    let answer = server
        .ask(&token, "{ me { person { name organisation { name } } } organisations { totalCount } }", Value::Null)
        .await
        .unwrap();
    assert_eq!(
        answer["data"],
        json!({ "me": { "person": { "name": "R. Own", "organisation": { "name": "Own Org" } } }, "organisations": { "totalCount": 1 } })
    );
}

#[test]
fn a_wrong_value_is_refused_at_start() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, variable, needles) in [
        (vec!["serve", "--listen", "8080"], None, vec!["listen", "8080", "ADDRESS:PORT"]),
        (vec!["serve", "--profile", "production"], None, vec!["profile", "production", "open or hardened"]),
        (vec!["serve", "--database-url", "mysql://x"], None, vec!["database_url", "mysql://x", "sqlite:PATH"]),
        (vec!["serve"], Some(("SAFEPACT_ORIGINS", "example.org")), vec!["SAFEPACT_ORIGINS", "example.org", "https://"]),
        (vec!["serve"], Some(("SAFEPACT_CONFIG", "missing.toml")), vec!["missing.toml", "readable"]),
        (vec!["token", "--as", "x", "--profile", "hardened"], None, vec!["embedded_issuer"]),
        (vec!["doctor", "--listen", "x"], None, vec![]),
    ] {
        let mut command = safepact(folder.path());
        command.args(&arguments);
        if let Some((name, value)) = variable {
            command.env(name, value);
        }
        let out = command.output().unwrap();
        assert!(!out.status.success(), "{arguments:?}");
        for needle in needles {
            assert!(text(&out.stderr).contains(needle), "{arguments:?}: {}", text(&out.stderr));
        }
    }
    let listed = text(&run(folder.path(), &["demo", "--list"]).stdout);
    assert!(listed.contains("dana") && listed.contains("omar") && listed.contains("sam"), "{listed}");
    let sdl = text(&run(folder.path(), &["schema"]).stdout);
    assert_eq!(sdl, std::fs::read_to_string(repository().join("schema.graphql")).unwrap());
}

#[tokio::test]
async fn hardened_gives_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    drop(Running::start(folder.path(), &["serve", "--demo"]));
    let server = Running::start(folder.path(), &["serve", "--profile", "hardened"]);
    let get = async |path: &str| reqwest::get(server.url.replace("/graphql", path)).await.unwrap().status().as_u16();
    assert_eq!(get("/playground").await, 404);
    assert_eq!(get("/graphql?query=%7B__typename%7D").await, 405);
    assert_eq!(get("/graphql/schema.graphql").await, 401);
    assert_eq!(get("/.well-known/jwks.json").await, 404);
    let token = token(folder.path(), "dana");
    let refused = server.ask(&token, "{ __typename }", Value::Null).await.unwrap();
    assert_eq!(
        refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
        "embedded tokens count in profile open only"
    );
    let client = reqwest::Client::new();
    let body = json!({ "query": "{ __schema { types { name } } }" }).to_string();
    let answer = client
        .post(&server.url)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(answer.contains("INTROSPECTION_IS_OFF"), "{answer}");
}

#[tokio::test]
async fn the_log_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = safepact(folder.path())
        .args(["serve", "--demo", "--listen", "127.0.0.1:0"])
        .env("SAFEPACT_LOG", "debug")
        .env("SAFEPACT_LOG_FORMAT", "json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.find_map(|line| line.unwrap().trim().strip_prefix("API").map(|url| url.trim().to_owned())).unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        stderr.read_to_string(&mut log).unwrap();
        log
    });
    std::thread::spawn(move || lines.for_each(drop));
    let mut server = Running { child, url, client: client() };
    let token = token(folder.path(), "grace");
    let found = server.ask(&token, "{ organisations(first: 5) { edges { node { name people(first: 5) { edges { node { name contact } } } } } } risks { edges { node { title description } } } }", Value::Null).await.unwrap();
    assert!(found.to_string().contains("Amina"));
    let bad = "mutation { addPerson(input: { organisationId: \"01a20000-0000-7000-8000-00000000dead\", name: \"Hidden Person\", recruitment: LOCAL }) { id } }";
    server.ask(&token, bad, Value::Null).await.unwrap();
    server.ask(&token, "{ broken(name: \"Hidden Person\") }", Value::Null).await.unwrap();
    server.kill();
    let log = log.join().unwrap();
    assert!(log.contains("request answered") && log.contains("addPerson"), "{log}");
    for secret in
        ["Dana", "Omar", "Amina", "Grace", "Hidden Person", "Northlight", "Riverbank", "Bentiu", "ransom", &token]
    {
        assert!(!log.contains(secret), "the log speaks of {secret}");
    }
}

/// Fifty times: kill in the middle of writes, start again, and look for every write that was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_minus_nine() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::start(folder.path(), &["serve", "--demo"]);
    let token = token(folder.path(), "dana");
    let partnership = server.ask(&token, "{ partnerships { edges { node { id } } } }", Value::Null).await.unwrap();
    let partnership = partnership["data"]["partnerships"]["edges"][0]["node"]["id"].clone();
    let mutation = "mutation($p: ID!, $t: Title!) { identifyThreat(input: { partnershipId: $p, title: $t, kind: HAZARD }) { id } }";
    let mut acknowledged: BTreeSet<String> = BTreeSet::new();
    for round in 0..50_u64 {
        let writers = (0..4).map(|writer| {
            let (server, token, partnership) = (&server, &token, &partnership);
            async move {
                let mut done = Vec::new();
                for n in 0..1000 {
                    let title = format!("kill {round} {writer} {n}");
                    match server.ask(token, mutation, json!({ "p": partnership, "t": title })).await {
                        Ok(answer) if answer["data"]["identifyThreat"]["id"].is_string() => done.push(title),
                        _ => break,
                    }
                }
                done
            }
        });
        let pid = server.child.id().to_string();
        let kill = async {
            tokio::time::sleep(Duration::from_millis(40 + round * 7 % 60)).await;
            Command::new("kill").args(["-9", &pid]).status().unwrap();
        };
        let (done, ()) = tokio::join!(futures_util::future::join_all(writers), kill);
        acknowledged.extend(done.into_iter().flatten());
        server.kill();
        server = Running::start(folder.path(), &["serve", "--demo"]);
    }
    let mut found = BTreeSet::new();
    let mut after = Value::Null;
    let query = "query($p: ID!, $after: String) { threats(partnershipId: $p, first: 100, after: $after) { edges { node { title } } pageInfo { hasNextPage endCursor } } }";
    loop {
        let page = server.ask(&token, query, json!({ "p": partnership, "after": after })).await.unwrap();
        let page = &page["data"]["threats"];
        found.extend(
            page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["title"].as_str().unwrap().to_owned()),
        );
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    println!("{} writes acknowledged in 50 lives", acknowledged.len());
    assert!(acknowledged.len() > 50, "the test wrote something: {}", acknowledged.len());
    assert_eq!(acknowledged.difference(&found).collect::<Vec<_>>(), Vec::<&String>::new());
    drop(server);
    let verified = run(folder.path(), &["verify"]);
    assert!(verified.status.success(), "{}", text(&verified.stdout));
}

/// The documents of the README, as pasted.
#[tokio::test]
async fn the_tour_of_the_readme_works() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &["serve", "--demo"]);
    let mut variables: std::collections::HashMap<String, Value> = std::collections::HashMap::new();
    let mut ran = 0;
    for block in readme.split("```graphql").skip(1) {
        let block = block.split("```").next().unwrap();
        // The first line says who runs it: `# as dana`.
        let who = block.lines().find_map(|line| line.trim().strip_prefix("# as ")).expect("who runs it");
        let mut document = block.to_owned();
        for (name, value) in &variables {
            document = document.replace(name, value.as_str().unwrap());
        }
        if document.contains("subscription") {
            continue;
        }
        let answer = server.ask(&token(folder.path(), who.trim()), &document, Value::Null).await.unwrap();
        assert!(answer.get("errors").is_none(), "{document}\n{answer}");
        if let Some(edges) = answer.pointer("/data/risks/edges").and_then(Value::as_array) {
            let road = edges.iter().find(|edge| edge["node"]["title"] == "Abduction on the Bentiu road").unwrap();
            variables.insert("RISK_ID".to_owned(), road["node"]["id"].clone());
        }
        if let Some(request) = answer.pointer("/data/proposeLevel") {
            variables.insert("REQUEST_ID".to_owned(), request["id"].clone());
            variables.insert("CONTENT_HASH".to_owned(), request["contentHash"].clone());
        }
        if let Some(documents) = answer.pointer("/data/pullIncident/documents") {
            assert_eq!(documents.as_array().unwrap().len(), 1, "what was pushed is there: {answer}");
        }
        ran += 1;
    }
    assert!(ran >= 8, "the tour has {ran} documents");
}
