//! A server without sockets: the whole application on a database in memory, called through the operation table.

pub mod disk;
pub mod image;
pub mod orgs;
pub mod web;

pub mod binary;
pub mod client;
pub mod grpc;
pub mod schema;
pub mod server;

use countersign::{
    api::{Api, Call, Format},
    app::{App, Parts, Settings, bootstrap},
    error::{Error, Kind},
    id::{OrgId, UserId},
    keys::{Algorithm, Keys, MasterKey, vault},
    model::{AccessTokenType, Draft, OrgFact, UserFact},
    permission::Roles,
    random::Random,
    store::{Decision, Options, Receipt, State, Store, Warrant},
    telemetry::Metrics,
    time::{Clock, Timestamp},
};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

pub const ISSUER: &str = "https://localhost:8443";
/// 2026-11-23T00:00:00Z
pub const START: Timestamp = Timestamp::from_micros(1_795_392_000_000_000);

/// The application, its administrator, and a machine user without roles.
pub struct Kit {
    pub app: App,
    pub api: Api,
    pub clock: Arc<Clock>,
    pub org: String,
    pub admin: String,
    pub admin_token: String,
    pub demo: String,
    pub demo_secret: String,
}

/// A refusal: kind, error id, message.
pub type Refusal = (Kind, Option<&'static str>, String);

impl Kit {
    pub async fn new() -> Self {
        Self::with_algorithm(Algorithm::EdDsa).await
    }

    pub async fn with_algorithm(algorithm: Algorithm) -> Self {
        Self::on(redb::backends::InMemoryBackend::new(), algorithm).await
    }

    /// The same on a disk that a test can look at.
    pub async fn on(backend: impl redb::StorageBackend, algorithm: Algorithm) -> Self {
        Self::on_store(algorithm, |options| Store::on_backend(backend, options).expect("a store")).await
    }

    /// With settings of the test's choice.
    pub async fn with_settings(edit: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings(Algorithm::EdDsa);
        edit(&mut settings);
        let open = |options| Store::on_backend(redb::backends::InMemoryBackend::new(), options).expect("a store");
        Self::made_of(settings, open).await
    }

    /// On a new store of the test's choice.
    pub async fn on_store(algorithm: Algorithm, open: impl FnOnce(Options) -> Store) -> Self {
        Self::made_of(settings(algorithm), open).await
    }

    /// With settings and on a new store of the test's choice.
    pub async fn made_of(settings: Settings, open: impl FnOnce(Options) -> Store) -> Self {
        let clock = Arc::new(Clock::manual(START));
        let random = Random::from_seed(1);
        let master = MasterKey::generate(&random);
        let options = Options { clock: clock.clone(), cache_bytes: 16 << 20, on_commit: Box::new(|_| {}) };
        let store = open(options);
        let (store, created, random, master) = tokio::task::spawn_blocking({
            let clock = clock.clone();
            move || {
                let names = bootstrap::Names { host: "localhost", org: "ACME", admin: "admin", demo: Some("demo") };
                let created =
                    bootstrap::initialize(&store, &master, &clock, &random, &names, |_| Ok(())).expect("initialized");
                (store, created, random, master)
            }
        })
        .await
        .expect("no panic");
        let keys = Keys::new(vault::open_ring(&store, &master, clock.now()).expect("a ring"));
        let roles = Arc::new(Roles::built_in().expect("roles"));
        let metrics = Arc::new(Metrics::new());
        let app = App::new(Parts { store, keys, master, clock: clock.clone(), random, roles, settings, metrics });
        countersign::app::settings::signing_keys::ensure(&app).await.expect("a signing key");
        let demo = created.demo.expect("a demo user");
        Self {
            api: Api::new(app.clone()),
            app,
            clock,
            org: created.org.to_string(),
            admin: created.admin.to_string(),
            admin_token: created.admin_token.expose().into(),
            demo: demo.user.to_string(),
            demo_secret: demo.client_secret.expose().into(),
        }
    }

    /// Calls an operation as `token` in the context of `org`.
    pub async fn call_in(&self, procedure: &str, token: &str, org: &str, body: Value) -> Result<Value, Refusal> {
        self.call_from(web::CLIENT, procedure, token, org, body).await
    }

    /// The same from this address.
    pub async fn call_from(
        &self,
        client: &str,
        procedure: &str,
        token: &str,
        org: &str,
        body: Value,
    ) -> Result<Value, Refusal> {
        let mut headers = HeaderMap::new();
        if !token.is_empty() {
            headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).expect("a header"));
        }
        if !org.is_empty() {
            headers.insert("x-zitadel-orgid", HeaderValue::from_str(org).expect("a header"));
        }
        let call = Call { headers, body: body.to_string().into(), format: Format::Json, remote: client.parse().ok() };
        let procedure = full_name(procedure);
        let answer = self.api.call(&procedure, call).await.map_err(refusal)?;
        let answer = serde_json::from_slice(&answer).expect("JSON");
        schema::assert_answer(&procedure, &answer);
        Ok(answer)
    }

    /// Calls an operation as `token`.
    pub async fn call(&self, procedure: &str, token: &str, body: Value) -> Result<Value, Refusal> {
        self.call_in(procedure, token, "", body).await
    }

    /// Calls an operation as the administrator, and expects it to work.
    pub async fn ok(&self, procedure: &str, body: Value) -> Value {
        self.call(procedure, &self.admin_token, body).await.unwrap_or_else(|e| panic!("{procedure}: {e:?}"))
    }

    /// Calls an operation as the administrator, and expects this error id.
    pub async fn refused(&self, procedure: &str, body: Value, kind: Kind, id: &str) {
        let answer = self.call(procedure, &self.admin_token, body).await;
        let (found_kind, found_id, message) = answer.expect_err(procedure);
        assert_eq!((found_kind, found_id.unwrap_or_default()), (kind, id), "{procedure}: {message}");
    }

    /// Adds a machine user to the administrator's organisation; returns its id.
    pub async fn machine(&self, user_name: &str) -> String {
        let added = self.ok("management/AddMachineUser", json!({ "userName": user_name, "name": user_name })).await;
        text(&added["userId"])
    }

    /// Adds a personal access token for a user; returns its text.
    pub async fn token(&self, user: &str) -> String {
        self.token_in("", user).await
    }

    /// The same for a user of any organisation.
    pub async fn token_in(&self, org: &str, user: &str) -> String {
        let procedure = "management/AddPersonalAccessToken";
        let added = self.call_in(procedure, &self.admin_token, org, json!({ "userId": user })).await;
        text(&added.expect("a token")["token"])
    }

    /// Makes these events happen, without asking any operation; returns the last one's receipt.
    pub async fn happen(&self, events: Vec<Draft>) -> Receipt {
        let changed = self.app.store.change(Warrant::system(), move |_, _| Ok(Decision::new(events, ()))).await;
        changed.map_err(refusal).expect("valid events").last().expect("an event").clone()
    }

    /// Halts the writer, until what is returned is dropped.
    pub async fn halt_writer(&self) -> std::sync::mpsc::Sender<()> {
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let (tell, halted) = tokio::sync::oneshot::channel();
        let app = self.app.clone();
        tokio::spawn(async move {
            let halt = move |_: &State<'_>, _| {
                // The test may be over already; and an error below is what ends the wait.
                let _ = tell.send(());
                let _ = wait.recv();
                Ok(Decision::nothing(()))
            };
            app.store.change(Warrant::system(), halt).await.map_err(refusal)
        });
        halted.await.expect("the writer runs");
        go_on
    }

    /// Lets a halted writer decide what waits, and halts it again before any of that is committed.
    pub async fn halt_before_commit(&self, halted: std::sync::mpsc::Sender<()>) -> std::sync::mpsc::Sender<()> {
        let mut again = Box::pin(self.halt_writer());
        assert!(again.as_mut().now_or_never().is_none(), "it is halted");
        tokio::task::yield_now().await;
        drop(halted);
        again.await
    }

    /// Adds an organisation; returns its id and a token of its ORG_OWNER.
    pub async fn other_org(&self) -> (String, String) {
        let (org, owner): (OrgId, UserId) = (self.app.new_id(), self.app.new_id());
        let added = UserFact::MachineAdded {
            user_name: format!("owner-of-{org}"),
            name: "Owner".into(),
            description: String::new(),
            access_token_type: AccessTokenType::Bearer,
        };
        let name = format!("Org {org}");
        let primary_domain = format!("org-{org}.localhost");
        self.happen(vec![
            Draft::org(&org, OrgFact::Added { name, primary_domain }),
            Draft::user(&org, &owner, added),
            Draft::org(&org, OrgFact::MemberAdded { user: owner.clone(), roles: vec!["ORG_OWNER".into()] }),
        ])
        .await;
        (org.to_string(), self.token_in(org.as_str(), owner.as_str()).await)
    }

    /// Adds a machine user with one role in the administrator's organisation; returns a token of it.
    pub async fn member(&self, role: &str) -> String {
        let user = self.machine(&format!("member-{}", role.to_lowercase())).await;
        let org = OrgId::parse(&self.org).expect("an id");
        let added = OrgFact::MemberAdded { user: UserId::parse(&user).expect("an id"), roles: vec![role.into()] };
        self.happen(vec![Draft::org(&org, added)]).await;
        self.token(&user).await
    }
}

/// The kind of a refusal, and its id or else its text.
pub fn refused_with(answer: Result<Value, Refusal>) -> (Kind, String) {
    let (kind, id, message) = answer.expect_err("a refusal");
    (kind, id.map_or(message, Into::into))
}

pub fn settings(algorithm: Algorithm) -> Settings {
    Settings {
        issuer: ISSUER.into(),
        host: "localhost".into(),
        access_token_lifetime: Duration::from_secs(12 * 3600),
        rotation_grace: Duration::ZERO,
        id_token_lifetime: Duration::from_secs(12 * 3600),
        signing_algorithm: algorithm,
        jwt_type: "JWT".into(),
        metrics: true,
        // Tests of refusals are refused more often than any client.
        throttle: None,
        trusted_proxies: Vec::new(),
    }
}

/// `management/X` -> `zitadel.management.v1.ManagementService/X`, and so on. Full names stay.
pub fn full_name(procedure: &str) -> String {
    for (short, full) in [
        ("management/", "zitadel.management.v1.ManagementService/"),
        ("admin/", "zitadel.admin.v1.AdminService/"),
        ("auth/", "zitadel.auth.v1.AuthService/"),
        ("user.v2/", "zitadel.user.v2.UserService/"),
        ("org.v2/", "zitadel.org.v2.OrganizationService/"),
        ("authorization.v2/", "zitadel.authorization.v2.AuthorizationService/"),
        ("project.v2/", "zitadel.project.v2.ProjectService/"),
        ("admins.v2/", "zitadel.internal_permission.v2.InternalPermissionService/"),
        ("policy/", "countersign.v1.OrganizationPolicyService/"),
        ("credential/", "countersign.v1.CredentialService/"),
        ("keys/", "countersign.v1.SigningKeyService/"),
    ] {
        if let Some(method) = procedure.strip_prefix(short) {
            return format!("{full}{method}");
        }
    }
    procedure.into()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}")).into()
}

fn refusal(error: Error) -> Refusal {
    let message = error.wire_message().into_owned();
    assert!(error.kind != Kind::Internal, "an internal error: {:?}", error.cause);
    (error.kind, error.id, message)
}
