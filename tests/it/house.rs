//! The house: small files, words before code, no way round the platform.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::repository;

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

fn production() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    for folder in ["api/src", "entity/src", "migration/src"] {
        sources(&repository().join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn files_are_small() {
    let mut lengths: Vec<usize> = Vec::new();
    for (path, text) in production() {
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
        lengths.push(lines);
    }
    lengths.sort_unstable();
    assert!(lengths[lengths.len() / 2] <= 120, "the median is {}", lengths[lengths.len() / 2]);
}

#[test]
fn a_folder_begins_with_words() {
    for (path, text) in production() {
        if path.ends_with("mod.rs") || path.ends_with("lib.rs") || path.ends_with("main.rs") {
            assert!(text.starts_with("//!"), "{}", path.display());
        }
    }
}

#[test]
fn the_platform_knows_no_capability() {
    for (path, text) in production() {
        if path.components().any(|part| part.as_os_str() == "platform") && path.starts_with(repository().join("api")) {
            for capability in [
                "accounts",
                "catalogue",
                "consents",
                "demo",
                "front",
                "ledger",
                "organisations",
                "partnerships",
                "risk",
            ] {
                for form in [format!("crate::{capability}"), format!("super::super::{capability}")] {
                    assert!(!text.contains(&form), "{} knows {capability}", path.display());
                }
            }
        }
    }
}

#[test]
fn nothing_is_left_unfinished() {
    for (path, text) in production() {
        for mark in ["todo!(", "unimplemented!(", "TODO", "FIXME", "#[ignore"] {
            assert!(!text.contains(mark), "{}: {mark}", path.display());
        }
    }
}
