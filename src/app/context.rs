use crate::{
    app::pace::Pace,
    authn::{Gate, Guard, Paces, SlowChecks, Throttle, Uses},
    error::Result,
    id::Id,
    keys::{Algorithm, Keys, MasterKey},
    limits::{LEAK_REPORT_BURST, LEAK_REPORTS_PER_SECOND},
    model::Network,
    permission::Roles,
    random::Random,
    store::Store,
    telemetry::Metrics,
    time::Clock,
};
use std::{net::IpAddr, ops::Deref, sync::Arc, time::Duration};

/// Everything that a use case works with. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    parts: Parts,
    leak_reports: Pace,
    guard: Guard,
    paces: Paces,
    uses: Uses,
    slow_checks: SlowChecks,
}

/// What an [`App`] is made of.
pub struct Parts {
    pub store: Store,
    pub keys: Keys,
    /// Seals new keys.
    pub master: MasterKey,
    pub clock: Arc<Clock>,
    pub random: Random,
    pub roles: Arc<Roles>,
    pub settings: Settings,
    pub metrics: Arc<Metrics>,
}

/// What the configuration says that use cases need to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The external URL, without a slash at its end: `iss` of every token, and the beginning of every published URL.
    pub issuer: String,
    /// The external URL's host name, for the domains of organisations.
    pub host: String,
    pub access_token_lifetime: Duration,
    pub id_token_lifetime: Duration,
    /// How long a secret stays valid after another one has replaced it, unless the request says otherwise.
    pub rotation_grace: Duration,
    /// What new JWTs are signed with.
    pub signing_algorithm: Algorithm,
    /// The `typ` of JWT access tokens: `JWT`, or `at+jwt` (RFC 9068 section 2.1).
    pub jwt_type: String,
    /// Whether `/debug/metrics` answers.
    pub metrics: bool,
    /// How many wrong credentials a client may bring before it must wait; without it, any number.
    pub throttle: Option<Throttle>,
    /// The proxies that may say where a request comes from.
    pub trusted_proxies: Vec<Network>,
}

impl App {
    pub fn new(parts: Parts) -> Self {
        let guard = Guard::new(parts.settings.throttle, &parts.random);
        let leak_reports = Pace::new(LEAK_REPORTS_PER_SECOND, LEAK_REPORT_BURST);
        let paces = Paces::new(&parts.random);
        let (uses, slow_checks) = (Uses::default(), SlowChecks::new(&parts.random));
        Self(Arc::new(Inner { parts, leak_reports, guard, paces, uses, slow_checks }))
    }

    /// How many reports of leaked credentials are taken.
    pub fn leak_reports(&self) -> &Pace {
        &self.0.leak_reports
    }

    /// Who failed to prove who it is.
    pub fn guard(&self) -> &Guard {
        &self.0.guard
    }

    /// Who does too much of what is free.
    pub fn paces(&self) -> &Paces {
        &self.0.paces
    }

    /// The uses of credentials that are not written down yet.
    pub fn uses(&self) -> &Uses {
        &self.0.uses
    }

    /// Turns for secrets that take long to check.
    pub fn slow_checks(&self) -> &SlowChecks {
        &self.0.slow_checks
    }

    /// Lets `judge` look at whoever comes from `remote`, by one moment and one state.
    pub fn at_gate<T>(&self, remote: Option<IpAddr>, agent: &str, judge: impl FnOnce(Gate<'_>) -> T) -> Result<T> {
        // Before the snapshot: what happens between the two must count as later than what comes of the look.
        let now = self.clock.now();
        let snapshot = self.store.snapshot()?;
        let ring = self.keys.load();
        let (state, issuer) = (snapshot.state(), self.settings.issuer.as_str());
        let (guard, uses) = (self.guard(), self.uses());
        Ok(judge(Gate { now, state, ring: &ring, issuer, remote, agent, guard, uses }))
    }

    /// An id that no object has.
    pub fn new_id<K>(&self) -> Id<K> {
        Id::generate(self.clock.now(), self.random.number())
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}
