//! The server without sockets, for targets that need all of it.

use countersign::{
    api::Api,
    app::{App, Parts, Settings, bootstrap, settings},
    keys::{Algorithm, Keys, MasterKey, vault},
    permission::Roles,
    random::Random,
    rest::Rest,
    store::{Options, Store},
    telemetry::Metrics,
    time::{Clock, Timestamp},
    web::Web,
};
use std::{cell::RefCell, sync::Arc, time::Duration};
use tokio::runtime::{Builder, Runtime};

pub struct Server {
    pub runtime: Runtime,
    pub api: Arc<Api>,
    pub rest: Rest,
    pub web: Web,
    pub org: String,
    pub admin: String,
    pub admin_token: String,
    /// A machine user without roles.
    pub demo: String,
    pub demo_secret: String,
    /// An access token that the target got.
    pub token: String,
    age: usize,
}

/// After so many inputs there is a new server, so that what they leave in it does not pile up.
const OLD: usize = 20_000;

impl Server {
    /// Always the same one: its clock stands still, and its randomness has a seed.
    fn new() -> Self {
        let clock = Arc::new(Clock::manual(Timestamp::from_micros(1_795_392_000_000_000)));
        let random = Random::from_seed(1);
        let master = MasterKey::generate(&random);
        let options = Options { clock: clock.clone(), cache_bytes: 16 << 20, on_commit: Box::new(|_| {}) };
        let store = Store::on_backend(redb::backends::InMemoryBackend::new(), options).expect("a store");
        let names = bootstrap::Names { host: "localhost", org: "ACME", admin: "admin", demo: Some("demo") };
        let created = bootstrap::initialize(&store, &master, &clock, &random, &names, |_| Ok(())).expect("initialized");
        let keys = Keys::new(vault::open_ring(&store, &master, clock.now()).expect("a ring"));
        let settings = Settings {
            issuer: "https://localhost:8443".into(),
            host: "localhost".into(),
            access_token_lifetime: Duration::from_secs(3600),
            id_token_lifetime: Duration::from_secs(3600),
            signing_algorithm: Algorithm::EdDsa,
            jwt_type: "JWT".into(),
            metrics: true,
            rotation_grace: Duration::ZERO,
            throttle: None,
            trusted_proxies: Vec::new(),
        };
        let (roles, metrics) = (Arc::new(Roles::built_in().expect("roles")), Arc::new(Metrics::new()));
        let app = App::new(Parts { store, keys, master, clock, random, roles, settings, metrics });
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(settings::signing_keys::ensure(&app)).expect("a signing key");
        let api = Arc::new(Api::new(app.clone()));
        let demo = created.demo.expect("a demo user");
        Self {
            runtime,
            rest: Rest::new(api.clone()),
            api,
            web: Web::new(app),
            org: created.org.to_string(),
            admin: created.admin.to_string(),
            admin_token: created.admin_token.expose().into(),
            demo: demo.user.to_string(),
            demo_secret: demo.client_secret.expose().into(),
            token: String::new(),
            age: 0,
        }
    }

    /// Says that the administrator has locked itself out: the next input meets a new server.
    pub fn retire(&mut self) {
        self.age = OLD;
    }
}

/// Runs `test` with the server.
pub fn with(test: impl FnOnce(&mut Server)) {
    thread_local! {
        static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
    }
    SERVER.with_borrow_mut(|slot| {
        if slot.as_ref().is_some_and(|server| server.age >= OLD) {
            *slot = None;
        }
        let server = slot.get_or_insert_with(Server::new);
        server.age += 1;
        test(server);
    });
}
