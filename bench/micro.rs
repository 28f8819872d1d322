//! What a request is made of, each part alone: `cargo bench --bench micro`. Instructions of whole requests, which CI
//! watches, are counted by `instructions.py`.

// As in the library: the futures of all root fields lie within each other.
#![recursion_limit = "512"]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark whose beginning is missing should end")]

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta};
use divan::{Bencher, counter::ItemsCount};
use entity::{Id, Kind, ledger};
use safepact::{
    demo,
    platform::{
        Platform,
        caller::Caller,
        chain,
        codec::{Checkpoint, Codec, Mark},
        db::Db,
        env::Env,
        gate::{Gate, Incoming},
        limits::Limits,
        token::{EMBEDDED_ISSUER, Identity},
        visible::{self, Form, Length, Way},
    },
    schema,
    sync::merge,
};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Numbers of spaces in which a caller stands: of a field office, of a country, of a whole network.
const SPACES: [usize; 3] = [4, 500, 10_000];
/// A page of partnerships with their risks.
const PAGE: &str = include_str!("queries/Q2.graphql");

fn main() {
    divan::main();
}

/// A server with the demo's data, and one of its people.
struct Desk {
    runtime: Runtime,
    schema: schema::Schema,
    gate: Gate,
    caller: Caller,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits::default();
        let (schema, types) = schema::build(limits.clone()).unwrap();
        let gate = Gate::new(Arc::new(types), limits, false);
        let caller = runtime.block_on(async {
            let db = Db::open(&format!("sqlite:{}/micro.db", folder.path().display())).await.unwrap();
            db.migrate().await.unwrap();
            let platform = Platform::open(db, Env::system()).await.unwrap();
            demo::load(&platform, &schema, &gate).await.unwrap();
            let identity = Identity {
                issuer: EMBEDDED_ISSUER.into(),
                subject: "dana".into(),
                jti: None,
                device: None,
                issued_at: None,
                expires_at: platform.env.now() + TimeDelta::hours(1),
            };
            platform.caller(&identity, "micro".into()).await.unwrap().unwrap()
        });
        Self { runtime, schema, gate, caller, _folder: folder }
    }

    fn incoming(query: String) -> Incoming {
        Incoming { query, operation_name: None, variables: json!({ "country": "SS" }) }
    }
}

#[divan::bench]
fn parse_measure_and_fence_a_new_document(bencher: Bencher) {
    let desk = Desk::open();
    let n = AtomicU64::new(0);
    // A comment makes it another document, which nobody has read yet.
    let next = || Desk::incoming(format!("{PAGE} # {}", n.fetch_add(1, Ordering::Relaxed)));
    bencher.with_inputs(next).bench_values(|incoming| desk.gate.admit(incoming, Some(&desk.caller)).map(drop).unwrap());
}

#[divan::bench]
fn measure_and_fence_a_known_document(bencher: Bencher) {
    let desk = Desk::open();
    bencher
        .with_inputs(|| Desk::incoming(PAGE.to_owned()))
        .bench_values(|incoming| desk.gate.admit(incoming, Some(&desk.caller)).map(drop).unwrap());
}

#[divan::bench]
fn validate_and_answer_without_a_statement(bencher: Bencher) {
    let desk = Desk::open();
    let admit = || desk.gate.admit(Desk::incoming("{ __typename }".to_owned()), Some(&desk.caller)).unwrap();
    assert!(desk.runtime.block_on(desk.schema.execute(admit().request)).errors.is_empty());
    bencher.with_inputs(admit).bench_values(|admitted| desk.runtime.block_on(desk.schema.execute(admitted.request)));
}

#[divan::bench(args = SPACES)]
fn visibility_predicate_as_text(spaces: usize) -> String {
    let form = if spaces > 64 { Form::Bits(spaces * 32) } else { Form::Listed(Length::Few) };
    visible::fence(true, "risk", black_box(Way::List), black_box(form), "$1")
}

#[divan::bench(args = SPACES)]
fn whether_a_row_is_seen(bencher: Bencher, spaces: usize) {
    let mine: Vec<i32> = (0..i32::try_from(spaces).unwrap()).map(|n| n * 3).collect();
    bencher.bench(|| visible::seen(black_box("3 7 30001 -7"), black_box(&mine)));
}

#[divan::bench]
fn ledger_hash_of_an_entry(bencher: Bencher) {
    let id = Id::NIL;
    let payload = json!({ "state": "ASSESSED", "level": "HIGH", "score": 12, "urgency": 41_204 }).to_string();
    let entry = ledger::Model {
        space_no: 10_003,
        seq: 123_456,
        at: DateTime::from_timestamp(1_780_000_000, 0).unwrap(),
        event: "risk.assessed".to_owned(),
        kind: Kind::Risk,
        record_id: id,
        version: 7,
        live: true,
        command: "recordPerception".to_owned(),
        actor: id,
        authority: Some(id),
        request_id: "01970000-0000-7000-8000-000000000000".to_owned(),
        payload_digest: chain::digest(&[7; 16], &payload),
        payload: Some(payload),
        salt: Some(vec![7; 16]),
        prev_hash: vec![1; 32],
        hash: Vec::new(),
    };
    bencher.bench(|| chain::hash(black_box(&entry)));
}

fn checkpoint(spaces: usize) -> Vec<(u16, Checkpoint)> {
    let mark = |n: i32| Mark { space_no: n * 3, seq: i64::from(n) * 70, joint: true, ..Mark::default() };
    vec![(4, Checkpoint { marks: (0..i32::try_from(spaces).unwrap()).map(mark).collect() })]
}

#[divan::bench(args = SPACES)]
fn checkpoint_written(bencher: Bencher, spaces: usize) {
    let (codec, marks) = (Codec::new(&[3; 32], Id::NIL), checkpoint(spaces));
    bencher.counter(ItemsCount::new(spaces)).bench(|| codec.checkpoint(Id::NIL, black_box(&marks)).unwrap());
}

#[divan::bench(args = SPACES)]
fn checkpoint_read(bencher: Bencher, spaces: usize) {
    let codec = Codec::new(&[3; 32], Id::NIL);
    let text = codec.checkpoint(Id::NIL, &checkpoint(spaces)).unwrap();
    bencher.counter(ItemsCount::new(spaces)).bench(|| codec.read_checkpoint(Id::NIL, black_box(&text)));
}

/// A document of fifty fields, of which a device changed two and somebody else two, one of them the same.
#[divan::bench]
fn merge_of_a_document(bencher: Bencher) {
    let names: Vec<String> = (0..50).map(|n| format!("field{n}")).collect();
    let writes: Vec<&str> = names.iter().map(String::as_str).collect();
    let base: Map<String, Value> =
        names.iter().map(|name| (name.clone(), json!("2026-05-01T08:00:00Z and some words"))).collect();
    let with = |changed: [(usize, &str); 2]| {
        let mut document = base.clone();
        document.extend(changed.map(|(at, value)| (names[at].clone(), json!(value))));
        document
    };
    let (here, device) = (with([(3, "ours"), (7, "ours")]), with([(7, "theirs"), (9, "theirs")]));
    bencher.bench(|| merge::three_way(black_box(&writes), black_box(&here), Some(&base), black_box(&device)));
}
