use std::process::ExitCode;

use crate::{
    config::{Config, Wrong, sqlite_path},
    platform::{db::Db, env::Env, token::Signer},
};

struct Findings {
    wrong: usize,
}

impl Findings {
    fn good(what: &str) {
        println!("ok     {what}");
    }

    fn bad(&mut self, what: &str, mend: &str) {
        self.wrong += 1;
        println!("WRONG  {what}\n       {mend}");
    }
}

/// Says what is wrong, and how to mend it.
pub(super) async fn doctor(config: Result<Config, Wrong>) -> anyhow::Result<ExitCode> {
    let mut findings = Findings { wrong: 0 };
    match config {
        Err(wrong) => findings.bad(&wrong.to_string(), "`safepact doctor --settings` prints every setting"),
        Ok(config) => {
            Findings::good("configuration");
            database(&mut findings, &config).await;
            keys(&mut findings, &config);
        }
    }
    Ok(if findings.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn database(findings: &mut Findings, config: &Config) {
    if let Some(path) = sqlite_path(&config.database_url)
        && !path.exists()
    {
        let mend = "`safepact migrate` makes it; `safepact serve --demo` makes it with demo data";
        findings.bad(&format!("database: {} does not exist", path.display()), mend);
        return;
    }
    let db = match Db::open(&config.database_url).await {
        Ok(db) => db,
        Err(error) => {
            let mend = "check that the database runs, and the setting database_url";
            findings.bad(&format!("database: {error}"), mend);
            return;
        }
    };
    Findings::good("database answers");
    match db.pending_migrations().await {
        Ok(0) => Findings::good("tables are up to date"),
        Ok(pending) => findings.bad(&format!("database lacks {pending} migrations"), "run `safepact migrate`"),
        Err(error) => findings.bad(&format!("migrations: {error}"), "check the rights of the database user"),
    }
    match db.clock_skew(&Env::system()).await {
        Ok(skew) if skew.abs().num_seconds() <= 2 => Findings::good("clock agrees with the database"),
        Ok(skew) => findings.bad(
            &format!("clock differs from the database by {} s", skew.num_seconds()),
            "synchronise both machines (NTP): tokens and periods depend on it",
        ),
        Err(error) => findings.bad(&format!("clock: {error}"), "check the database"),
    }
    drop(db.close().await);
}

fn keys(findings: &mut Findings, config: &Config) {
    if !config.embedded_issuer && config.issuers.is_empty() {
        findings.bad(
            "nobody can sign in: no token issuer is trusted",
            "set issuers, or embedded_issuer = on for evaluation",
        );
    }
    for issuer in &config.issuers {
        Findings::good(&format!("trusts {} ({})", issuer.issuer, issuer.jwks_url));
    }
    if !config.embedded_issuer {
        return;
    }
    let path = &config.issuer_key;
    if !path.exists() {
        Findings::good(&format!("key of the embedded issuer: made at the first start ({})", path.display()));
        return;
    }
    match Signer::open(path, &config.audience) {
        Ok(_) => Findings::good("key of the embedded issuer"),
        Err(error) => findings.bad(&format!("{error}"), "remove the file: a new key is made at the next start"),
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0) {
            findings
                .bad(&format!("{} can be read by others", path.display()), &format!("chmod 600 {}", path.display()));
        }
    }
}
