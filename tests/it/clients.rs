//! Real clients in Node against the real binary. Without Node they are skipped, and say so.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use crate::support::{binary, repository};

fn has_clients() -> bool {
    let ready = repository().join("tests/clients/node_modules").exists()
        && Command::new("node").arg("--version").output().is_ok();
    if !ready {
        assert!(
            std::env::var_os("SAFEPACT_REQUIRE_ALL").is_none(),
            "Node clients are required here: npm ci in tests/clients"
        );
        eprintln!("SKIPPED clients in Node: run `npm ci` in tests/clients to have them tested");
    }
    ready
}

/// Starts the binary on demo data and runs one client against it.
fn client(script: &str) {
    if !has_clients() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut server = Command::new(binary())
        .current_dir(folder.path())
        .args(["serve", "--demo", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let url = lines.find_map(|line| line.unwrap().trim().strip_prefix("API").map(|url| url.trim().to_owned())).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let key = folder.path().join("data/safepact.issuer.key");
    let out = Command::new("node")
        .current_dir(repository().join("tests/clients"))
        .arg(script)
        .arg(url.trim_end_matches("/graphql"))
        .arg(if script == "playground.mjs" { Path::new("") } else { key.as_path() })
        .output()
        .unwrap();
    drop(server.kill());
    drop(server.wait());
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    told(script, out.status.success(), &said);
}

/// What a client said. The line that matters goes past what collects the output of tests: a log that is cut has it too.
fn told(script: &str, succeeded: bool, said: &str) {
    println!("{said}");
    if !succeeded {
        for line in said.lines().filter(|line| line.starts_with("FAIL")) {
            drop(writeln!(std::io::stderr(), "{script}: {line}"));
        }
    }
    assert!(succeeded, "{script}: {said}");
}

#[test]
fn all_audits_of_graphql_over_http_pass() {
    client("audits.mjs");
}

#[test]
fn the_demo_story_runs_through_an_unmodified_client() {
    client("story.mjs");
}

#[test]
fn the_socket_protocol_is_spoken() {
    client("sockets.mjs");
}

#[test]
fn events_stream_over_sse() {
    client("sse.mjs");
}

#[test]
fn refusals_are_as_documented() {
    client("http.mjs");
}

#[test]
fn two_sides_found_a_partnership_and_review_it_together() {
    client("review.mjs");
}

#[test]
fn an_unmodified_rxdb_client_works_offline() {
    client("rxdb.mjs");
}

#[test]
fn an_unmodified_rxdb_client_survives_kills_outages_and_a_restore() {
    if !has_clients() {
        return;
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let out = Command::new("node")
        .current_dir(repository().join("tests/clients"))
        .args(["rxdb-faults.mjs", &format!("http://127.0.0.1:{port}"), binary()])
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    told("rxdb-faults.mjs", out.status.success(), &said);
}

#[test]
fn the_playground_works_in_a_browser() {
    if !Path::new("/usr/bin/chromium").exists() {
        assert!(std::env::var_os("SAFEPACT_REQUIRE_ALL").is_none(), "Chromium is required here");
        eprintln!("SKIPPED the playground in a browser: there is no Chromium");
        return;
    }
    client("playground.mjs");
}
