//! Logs, traces and metrics. No personal data in any of them: ids, names of operations, codes, counts, times.

use std::{io::IsTerminal, time::Duration};

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, Meter, UpDownCounter},
    trace::TracerProvider,
};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider, trace::SdkTracerProvider};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

use super::error::ErrorCode;

/// Counters of one server.
#[derive(Clone)]
pub struct Metrics {
    duration: Histogram<f64>,
    statements: Histogram<u64>,
    refused: Counter<u64>,
    sockets: UpDownCounter<i64>,
}

impl Metrics {
    /// On a meter.
    pub fn new(meter: &Meter) -> Self {
        Self {
            duration: meter
                .f64_histogram("safepact.request.duration")
                .with_unit("s")
                .with_boundaries(vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
                .with_description("Time from request to answer, by operation and code")
                .build(),
            statements: meter
                .u64_histogram("safepact.request.statements")
                .with_boundaries(vec![1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0])
                .with_description("SQL statements of a request, by operation")
                .build(),
            refused: meter
                .u64_counter("safepact.request.refused")
                .with_description("Requests refused before anything ran, by code")
                .build(),
            sockets: meter.i64_up_down_counter("safepact.sockets").with_description("Open WebSockets").build(),
        }
    }

    /// A request was answered.
    pub fn answered(&self, operation: &'static str, code: &str, took: Duration, statements: u32) {
        let labels = [KeyValue::new("operation", operation), KeyValue::new("code", code.to_owned())];
        self.duration.record(took.as_secs_f64(), &labels);
        self.statements.record(u64::from(statements), &[KeyValue::new("operation", operation)]);
    }

    /// A request was refused before anything ran.
    pub fn refused(&self, code: ErrorCode) {
        self.refused.add(1, &[KeyValue::new("code", code.name())]);
    }

    /// A socket opened or closed.
    pub fn socket(&self, by: i64) {
        self.sockets.add(by, &[]);
    }
}

/// Where telemetry goes.
pub struct Telemetry {
    /// Registry that `/metrics` prints.
    pub registry: prometheus::Registry,
    meters: SdkMeterProvider,
    tracers: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts logging to standard error, and traces and metrics to an OTLP endpoint where one is named.
    pub fn start(filter: &str, json: bool, otlp: Option<&str>) -> anyhow::Result<Self> {
        let registry = prometheus::Registry::new();
        let resource = Resource::builder().with_service_name("safepact").build();
        let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build()?;
        let mut meters = SdkMeterProvider::builder().with_resource(resource.clone()).with_reader(exporter);
        let mut tracers = None;
        if let Some(endpoint) = otlp {
            let endpoint = endpoint.trim_end_matches('/');
            let metrics = opentelemetry_otlp::MetricExporter::builder()
                .with_http()
                .with_endpoint(format!("{endpoint}/v1/metrics"))
                .build()?;
            meters = meters.with_periodic_exporter(metrics);
            let spans = opentelemetry_otlp::SpanExporter::builder()
                .with_http()
                .with_endpoint(format!("{endpoint}/v1/traces"))
                .build()?;
            tracers = Some(SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(spans).build());
        }
        let meters = meters.build();
        opentelemetry::global::set_meter_provider(meters.clone());
        let log =
            tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
        let log = if json { log.json().boxed() } else { log.compact().boxed() };
        let bridge =
            tracers.as_ref().map(|tracers| tracing_opentelemetry::layer().with_tracer(tracers.tracer("safepact")));
        tracing_subscriber::registry().with(EnvFilter::try_new(filter)?).with(log).with(bridge).try_init()?;
        Ok(Self { registry, meters, tracers })
    }

    /// Counters for a server.
    pub fn metrics() -> Metrics {
        Metrics::new(&opentelemetry::global::meter("safepact"))
    }

    /// Sends what is left.
    pub fn stop(self) {
        if let Some(tracers) = self.tracers {
            drop(tracers.shutdown());
        }
        drop(self.meters.shutdown());
    }
}
