//! The command line.

mod doctor;
mod import;
mod serve;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::Context;
use chrono::TimeDelta;
use clap::{Args, Parser, Subcommand};
use entity::value::{CountryCode, LanguageTag, OrganisationKind, Recruitment, Title};

use crate::{
    config::{self, Config, Raw},
    demo,
    organisations::enrol::{self, Enrolment},
    platform::{Platform, chain, db::Db, env::Env, gate::Gate, limits::Limits, token::Signer, verify},
    schema,
};

/// Shared security risk management for humanitarian partnerships: a GraphQL backend.
#[derive(Parser)]
#[command(name = "safepact", version)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// Settings that have a flag; each is also a `SAFEPACT_…` variable and a key of the file.
#[derive(Args)]
struct Settings {
    /// Configuration file (TOML); also SAFEPACT_CONFIG.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the API listens.
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// The database: `sqlite:PATH` or `postgres://USER@HOST/DATABASE`.
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// open (evaluation) or hardened (production).
    #[arg(long, global = true, value_name = "PROFILE")]
    profile: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API.
    Serve {
        /// Migrate an empty database and fill it with the demo data; print demo tokens.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the tables up to date.
    Migrate,
    /// Load the demo data into an empty database.
    Demo {
        /// Only list the demo personas.
        #[arg(long)]
        list: bool,
    },
    /// Print one token of the embedded issuer.
    Token {
        /// A demo persona, or any subject that has an account here.
        #[arg(long = "as", value_name = "PERSONA")]
        subject: String,
        /// The device it is made for (claim `device_id`).
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
        /// Minutes for which the token counts.
        #[arg(long, default_value_t = 12 * 60)]
        minutes: i64,
    },
    /// Import what others publish.
    #[command(subcommand)]
    Import(import::Import),
    /// Keep the history that this database holds.
    #[command(subcommand)]
    Generation(Generation),
    /// Print the GraphQL schema.
    Schema,
    /// Check every ledger; a damaged one is named with its first bad position.
    Verify,
    /// Say what is wrong with configuration, database, clock and keys, and how to mend it.
    Doctor {
        /// Only print the table of settings.
        #[arg(long)]
        settings: bool,
    },
    /// Enrol an organisation with its first representative. From then on the organisation keeps itself.
    Enrol(Enrol),
}

#[derive(Subcommand)]
enum Generation {
    /// Begin another history, after a restore from a backup: every device reads again from the start.
    Bump,
}

#[derive(Args)]
struct Enrol {
    /// Name of the organisation.
    #[arg(long)]
    name: String,
    /// international, national, local, un, donor or government.
    #[arg(long)]
    kind: String,
    /// Country of its seat, two letters.
    #[arg(long)]
    country: String,
    /// Language it works in.
    #[arg(long, default_value = "en")]
    language: String,
    /// Let every organisation of the network see its basic entry.
    #[arg(long)]
    listed: bool,
    /// Name of the first representative.
    #[arg(long)]
    representative: String,
    /// international or local.
    #[arg(long)]
    recruitment: String,
    /// Issuer of the representative's tokens; the embedded one where it is left out.
    #[arg(long, default_value = crate::platform::token::EMBEDDED_ISSUER)]
    issuer: String,
    /// Subject of the representative's tokens.
    #[arg(long)]
    subject: String,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("safepact: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Settings {
    fn raw(&self) -> Result<Raw, config::Wrong> {
        let variable = |name: &str| std::env::var(name).ok();
        let named = self.config.clone().or_else(|| variable("SAFEPACT_CONFIG").map(PathBuf::from));
        let usual = PathBuf::from("safepact.toml");
        let file = named.or_else(|| usual.exists().then_some(usual));
        let flags = [
            ("listen", self.listen.clone()),
            ("database_url", self.database_url.clone()),
            ("profile", self.profile.clone()),
        ];
        Raw::gather(file.as_deref(), &variable, &flags)
    }

    fn read(&self) -> Result<Config, config::Wrong> {
        Config::read(&self.raw()?)
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    // What needs no configuration must work without one.
    match &cli.command {
        Command::Schema => {
            print!("{}", schema::sdl(&schema::build(Limits::default())?.0));
            return Ok(ExitCode::SUCCESS);
        }
        Command::Demo { list: true } => {
            for persona in demo::PERSONAS {
                println!("{:<8}{:<16}{}", persona.subject, persona.name, persona.role);
            }
            return Ok(ExitCode::SUCCESS);
        }
        Command::Doctor { settings: true } => {
            print!("{}", config::table());
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    // Documents are bounded before they are parsed; a deep stack is the second fence (it costs address space only).
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(8 << 20).enable_all().build()?;
    if let Command::Doctor { .. } = cli.command {
        return runtime.block_on(doctor::doctor(cli.settings.read()));
    }
    let config = cli.settings.read()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve { demo } => serve::serve(config, demo).await?,
            Command::Migrate => {
                open(&config).await?.migrate().await?;
                println!("the tables are up to date");
            }
            Command::Demo { .. } => {
                let db = open(&config).await?;
                db.migrate().await?;
                let platform = Platform::open(db, Env::system()).await?;
                load_demo(&platform).await?;
                println!("the demo data is loaded; personas: safepact demo --list");
            }
            Command::Token { subject, device, minutes } => {
                println!("{}", token(&config, &subject, device.as_deref(), minutes)?);
            }
            Command::Import(asked) => import::import(&config, asked).await?,
            Command::Generation(Generation::Bump) => {
                println!("{}", platform(&config).await?.bump_generation().await?);
            }
            Command::Verify => return verify(&config).await,
            Command::Enrol(enrol) => self::enrol(&config, enrol).await?,
            Command::Schema | Command::Doctor { .. } => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Opens the database; the folder of an SQLite file is made where it is missing.
async fn open(config: &Config) -> anyhow::Result<Db> {
    if let Some(folder) = config::sqlite_path(&config.database_url).and_then(|path| path.parent())
        && !folder.as_os_str().is_empty()
    {
        std::fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    Db::open(&config.database_url).await.context("the database cannot be opened (safepact doctor says more)")
}

/// Opens the platform on a database whose tables are up to date.
async fn platform(config: &Config) -> anyhow::Result<Arc<Platform>> {
    let db = open(config).await?;
    let pending = db.pending_migrations().await?;
    anyhow::ensure!(pending == 0, "the database lacks {pending} migrations: run `safepact migrate` first");
    Ok(Platform::open(db, Env::system()).await?)
}

async fn load_demo(platform: &Arc<Platform>) -> anyhow::Result<()> {
    anyhow::ensure!(platform.is_empty().await?, "the database is not empty: demo data goes into an empty one only");
    let limits = Limits::default();
    let (schema, types) = schema::build(limits.clone())?;
    let gate = Gate::new(Arc::new(types), limits, false);
    demo::load(platform, &schema, &gate).await
}

fn token(config: &Config, subject: &str, device: Option<&str>, minutes: i64) -> anyhow::Result<String> {
    anyhow::ensure!(config.embedded_issuer, "the embedded issuer is off here (setting embedded_issuer)");
    anyhow::ensure!((1..=7 * 24 * 60).contains(&minutes), "--minutes: found {minutes}, expected 1 to 10080");
    let signer = Signer::open(&config.issuer_key, &config.audience)?;
    signer.sign(&Env::system(), subject, device, TimeDelta::minutes(minutes))
}

async fn verify(config: &Config) -> anyhow::Result<ExitCode> {
    let platform = platform(config).await?;
    let report = verify::verify(&platform).await?;
    println!("{} ledgers, {} entries", report.spaces, report.entries);
    for fault in &report.faults {
        println!("space {}, position {}: {}", fault.space_no, fault.seq, fault.what);
    }
    for record in &report.misplaced {
        println!("{} {}: published elsewhere than its audience says", chain::kind_name(record.kind), record.id);
    }
    if report.faults.is_empty() && report.misplaced.is_empty() {
        println!("every ledger is contiguous and unchanged, every record published where it belongs");
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

async fn enrol(config: &Config, asked: Enrol) -> anyhow::Result<()> {
    let wrong = |name: &str, expected: &str| anyhow::anyhow!("--{name}: expected {expected}");
    let title = |name: &str, text: &str| Title::new(text).map_err(|v| wrong(name, &v.message));
    let word = |text: &str| serde_json::Value::String(text.to_uppercase());
    let enrolment = Enrolment {
        name: title("name", &asked.name)?,
        kind: serde_json::from_value::<OrganisationKind>(word(&asked.kind))
            .map_err(|_| wrong("kind", "international, national, local, un, donor or government"))?,
        country: CountryCode::new(&asked.country).map_err(|v| wrong("country", &v.message))?,
        base_language: LanguageTag::new(&asked.language).map_err(|v| wrong("language", &v.message))?,
        listed: asked.listed,
        representative: title("representative", &asked.representative)?,
        recruitment: serde_json::from_value::<Recruitment>(word(&asked.recruitment))
            .map_err(|_| wrong("recruitment", "international or local"))?,
        issuer: title("issuer", &asked.issuer)?,
        subject: title("subject", &asked.subject)?,
    };
    let id = enrol::enrol(&platform(config).await?, enrolment).await?;
    println!("{id}");
    Ok(())
}
