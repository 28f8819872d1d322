//! `safepact import incidents FILE`: in the name of a person, with that person's rights.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::Context;
use chrono::TimeDelta;
use clap::{Args, Subcommand};
use entity::{Id, Right};

use super::platform;
use crate::{
    config::Config,
    incidents::import::{self, mapping},
    platform::{
        env::Env,
        token::{Keyring, Signer},
    },
};

/// What is imported.
#[derive(Subcommand)]
pub(super) enum Import {
    /// Incidents, from a CSV file.
    Incidents(Incidents),
}

#[derive(Args)]
pub(super) struct Incidents {
    /// The file: CSV with a header.
    file: PathBuf,
    /// Name of a mapping that comes with the program, or a file with one (JSON).
    #[arg(long, value_name = "NAME")]
    mapping: String,
    /// In whose name: a subject of the embedded issuer, where it is on.
    #[arg(long = "as", value_name = "PERSONA", required_unless_present = "token")]
    subject: Option<String>,
    /// In whose name: a token; also SAFEPACT_TOKEN.
    #[arg(long, env = "SAFEPACT_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The organisation whose incidents they become, where the person imports for more than one.
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
    /// Write the whole report to a file (JSON).
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Imports.
pub(super) async fn import(config: &Config, Import::Incidents(asked): Import) -> anyhow::Result<()> {
    let mapping = mapping_of(&asked.mapping)?;
    let platform = platform(config).await?;
    let signer = if config.embedded_issuer { Some(Signer::open(&config.issuer_key, &config.audience)?) } else { None };
    let token = match (&asked.subject, &asked.token, &signer) {
        (Some(subject), _, Some(signer)) => signer.sign(&Env::system(), subject, None, TimeDelta::hours(1))?,
        (Some(_), _, None) => anyhow::bail!("--as needs the embedded issuer (setting embedded_issuer); give --token"),
        (None, Some(token), _) => token.clone(),
        (None, None, _) => anyhow::bail!("say in whose name: --as or --token"),
    };
    let mut keyring = Keyring::default();
    if let Some(signer) = &signer {
        keyring.trust_embedded(signer);
    }
    for issuer in &config.issuers {
        keyring.trust(issuer, std::time::Duration::from_secs(5))?;
    }
    let identity = keyring.check(&token, platform.env.now()).await?;
    let caller = platform.caller(&identity, "import".into()).await?.context("this person has no account here")?;
    let own: Vec<Id> = caller.grants().with(Right::IncidentVerify).map(|grant| grant.space.subject).collect();
    let organisation = match (&asked.organisation, own.as_slice()) {
        (Some(id), _) => id.parse().context("--organisation: expected a UUID")?,
        (None, [one]) => *one,
        (None, []) => anyhow::bail!("this person may not import: it needs the role SECURITY_FOCAL_POINT"),
        (None, _) => anyhow::bail!("this person imports for more than one organisation: name it with --organisation"),
    };
    import::may_import(&caller, organisation)?;
    let file = std::fs::File::open(&asked.file).with_context(|| format!("{} cannot be read", asked.file.display()))?;
    let (bytes, shown) = (file.metadata()?.len().max(1), AtomicU64::new(u64::MAX));
    let bar = std::io::stderr().is_terminal();
    let told = |read: u64| {
        let percent = (read * 100 / bytes).min(100);
        if bar && shown.swap(percent, Ordering::Relaxed) != percent {
            let done = usize::try_from(percent / 4).unwrap_or_default();
            eprint!("\r[{}{}] {percent:>3} %", "#".repeat(done), " ".repeat(25_usize.saturating_sub(done)));
            drop(std::io::stderr().flush());
        }
    };
    let report = import::import(&caller, organisation, &mapping, std::io::BufReader::new(file), told).await?;
    if bar {
        eprintln!();
    }
    if let Some(path) = &asked.report {
        std::fs::write(path, serde_json::to_string_pretty(&report)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    println!(
        "{} rows: {} new, {} changed, {} as before, {} edited here and kept, {} refused",
        report.rows, report.created, report.updated, report.unchanged, report.kept, report.refused
    );
    if !report.unknown_columns.is_empty() {
        println!(
            "columns that mapping {} {} does not know: {}",
            mapping.name,
            mapping.version,
            report.unknown_columns.join(", ")
        );
    }
    for ((column, rule), times) in report.by_rule() {
        println!("{times:>6} × {rule}{}", if column.is_empty() { String::new() } else { format!(" in {column}") });
    }
    if report.notes_total > 0 && asked.report.is_none() {
        println!("--report FILE writes all {} of them, by line and column", report.notes_total);
    }
    Ok(())
}

fn mapping_of(name: &str) -> anyhow::Result<mapping::Mapping> {
    if std::path::Path::new(name).extension().is_some_and(|extension| extension == "json") {
        let text = std::fs::read_to_string(name).with_context(|| format!("--mapping: {name} cannot be read"))?;
        return serde_json::from_str(&text).with_context(|| format!("--mapping: {name} is not a mapping"));
    }
    mapping::named(name).with_context(|| {
        let known = mapping::known().unwrap_or_default();
        let known: Vec<String> = known.into_iter().map(|m| format!("{} ({})", m.name, m.about)).collect();
        format!("--mapping: expected a file that ends in .json, or one of {}", known.join(", "))
    })
}
