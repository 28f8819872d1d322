//! The front end: GraphQL over HTTP, WebSocket (graphql-transport-ws) and SSE, with the playground and
//! the probes beside it. Our own, because clients rely on exact answers (`docs/API.md`).

mod accept;
mod again;
mod exports;
mod http;
mod playground;
mod probes;
mod reply;
mod socket;
mod sse;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, header},
    routing::get,
};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, cors::CorsLayer};

use crate::{
    config::{Config, Profile},
    platform::{
        Platform,
        caller::Caller,
        error::{Error, Result},
        gate::Gate,
        limits::Limits,
        telemetry::Metrics,
        token::{Identity, Keyring, Signer},
    },
    schema::{self, Schema},
    sync::command::Executor,
};

/// A demo persona with a token, for the playground.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DemoToken {
    /// Short name.
    pub persona: String,
    /// Name in the demo data.
    pub name: String,
    /// Who that is.
    pub role: String,
    /// The token.
    pub token: String,
}

/// Everything the front end stands on.
pub struct Server {
    /// Database, clock, hub.
    pub platform: Arc<Platform>,
    /// The executor.
    pub schema: Schema,
    /// What every document passes.
    pub gate: Arc<Gate>,
    /// Trusted issuers.
    pub keyring: Keyring,
    /// The embedded issuer, where it is on.
    pub signer: Option<Signer>,
    /// Evaluation or production.
    pub profile: Profile,
    /// Origins of browsers that may call.
    pub origins: Vec<String>,
    /// Demo personas for the playground; empty outside demo mode.
    pub demo: Vec<DemoToken>,
    /// Counters.
    pub metrics: Metrics,
    /// Cancelled when the server drains.
    pub drain: CancellationToken,
    /// Sockets and streams that are open.
    pub open: TaskTracker,
}

/// Whether GraphiQL was embedded when this binary was built.
pub fn has_full_playground() -> bool {
    playground::is_full()
}

impl Server {
    /// A server on a platform, as configured.
    pub fn assemble(
        config: &Config,
        platform: Arc<Platform>,
        limits: Limits,
        metrics: Metrics,
    ) -> anyhow::Result<Self> {
        let (schema, types) = schema::build(limits.clone())?;
        let mut keyring = Keyring::default();
        let signer = config.embedded_issuer.then(|| Signer::open(&config.issuer_key, &config.audience)).transpose()?;
        if let Some(signer) = &signer {
            keyring.trust_embedded(signer);
        }
        for issuer in &config.issuers {
            keyring.trust(issuer, Duration::from_secs(5))?;
        }
        Ok(Self {
            gate: Arc::new(Gate::new(Arc::new(types), limits, config.profile == Profile::Open)),
            platform,
            schema,
            keyring,
            signer,
            profile: config.profile,
            origins: config.origins.clone(),
            demo: Vec::new(),
            metrics,
            drain: CancellationToken::new(),
            open: TaskTracker::new(),
        })
    }

    /// The identity of a bearer token and the caller behind it.
    pub(crate) async fn authenticate(&self, token: &str, request_id: &Arc<str>) -> Result<(Identity, Caller)> {
        let identity = self.keyring.check(token, self.platform.env.now()).await?;
        match self.platform.caller(&identity, request_id.clone()).await? {
            Some(caller) => Ok((identity, caller)),
            None => Err(Error::unauthenticated(self.platform.why_nobody(&identity).await?)),
        }
    }

    /// The same for a request that asks by itself whether the standings that are kept still count.
    pub(crate) async fn recognise(&self, token: &str, request_id: &Arc<str>) -> Result<Caller> {
        let identity = self.keyring.check(token, self.platform.env.now()).await?;
        match self.platform.caller_that_asks(&identity, request_id.clone()).await? {
            Some(caller) => Ok(caller),
            None => Err(Error::unauthenticated(self.platform.why_nobody(&identity).await?)),
        }
    }

    /// What runs commands that were given offline.
    fn executor(&self) -> Executor {
        Executor { schema: self.schema.clone(), gate: self.gate.clone() }
    }

    /// The router of the public port.
    pub fn router(self: &Arc<Self>) -> Router {
        let mut router = Router::new()
            .route("/graphql", get(http::get).post(http::post).fallback(http::other_method))
            .route("/graphql/schema.graphql", get(probes::sdl))
            .route("/sync/schemas/{collection}", get(probes::json_schema))
            .route("/export/reviews/{id}/{file}", get(exports::review))
            .route("/.well-known/jwks.json", get(probes::jwks))
            .route("/health/live", get(probes::live))
            .route("/health/ready", get(probes::ready));
        if self.profile == Profile::Open {
            router = playground::routes(router);
        }
        router
            .fallback(http::not_found)
            .with_state(self.clone())
            .layer(DefaultBodyLimit::disable())
            .layer(CompressionLayer::new())
            .layer(self.cors())
            .layer(CatchPanicLayer::custom(http::panicked))
    }

    fn cors(&self) -> CorsLayer {
        let origins: Vec<HeaderValue> = self.origins.iter().filter_map(|origin| origin.parse().ok()).collect();
        let names =
            ["authorization", "content-type", "idempotency-key", "x-request-id", "last-event-id", "if-none-match"];
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(names.map(HeaderName::from_static))
            .expose_headers([
                header::RETRY_AFTER,
                header::ETAG,
                header::CONTENT_DISPOSITION,
                HeaderName::from_static("x-request-id"),
            ])
            .max_age(Duration::from_hours(2))
    }

    /// Serves until `stop`, then drains: no new connections, running requests get ten seconds, sockets are
    /// closed with 1012 spread over five.
    pub async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let hub = self.platform.hub.clone().run(self.drain.child_token());
        #[expect(clippy::disallowed_methods, reason = "the hub lives as long as the server")]
        let hub = tokio::spawn(hub);
        let drain = self.drain.clone();
        let router = self.router().into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, router)
            .with_graceful_shutdown(async move {
                stop.await;
                tracing::info!("draining: no new connections, open sockets are asked to reconnect");
                drain.cancel();
            })
            .await?;
        self.open.close();
        if tokio::time::timeout(Duration::from_secs(10), self.open.wait()).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        drop(hub.await);
        Ok(())
    }
}
