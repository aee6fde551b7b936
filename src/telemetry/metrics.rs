//! Numbers for Prometheus.
//!
//! Labels are `&'static str`: nothing that a client sends can become one, so their number is bounded by the program's
//! text. Only what is counted by organisation has their ids, of so many that have a limit. To record costs a hash of two words and one uncontended lock; nothing is allocated after the first
//! time.

use crate::{id::OrgId, limits::EXPIRY_WARNING_DAYS};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::Registry,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64},
    },
};

/// Every number that the server counts.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Family<OperationLabel, Histogram, fn() -> Histogram>,
    tokens: Family<TokenLabels, Counter>,
    throttled: Counter,
    imported_secrets: Family<ResultLabel, Counter>,
    commits: Counter,
    commit_batch_size: Histogram,
    commit_seconds: Histogram,
    database_bytes: Gauge<u64, AtomicU64>,
    connections: Gauge<i64, AtomicI64>,
    expiring: Family<ExpiringLabels, Gauge<u64, AtomicU64>>,
    /// Which organisations have numbers there.
    expiring_in: Mutex<BTreeSet<Option<OrgId>>>,
}

/// One open connection; it is counted for as long as this is held.
#[derive(Debug)]
pub struct OpenConnection(Gauge<i64, AtomicI64>);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    operation: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabel {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TokenLabels {
    grant: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabel {
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ExpiringLabels {
    /// Empty where organisations are counted together.
    organization: String,
    within_days: u16,
}

impl ExpiringLabels {
    fn of(org: Option<&OrgId>) -> [Self; EXPIRY_WARNING_DAYS.len()] {
        let organization = org.map_or_else(String::new, ToString::to_string);
        EXPIRY_WARNING_DAYS.map(|within_days| Self { organization: organization.clone(), within_days })
    }
}

/// From a read out of memory to a client that gave up, in seconds.
const REQUEST_BUCKETS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];
/// From a fast disk's fsync to a failing one's, in seconds.
const COMMIT_BUCKETS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
/// Up to the most commands that one commit takes.
const BATCH_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

impl Metrics {
    /// What [`Self::render`] writes, for the `content-type` header.
    pub const CONTENT_TYPE: &'static str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix(env!("CARGO_PKG_NAME")),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(|| Histogram::new(REQUEST_BUCKETS)),
            tokens: Family::default(),
            throttled: Counter::default(),
            imported_secrets: Family::default(),
            commits: Counter::default(),
            commit_batch_size: Histogram::new(BATCH_BUCKETS),
            commit_seconds: Histogram::new(COMMIT_BUCKETS),
            database_bytes: Gauge::default(),
            connections: Gauge::default(),
            expiring: Family::default(),
            expiring_in: Mutex::default(),
        };
        metrics.register();
        metrics
    }

    /// A request was answered. `code` is its outcome as a word, such as `ok` or `permission_denied`.
    pub fn request(&self, operation: &'static str, code: &'static str, seconds: f64) {
        self.requests.get_or_create(&RequestLabels { operation, code }).inc();
        self.request_seconds.get_or_create(&OperationLabel { operation }).observe(seconds);
    }

    /// The token endpoint answered. `result` is `ok` or the error code of RFC 6749.
    pub fn token(&self, grant: &'static str, result: &'static str) {
        self.tokens.get_or_create(&TokenLabels { grant, result }).inc();
    }

    /// A client was told to wait, because wrong credentials had come from its network.
    pub fn throttled(&self) {
        self.throttled.inc();
    }

    /// A secret was compared with the hashes that another system made, for a request that the fast hash did not settle.
    pub fn imported_secret(&self, result: &'static str) {
        self.imported_secrets.get_or_create(&ResultLabel { result }).inc();
    }

    /// `commands` were committed together; `seconds` is the time until they were on the disk.
    pub fn commit(&self, commands: usize, seconds: f64) {
        self.commits.inc();
        self.commit_batch_size.observe(commands as f64);
        self.commit_seconds.observe(seconds);
    }

    /// The size of the database file.
    pub fn set_database_bytes(&self, bytes: u64) {
        self.database_bytes.set(bytes);
    }

    /// How many credentials expire within each of [`EXPIRY_WARNING_DAYS`], by organisation, or together where none is named.
    /// What was said of others before is forgotten.
    pub fn set_expiring(&self, counts: BTreeMap<Option<OrgId>, [u64; EXPIRY_WARNING_DAYS.len()]>) {
        let mut before = self.expiring_in.lock().unwrap_or_else(PoisonError::into_inner);
        for gone in before.iter().filter(|org| !counts.contains_key(*org)) {
            ExpiringLabels::of(gone.as_ref()).iter().for_each(|labels| _ = self.expiring.remove(labels));
        }
        for (org, counts) in &counts {
            for (labels, count) in ExpiringLabels::of(org.as_ref()).iter().zip(counts) {
                self.expiring.get_or_create(labels).set(*count);
            }
        }
        *before = counts.into_keys().collect();
    }

    /// Counts a connection until the returned value is dropped.
    pub fn connection(&self) -> OpenConnection {
        self.connections.inc();
        OpenConnection(self.connections.clone())
    }

    /// All of it in the OpenMetrics text format.
    pub fn render(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            // Writing to a string does not fail; but should it, half a page must not pass for a whole one.
            Err(_) => String::new(),
        }
    }

    /// The registry adds the prefix, and `_total` to counters.
    fn register(&mut self) {
        let registry = &mut self.registry;
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program that runs", version);
        registry.register("requests", "Requests answered", self.requests.clone());
        registry.register("request_seconds", "Time until a request was answered", self.request_seconds.clone());
        registry.register("tokens", "Answers of the token endpoint", self.tokens.clone());
        let throttled = "Requests refused because wrong credentials had come from their network";
        registry.register("throttled", throttled, self.throttled.clone());
        let imported = "Secrets compared with hashes that another system made, by what came of it";
        registry.register("imported_secret_checks", imported, self.imported_secrets.clone());
        registry.register("commits", "Commits to the database", self.commits.clone());
        registry.register("commit_batch_size", "Commands in one commit", self.commit_batch_size.clone());
        registry.register("commit_seconds", "Time until a commit was on the disk", self.commit_seconds.clone());
        registry.register("database_bytes", "Size of the database file", self.database_bytes.clone());
        registry.register("connections", "Connections open now", self.connections.clone());
        let expiring = "Credentials that expire within so many days and are not suspended";
        registry.register("credentials_expiring", expiring, self.expiring.clone());
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_is_rendered() {
        let metrics = Metrics::new();
        metrics.request("GenerateMachineSecret", "ok", 0.004);
        metrics.request("GenerateMachineSecret", "not_found", 0.001);
        metrics.token("client_credentials", "invalid_client");
        metrics.imported_secret("upgraded");
        metrics.commit(100, 0.002);
        metrics.set_database_bytes(4096);
        let text = metrics.render();
        for line in [
            r#"countersign_requests_total{operation="GenerateMachineSecret",code="ok"} 1"#,
            r#"countersign_requests_total{operation="GenerateMachineSecret",code="not_found"} 1"#,
            r#"countersign_request_seconds_count{operation="GenerateMachineSecret"} 2"#,
            r#"countersign_tokens_total{grant="client_credentials",result="invalid_client"} 1"#,
            "countersign_throttled_total 0",
            r#"countersign_imported_secret_checks_total{result="upgraded"} 1"#,
            "countersign_commits_total 1",
            r#"countersign_commit_batch_size_bucket{le="64.0"} 0"#,
            r#"countersign_commit_batch_size_bucket{le="128.0"} 1"#,
            "countersign_commit_seconds_count 1",
            "countersign_database_bytes 4096",
            "countersign_connections 0",
            concat!(r#"countersign_build_info{version=""#, env!("CARGO_PKG_VERSION"), r#""} 1"#),
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn organisations_come_and_go() {
        let metrics = Metrics::new();
        let org = OrgId::parse("217653546405330254");
        metrics.set_expiring(BTreeMap::from([(org, [1, 2, 2, 3]), (None, [0, 0, 0, 9])]));
        let text = metrics.render();
        for line in [
            r#"countersign_credentials_expiring{organization="217653546405330254",within_days="1"} 1"#,
            r#"countersign_credentials_expiring{organization="217653546405330254",within_days="30"} 3"#,
            r#"countersign_credentials_expiring{organization="",within_days="30"} 9"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        metrics.set_expiring(BTreeMap::from([(None, [0, 0, 0, 8])]));
        let text = metrics.render();
        assert!(!text.contains("217653546405330254"), "{text}");
        assert!(text.contains(r#"{organization="",within_days="30"} 8"#), "{text}");
    }

    #[test]
    fn a_connection_counts_until_it_is_dropped() {
        let metrics = Metrics::new();
        let open = (metrics.connection(), metrics.connection());
        assert!(metrics.render().contains("countersign_connections 2"));
        drop(open);
        assert!(metrics.render().contains("countersign_connections 0"));
    }
}
