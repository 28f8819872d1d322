use std::{sync::Arc, time::Duration};

use anyhow::Context;
use axum::{Router, routing::get};
use chrono::TimeDelta;
use prometheus::Encoder;
use tokio::net::TcpListener;

use super::{load_demo, open};
use crate::{
    config::{Config, Profile},
    demo, due,
    front::{DemoToken, Server, has_full_playground},
    platform::{Platform, doorbell, env::Env, limits::Limits, telemetry::Telemetry},
};

/// Serves until SIGINT or SIGTERM, then drains.
pub(super) async fn serve(config: Config, with_demo: bool) -> anyhow::Result<()> {
    let telemetry = Telemetry::start(&config.log, config.log_json, config.otlp_endpoint.as_deref())?;
    let db = open(&config).await?;
    if with_demo {
        anyhow::ensure!(config.embedded_issuer, "--demo needs the embedded issuer (setting embedded_issuer)");
        db.migrate().await?;
    }
    let pending = db.pending_migrations().await?;
    anyhow::ensure!(pending == 0, "the database lacks {pending} migrations: run `safepact migrate` first");
    let platform = Platform::open(db, Env::system()).await?;
    if with_demo && platform.is_empty().await? {
        load_demo(&platform).await?;
    } else if with_demo && !demo::is_loaded(&platform).await? {
        anyhow::bail!("the database is not empty and holds no demo data: start without --demo");
    }
    let mut server = Server::assemble(&config, platform.clone(), Limits::default(), Telemetry::metrics())?;
    if with_demo && let Some(signer) = &server.signer {
        for persona in demo::PERSONAS {
            server.demo.push(DemoToken {
                persona: persona.subject.to_owned(),
                name: persona.name.to_owned(),
                role: persona.role.to_owned(),
                token: signer.sign(&platform.env, persona.subject, None, TimeDelta::hours(12))?,
            });
        }
    }
    if let Some(url) = &config.nats_url {
        doorbell::connect(&platform.hub, url, &platform.deployment().await?)
            .await
            .with_context(|| "setting nats_url: the client cannot be made".to_owned())?;
    }
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("setting listen: {} cannot be listened on", config.listen))?;
    let address = listener.local_addr()?;
    if let Some(metrics) = config.metrics_listen {
        let listener = TcpListener::bind(metrics)
            .await
            .with_context(|| format!("setting metrics_listen: {metrics} cannot be listened on"))?;
        let registry = telemetry.registry.clone();
        let router = Router::new().route("/metrics", get(async move || print_metrics(&registry)));
        #[expect(clippy::disallowed_methods, reason = "the metrics port lives as long as the process")]
        tokio::spawn(async move { axum::serve(listener, router).await });
    }
    announce(&config, &server, address);
    #[expect(clippy::disallowed_methods, reason = "housekeeping lives as long as the process")]
    let housekeeping = tokio::spawn(forget(platform.clone(), server.gate.limits.idempotency_days));
    #[expect(clippy::disallowed_methods, reason = "the look at what is due lives as long as the process")]
    let watch = tokio::spawn(due::watch(platform.clone()));
    Arc::new(server).serve(listener, stop()).await?;
    housekeeping.abort();
    watch.abort();
    telemetry.stop();
    Ok(())
}

fn print_metrics(registry: &prometheus::Registry) -> ([(&'static str, &'static str); 1], Vec<u8>) {
    let mut out = Vec::new();
    if let Err(error) = prometheus::TextEncoder::new().encode(&registry.gather(), &mut out) {
        tracing::warn!(%error, "metrics could not be printed");
    }
    ([("content-type", "text/plain; version=0.0.4")], out)
}

/// Once an hour, forgets what idempotency no longer needs.
async fn forget(platform: Arc<Platform>, days: i32) {
    loop {
        if let Err(error) = platform.forget_old_commands(days.into()).await {
            tracing::warn!(cause = error.cause().unwrap_or_default(), "old commands could not be forgotten");
        }
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
}

async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    drop(interrupt.await);
}

/// Tells a person where things are. Standard output; the log goes to standard error.
fn announce(config: &Config, server: &Server, address: std::net::SocketAddr) {
    let open = config.profile == Profile::Open;
    println!("safepact {} is ready", env!("CARGO_PKG_VERSION"));
    println!("  API         http://{address}/graphql");
    if open {
        let which = if has_full_playground() {
            "GraphiQL"
        } else {
            "small page; with Node on the machine, build again for GraphiQL"
        };
        println!("  Playground  http://{address}/playground  ({which})");
    }
    println!("  Schema      http://{address}/graphql/schema.graphql");
    if !server.demo.is_empty() {
        println!("\nDemo tokens, good for 12 hours (send as `Authorization: Bearer …`):");
        for demo in &server.demo {
            println!("\n  {} · {} · {}\n  {}", demo.persona, demo.name, demo.role, demo.token);
        }
    }
}
