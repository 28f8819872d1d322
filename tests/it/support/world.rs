use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

use axum::{Router, body::Body, http::Request};
use chrono::{DateTime, TimeDelta, Utc};
use safepact::{
    config::{Config, Raw},
    demo,
    front::Server,
    platform::{
        Platform,
        caller::Caller,
        db::Db,
        limits::Limits,
        telemetry::Telemetry,
        token::{EMBEDDED_ISSUER, Identity},
    },
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tower::ServiceExt;

use super::{
    Answer,
    env::{FixedClock, counted},
};

/// A database to run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The built binary.
pub fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_safepact")
}

/// Where PostgreSQL is, if it answers. Its absence is said once, and is a failure where nothing may be skipped.
async fn postgres_url() -> Option<String> {
    static FOUND: OnceCell<Option<String>> = OnceCell::const_new();
    FOUND
        .get_or_init(|| async {
            let url = std::env::var("SAFEPACT_TEST_POSTGRES")
                .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
            match Database::connect(&url).await {
                Ok(connection) => {
                    connection.close().await.unwrap();
                    Some(url)
                }
                Err(error) => {
                    assert!(std::env::var_os("SAFEPACT_REQUIRE_ALL").is_none(), "PostgreSQL is required here: {error}");
                    eprintln!("SKIPPED on PostgreSQL: none answers at {url}; SQLite is tested");
                    None
                }
            }
        })
        .await
        .clone()
}

fn start_of_time() -> DateTime<Utc> {
    "2026-06-01T08:00:00Z".parse().unwrap()
}

fn config(folder: &Path, url: &str) -> Config {
    let flags = [
        ("database_url", Some(url.to_owned())),
        ("issuer_key", Some(folder.join("issuer.key").display().to_string())),
        ("origins", Some("https://app.example.org".to_owned())),
    ];
    Config::read(&Raw::gather(None, &|_| None, &flags).unwrap()).unwrap()
}

async fn tell_the_story(url: &str) {
    let db = Db::open(url).await.unwrap();
    db.migrate().await.unwrap();
    let platform = Platform::open(db.clone(), counted(&FixedClock::at(start_of_time()), 1)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let metrics = Telemetry::metrics();
    let server = Server::assemble(&config(folder.path(), url), platform.clone(), Limits::default(), metrics).unwrap();
    demo::load(&platform, &server.schema, &server.gate).await.unwrap();
    db.close().await.unwrap();
}

/// One database with the demo data; every scenario gets a copy.
async fn sqlite_template() -> &'static (tempfile::TempDir, PathBuf) {
    static TEMPLATE: OnceCell<(tempfile::TempDir, PathBuf)> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("template.sqlite");
            tell_the_story(&format!("sqlite:{}", file.display())).await;
            (folder, file)
        })
        .await
}

async fn run(connection: &DatabaseConnection, sql: &str) {
    connection.execute_unprepared(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
}

fn with_database(url: &str, name: &str) -> String {
    format!("{}/{name}", url.rsplit_once('/').unwrap().0)
}

async fn postgres_template(url: &str) -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let admin = Database::connect(url).await.unwrap();
            sweep_leftovers(&admin).await;
            let name = format!("safepact_test_{}_t", std::process::id());
            run(&admin, &format!("CREATE DATABASE {name}")).await;
            tell_the_story(&with_database(url, &name)).await;
            admin.close().await.unwrap();
            name
        })
        .await
}

/// Databases of test runs that are over.
async fn sweep_leftovers(admin: &DatabaseConnection) {
    let sql = "SELECT datname FROM pg_database WHERE datname LIKE 'safepact_test_%'";
    let rows = admin.query_all_raw(Statement::from_string(admin.get_database_backend(), sql)).await.unwrap();
    for row in rows {
        let name: String = row.try_get("", "datname").unwrap();
        let pid = name.split('_').nth(2).unwrap_or_default();
        if !Path::new("/proc").join(pid).exists() {
            run(admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

/// A server on its own database, with the people of the demo data.
pub struct World {
    pub backend: Backend,
    pub url: String,
    pub server: Arc<Server>,
    pub platform: Arc<Platform>,
    pub clock: FixedClock,
    router: Router,
    folder: Arc<tempfile::TempDir>,
}

impl World {
    /// Starts on a copy of the demo data; none where the database is absent.
    pub async fn start(backend: Backend) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Two copies at once of one template are refused: in turn.
        static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let url = match backend {
            Backend::Sqlite => {
                let (_, template) = sqlite_template().await;
                let file = folder.path().join("world.sqlite");
                std::fs::copy(template, &file).unwrap();
                format!("sqlite:{}", file.display())
            }
            Backend::Postgres => {
                let url = postgres_url().await?;
                let template = postgres_template(&url).await;
                let n = COUNT.fetch_add(1, Ordering::SeqCst);
                let name = format!("safepact_test_{}_{n}", std::process::id());
                let admin = Database::connect(&url).await.unwrap();
                let turn = TURN.lock().await;
                run(&admin, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
                // Power cuts are tested on the binary; here nobody waits for the disk.
                run(&admin, &format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
                drop(turn);
                admin.close().await.unwrap();
                with_database(&url, &name)
            }
        };
        let clock = FixedClock::at(start_of_time() + TimeDelta::hours(1));
        let db = Db::open(&url).await.unwrap();
        let platform = Platform::open(db, counted(&clock, 1_000_000)).await.unwrap();
        let config = config(folder.path(), &url);
        let server = Server::assemble(&config, platform.clone(), Limits::default(), Telemetry::metrics()).unwrap();
        let server = Arc::new(server);
        let router = server.router();
        Some(Self { backend, url, server, platform, clock, router, folder: Arc::new(folder) })
    }

    /// Checks every ledger, and lets go of the database.
    pub async fn end(self) {
        let report = safepact::platform::verify::verify(&self.platform).await.unwrap();
        assert_eq!(report.faults, [], "a scenario leaves every ledger contiguous and unchanged");
        assert_eq!(report.misplaced, [], "a scenario leaves every record published where its audience is");
        self.give_up().await;
    }

    /// A world of the benchmark's size, whose statements are told to somebody: on PostgreSQL, where everything is required.
    pub async fn large(watch: impl Fn(&Statement) + Send + Sync + 'static) -> Option<Self> {
        if std::env::var_os("SAFEPACT_REQUIRE_ALL").is_none() {
            eprintln!("SKIPPED at the size of the benchmark: set SAFEPACT_REQUIRE_ALL=1, with psql and PostgreSQL");
            return None;
        }
        let url = postgres_url().await?;
        let name = format!("safepact_test_{}_large", std::process::id());
        let admin = Database::connect(&url).await.unwrap();
        run(&admin, &format!("CREATE DATABASE {name}")).await;
        run(&admin, &format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
        admin.close().await.unwrap();
        let url = with_database(&url, &name);
        let db = Db::open_watched(&url, watch).await.unwrap();
        db.migrate().await.unwrap();
        let setup = repository().join("bench/setup.sql");
        let loaded =
            std::process::Command::new("psql").args(["-qX", "-v", "scale=1", "-f"]).arg(setup).arg(&url).status();
        assert!(loaded.unwrap().success(), "the data set is loaded with psql");
        let folder = tempfile::tempdir().unwrap();
        let clock = FixedClock::at(start_of_time() + TimeDelta::hours(1));
        let platform = Platform::open(db, counted(&clock, 1_000_000)).await.unwrap();
        let config = config(folder.path(), &url);
        let server = Server::assemble(&config, platform.clone(), Limits::default(), Telemetry::metrics()).unwrap();
        let server = Arc::new(server);
        let router = server.router();
        Some(Self { backend: Backend::Postgres, url, server, platform, clock, router, folder: Arc::new(folder) })
    }

    /// The same database, with another process in front of it.
    pub async fn restarted(&self) -> Self {
        static STARTS: AtomicU64 = AtomicU64::new(2);
        let db = Db::open(&self.url).await.unwrap();
        let first = STARTS.fetch_add(1, Ordering::SeqCst) * 1_000_000;
        let platform = Platform::open(db, counted(&self.clock, first)).await.unwrap();
        let config = config(self.folder.path(), &self.url);
        let server = Server::assemble(&config, platform.clone(), Limits::default(), Telemetry::metrics()).unwrap();
        let server = Arc::new(server);
        let (router, clock, url, folder) = (server.router(), self.clock.clone(), self.url.clone(), self.folder.clone());
        Self { backend: self.backend, url, server, platform, clock, router, folder }
    }

    /// Lets go of the database, whatever state it is in.
    pub async fn give_up(self) {
        self.server.drain.cancel();
        if self.backend == Backend::Postgres {
            let (url, name) = self.url.rsplit_once('/').unwrap();
            let admin = Database::connect(format!("{url}/postgres")).await.unwrap();
            run(&admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }

    /// A connection of its own, for what no client can do.
    pub async fn database(&self) -> DatabaseConnection {
        Database::connect(&self.url).await.unwrap()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A token of the embedded issuer.
    pub fn token(&self, subject: &str) -> String {
        let signer = self.server.signer.as_ref().unwrap();
        signer.sign(&self.platform.env, subject, None, TimeDelta::hours(12)).unwrap()
    }

    /// The caller behind a subject, as a request would make it.
    pub async fn caller(&self, subject: &str) -> Caller {
        let identity = Identity {
            issuer: EMBEDDED_ISSUER.into(),
            subject: subject.into(),
            jti: None,
            device: None,
            issued_at: None,
            expires_at: self.platform.env.now() + TimeDelta::hours(1),
        };
        self.platform.caller(&identity, "test".into()).await.unwrap().unwrap()
    }

    /// Sends an HTTP request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.clone()));
        Answer { status, body, text, headers }
    }

    /// Sends a document with headers of one's own.
    pub async fn post(&self, body: Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Sends a document as a persona.
    pub async fn ask(&self, who: &str, query: &str, variables: Value) -> Answer {
        let token = format!("Bearer {}", self.token(who));
        self.post(json!({ "query": query, "variables": variables }), &[("authorization", &token)]).await
    }

    /// Runs a mutation with one input.
    pub async fn act(&self, who: &str, field: &str, input_type: &str, input: Value, selection: &str) -> Answer {
        let query = format!("mutation($input: {input_type}!) {{ answer: {field}(input: $input) {{ {selection} }} }}");
        self.ask(who, &query, json!({ "input": input })).await
    }

    /// Runs a command whose input is named after it.
    pub async fn command(&self, who: &str, command: &str, input: Value, selection: &str) -> Answer {
        let (first, rest) = command.split_at(1);
        self.act(who, command, &format!("{}{rest}Input", first.to_uppercase()), input, selection).await
    }

    /// A review as a file, as a persona gets it.
    pub async fn export(&self, who: &str, review: &Value, file: &str) -> Answer {
        let path = format!("/export/reviews/{}/{file}", review.as_str().unwrap());
        let request = Request::get(path).header("authorization", format!("Bearer {}", self.token(who)));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Id of something in the demo data, by title.
    pub async fn risk(&self, title: &str) -> String {
        let all = self.ask("dana", "{ risks(first: 100) { edges { node { id title } } } }", Value::Null).await;
        let edges = all.at("/risks/edges");
        let found = edges.as_array().unwrap().iter().find(|edge| edge["node"]["title"] == title);
        found.unwrap_or_else(|| panic!("no risk {title}"))["node"]["id"].as_str().unwrap().to_owned()
    }

    /// Id of the partnership in the demo data.
    pub async fn partnership(&self) -> String {
        let all = self.ask("dana", "{ partnerships { edges { node { id } } } }", Value::Null).await;
        all.text("/partnerships/edges/0/node/id")
    }

    /// Ids of its sides.
    pub async fn sides(&self) -> (String, String) {
        let all = self.ask("dana", "{ partnerships { edges { node { sides { id } } } } }", Value::Null).await;
        (all.text("/partnerships/edges/0/node/sides/0/id"), all.text("/partnerships/edges/0/node/sides/1/id"))
    }

    /// Records how a side sees a risk.
    /// Looks for what fell due, as the server does in the background.
    pub async fn look(&self) -> usize {
        safepact::due::look(&self.platform).await
    }

    /// A position of now.
    pub async fn position(&self, who: &str) -> String {
        self.ask(who, "{ streamPosition }", Value::Null).await.text("/streamPosition")
    }

    /// What somebody hears behind a position: events, each with its record, in words.
    pub async fn heard(&self, who: &str, after: &str) -> Vec<(String, String)> {
        let query =
            "query($after: String) { events(after: $after, first: 100) { cursor hasMore events { event recordId } } }";
        let word = |event: &Value, of: &str| event[of].as_str().unwrap().to_owned();
        let (mut heard, mut after) = (Vec::new(), after.to_owned());
        loop {
            let page = self.ask(who, query, json!({ "after": after })).await.at("/events");
            let events = page["events"].as_array().unwrap();
            heard.extend(events.iter().map(|event| (word(event, "event"), word(event, "recordId"))));
            if page["hasMore"] != true {
                return heard;
            }
            after = word(&page, "cursor");
        }
    }

    pub async fn perceive(&self, who: &str, risk: &str, likelihood: i64, impact: i64) -> Answer {
        let input = json!({ "riskId": risk, "likelihood": likelihood, "impact": impact, "rationale": "as we see it" });
        let selection = "id state level score provisional watchlist version";
        self.act(who, "recordPerception", "RecordPerceptionInput", input, selection).await
    }

    /// Proposes a joint level; answers with request and hash.
    pub async fn propose(&self, who: &str, risk: &str, likelihood: i64, impact: i64) -> Answer {
        let input =
            json!({ "riskId": risk, "likelihood": likelihood, "impact": impact, "rationale": "as we can live with" });
        let selection = "id state contentHash content missingSides { id }";
        self.act(who, "proposeLevel", "ProposeLevelInput", input, selection).await
    }

    /// Each side says for itself what a partnership stands on.
    pub async fn lay_foundations(&self, partnership: &Value, sides: &[(&str, Value)]) {
        for (who, side) in sides {
            let input = json!({ "partnershipId": partnership, "textVersion": "GISF-2021" });
            self.act(who, "adoptPrinciples", "AdoptPrinciplesInput", input, "id").await.data();
            let input = json!({ "partnershipId": partnership, "riskType": "SECURITY", "appetite": "CAUTIOUS", "statement": "as said" });
            self.act(who, "recordRiskAttitude", "RecordRiskAttitudeInput", input, "id").await.data();
            let input = json!({ "partnershipId": partnership, "statement": "we looked" });
            self.act(who, "stateNoRiskTransfer", "StateNoRiskTransferInput", input, "id").await.data();
            for (_, to) in sides.iter().filter(|(_, to)| to != side) {
                let input =
                    json!({ "partnershipId": partnership, "toSideId": to, "noLegalDuty": true, "noMoralDuty": true });
                self.act(who, "stateDutyOfCare", "StateDutyOfCareInput", input, "id").await.data();
            }
        }
    }

    /// Consents to a request as it was answered.
    pub async fn consent(&self, who: &str, request: &Answer) -> Answer {
        let input = json!({ "requestId": request.at("/answer/id"), "contentHash": request.at("/answer/contentHash") });
        self.act(who, "giveConsent", "GiveConsentInput", input, "id state contentHash missingSides { id }").await
    }

    /// Serves on a port of its own.
    pub async fn serve(&self) -> std::net::SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = self.server.clone();
        let drain = self.server.drain.clone();
        tokio::spawn(async move { server.serve(listener, async move { drain.cancelled().await }).await });
        address
    }
}
