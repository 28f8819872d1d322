//! Configuration: one table of settings; a flag beats the environment, that beats the file, that beats the default.
//! A wrong value is refused at start, naming key, value and what is expected.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use crate::platform::token::IssuerConfig;

/// Evaluation or production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Evaluation: playground, introspection, queries by GET, embedded issuer.
    Open,
    /// Production: none of these.
    Hardened,
}

/// One setting.
pub struct Setting {
    /// Key in the file.
    pub key: &'static str,
    /// Default, as it would be written.
    pub default: &'static str,
    /// What a value must be.
    pub expects: &'static str,
    /// What it is for.
    pub about: &'static str,
}

impl Setting {
    /// Name of the environment variable.
    pub fn variable(&self) -> String {
        format!("SAFEPACT_{}", self.key.to_uppercase())
    }
}

const fn setting(key: &'static str, default: &'static str, expects: &'static str, about: &'static str) -> Setting {
    Setting { key, default, expects, about }
}

/// Every setting. `docs/configuration.md` is printed from this table.
pub const SETTINGS: &[Setting] = &[
    setting("listen", "127.0.0.1:8080", "ADDRESS:PORT", "Where the API listens."),
    setting(
        "database_url",
        "sqlite:data/safepact.sqlite",
        "sqlite:PATH or postgres://USER@HOST/DATABASE",
        "The database. SQLite is embedded; PostgreSQL is for production.",
    ),
    setting(
        "profile",
        "open",
        "open or hardened",
        "open: playground, introspection, GET, embedded issuer. hardened: none of them.",
    ),
    setting(
        "metrics_listen",
        "",
        "ADDRESS:PORT or nothing",
        "Where /metrics is served for Prometheus, on a port of its own.",
    ),
    setting(
        "otlp_endpoint",
        "",
        "http(s)://HOST:PORT or nothing",
        "OpenTelemetry collector (OTLP over HTTP) for traces and metrics.",
    ),
    setting(
        "nats_url",
        "",
        "a URL such as nats://nats.internal:4222, or nothing",
        "NATS server for doorbells between nodes that share a PostgreSQL database; without it the nodes poll.",
    ),
    setting("log", "info", "a filter such as info or warn,safepact=debug", "What is logged, to standard error."),
    setting("log_format", "text", "text or json", "Form of the log lines."),
    setting(
        "origins",
        "",
        "origins such as https://app.example.org, separated by commas",
        "Browser origins that may call the API and open sockets.",
    ),
    setting("audience", "safepact", "a word", "`aud` of tokens from the embedded issuer."),
    setting(
        "embedded_issuer",
        "auto",
        "on, off or auto",
        "Whether tokens of the embedded issuer count; auto: in profile open only.",
    ),
    setting(
        "issuer_key",
        "auto",
        "a path or auto",
        "Key file of the embedded issuer, made with mode 0600; auto: beside the database.",
    ),
    setting(
        "issuers",
        "[]",
        "a list of {issuer, audience, jwks_url, algorithms}",
        "Outside token issuers that are trusted; algorithms out of EdDSA, ES256, RS256.",
    ),
];

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The table.
    Default,
    /// The file.
    File,
    /// The environment.
    Environment,
    /// The command line.
    Flag,
}

/// A value that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The setting.
    pub key: String,
    /// What was found.
    pub value: String,
    /// What is expected.
    pub expects: String,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { key, value, expects } = self;
        write!(f, "setting {key} (SAFEPACT_{}): found {value:?}, expected {expects}", key.to_uppercase())
    }
}

impl std::error::Error for Wrong {}

/// The configuration of a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// The database.
    pub database_url: String,
    /// Evaluation or production.
    pub profile: Profile,
    /// Where metrics are served.
    pub metrics_listen: Option<SocketAddr>,
    /// OpenTelemetry collector.
    pub otlp_endpoint: Option<String>,
    /// Doorbells between nodes.
    pub nats_url: Option<String>,
    /// Log filter.
    pub log: String,
    /// Whether log lines are JSON.
    pub log_json: bool,
    /// Browser origins.
    pub origins: Vec<String>,
    /// `aud` of embedded tokens.
    pub audience: String,
    /// Whether the embedded issuer is on.
    pub embedded_issuer: bool,
    /// Its key file.
    pub issuer_key: PathBuf,
    /// Outside issuers.
    pub issuers: Vec<IssuerConfig>,
    /// Where each value came from.
    pub sources: BTreeMap<&'static str, Source>,
}

/// Values by key, before they are read.
#[derive(Clone, Debug, Default)]
pub struct Raw(BTreeMap<&'static str, (String, Source)>);

impl Raw {
    /// Gathers file, environment and flags.
    pub fn gather(
        file: Option<&Path>,
        environment: &dyn Fn(&str) -> Option<String>,
        flags: &[(&'static str, Option<String>)],
    ) -> Result<Self, Wrong> {
        let mut raw = Self::default();
        if let Some(path) = file {
            raw.read_file(path)?;
        }
        for setting in SETTINGS {
            if let Some(value) = environment(&setting.variable()) {
                raw.0.insert(setting.key, (value, Source::Environment));
            }
        }
        for (key, value) in flags {
            if let Some(value) = value {
                raw.0.insert(key, (value.clone(), Source::Flag));
            }
        }
        Ok(raw)
    }

    fn read_file(&mut self, path: &Path) -> Result<(), Wrong> {
        let wrong =
            |value: String, expects: &str| Wrong { key: "config".to_owned(), value, expects: expects.to_owned() };
        let text = std::fs::read_to_string(path)
            .map_err(|e| wrong(path.display().to_string(), &format!("a readable file ({e})")))?;
        let table: toml::Table = text.parse().map_err(|e| wrong(path.display().to_string(), &format!("TOML ({e})")))?;
        for (key, value) in table {
            let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
                let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
                return Err(wrong(key, &format!("one of {}", known.join(", "))));
            };
            let value = match value {
                toml::Value::String(text) => text,
                other => serde_json::to_string(&other).unwrap_or_default(),
            };
            self.0.insert(setting.key, (value, Source::File));
        }
        Ok(())
    }

    fn value(&self, setting: &'static Setting) -> (&str, Source) {
        self.0.get(setting.key).map_or((setting.default, Source::Default), |(value, source)| (value, *source))
    }

    fn read<T>(&self, key: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Wrong> {
        let setting = SETTINGS.iter().find(|setting| setting.key == key);
        let setting = setting.ok_or_else(|| Wrong {
            key: key.to_owned(),
            value: String::new(),
            expects: "a known setting".to_owned(),
        })?;
        let (value, _) = self.value(setting);
        parse(value.trim()).ok_or_else(|| Wrong {
            key: setting.key.to_owned(),
            value: value.to_owned(),
            expects: setting.expects.to_owned(),
        })
    }
}

#[expect(clippy::option_option, reason = "nothing is a valid value, and differs from a wrong one")]
fn optional<T>(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { parse(text).map(Some) }
}

fn is_http(url: &str) -> bool {
    url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).is_some_and(|rest| !rest.is_empty())
}

fn is_nats(url: &str) -> bool {
    url.strip_prefix("nats://").or_else(|| url.strip_prefix("tls://")).is_some_and(|rest| !rest.is_empty())
}

/// A PostgreSQL URL without a user would sign in as somebody nobody meant.
fn is_database(url: &str) -> bool {
    match url.split_once(':') {
        Some(("sqlite", path)) => !path.trim_start_matches('/').is_empty(),
        Some(("postgres" | "postgresql", rest)) => {
            rest.strip_prefix("//").and_then(|rest| rest.split_once('@')).is_some_and(|(user, _)| !user.is_empty())
        }
        _ => false,
    }
}

/// Path of the file behind an SQLite URL.
pub fn sqlite_path(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(Path::new(path.split('?').next().unwrap_or(path)))
}

impl Config {
    /// Reads the values; the first wrong one is named.
    pub fn read(raw: &Raw) -> Result<Self, Wrong> {
        let profile = raw.read("profile", |text| match text {
            "open" => Some(Profile::Open),
            "hardened" => Some(Profile::Hardened),
            _ => None,
        })?;
        let database_url = raw.read("database_url", |text| is_database(text).then(|| text.to_owned()))?;
        let beside = match sqlite_path(&database_url) {
            Some(path) => path.with_extension("issuer.key"),
            None => PathBuf::from("data/issuer.key"),
        };
        Ok(Self {
            listen: raw.read("listen", |text| text.parse().ok())?,
            profile,
            metrics_listen: raw.read("metrics_listen", |text| optional(text, |text| text.parse().ok()))?,
            otlp_endpoint: raw.read("otlp_endpoint", |text| optional(text, |t| is_http(t).then(|| t.to_owned())))?,
            nats_url: raw.read("nats_url", |text| optional(text, |text| is_nats(text).then(|| text.to_owned())))?,
            log: raw.read("log", |text| tracing_subscriber::EnvFilter::try_new(text).ok().map(|_| text.to_owned()))?,
            log_json: raw.read("log_format", |text| match text {
                "text" => Some(false),
                "json" => Some(true),
                _ => None,
            })?,
            origins: raw.read("origins", |text| {
                let origins: Vec<String> =
                    text.split(',').map(str::trim).filter(|o| !o.is_empty()).map(str::to_owned).collect();
                origins.iter().all(|o| is_http(o) && !o.ends_with('/')).then_some(origins)
            })?,
            audience: raw.read("audience", |text| (!text.is_empty()).then(|| text.to_owned()))?,
            embedded_issuer: raw.read("embedded_issuer", |text| match text {
                "on" => Some(true),
                "off" => Some(false),
                "auto" => Some(profile == Profile::Open),
                _ => None,
            })?,
            issuer_key: raw.read("issuer_key", |text| match text {
                "" => None,
                "auto" => Some(beside),
                path => Some(PathBuf::from(path)),
            })?,
            issuers: raw.read("issuers", |text| serde_json::from_str(text).ok())?,
            sources: SETTINGS.iter().map(|setting| (setting.key, raw.value(setting).1)).collect(),
            database_url,
        })
    }
}

/// The table of settings as Markdown.
pub fn table() -> String {
    let mut out = String::from("| key in the file | environment | default | expects | for |\n|---|---|---|---|---|\n");
    for setting in SETTINGS {
        let default = if setting.default.is_empty() { "nothing".to_owned() } else { format!("`{}`", setting.default) };
        let (key, variable) = (setting.key, setting.variable());
        out.push_str(&format!("| `{key}` | `{variable}` | {default} | {} | {} |\n", setting.expects, setting.about));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Result<Config, Wrong> {
        let flags: Vec<_> = pairs.iter().map(|(key, value)| (*key, Some((*value).to_owned()))).collect();
        Config::read(&Raw::gather(None, &|_| None, &flags).unwrap())
    }

    #[test]
    fn the_defaults_are_valid() {
        let config = read(&[]).unwrap();
        assert_eq!(config.profile, Profile::Open);
        assert!(config.embedded_issuer);
        assert_eq!(config.issuer_key, Path::new("data/safepact.issuer.key"));
        assert!(!read(&[("profile", "hardened")]).unwrap().embedded_issuer);
    }

    #[test]
    fn every_wrong_value_is_named_with_what_is_expected() {
        for (key, value) in [
            ("listen", "8080"),
            ("database_url", "mysql://x"),
            ("database_url", "postgres://localhost/safepact"),
            ("profile", "production"),
            ("metrics_listen", "here"),
            ("otlp_endpoint", "collector:4318"),
            ("nats_url", "localhost:4222"),
            ("log", "=="),
            ("log_format", "xml"),
            ("origins", "app.example.org"),
            ("audience", ""),
            ("embedded_issuer", "yes"),
            ("issuer_key", ""),
            ("issuers", "{}"),
        ] {
            let wrong = read(&[(key, value)]).unwrap_err();
            assert_eq!((wrong.key.as_str(), wrong.value.as_str()), (key, value));
            let setting = SETTINGS.iter().find(|setting| setting.key == key).unwrap();
            assert_eq!(wrong.expects, setting.expects);
        }
    }

    #[test]
    fn a_flag_beats_the_environment_and_that_beats_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("safepact.toml");
        std::fs::write(&file, "listen = '1.1.1.1:1'\nlog_format = 'json'\naudience = 'f'\n").unwrap();
        let environment = |name: &str| match name {
            "SAFEPACT_LISTEN" => Some("2.2.2.2:2".to_owned()),
            "SAFEPACT_AUDIENCE" => Some("e".to_owned()),
            _ => None,
        };
        let flags = [("listen", Some("3.3.3.3:3".to_owned())), ("profile", None)];
        let config = Config::read(&Raw::gather(Some(&file), &environment, &flags).unwrap()).unwrap();
        assert_eq!(config.listen, "3.3.3.3:3".parse().unwrap());
        assert_eq!(config.audience, "e");
        assert!(config.log_json);
        assert_eq!(config.sources.get("log_format"), Some(&Source::File));
        std::fs::write(&file, "listn = 'x'").unwrap();
        let wrong = Raw::gather(Some(&file), &|_| None, &[]).unwrap_err();
        assert_eq!(wrong.value, "listn");
    }
}
