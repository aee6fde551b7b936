//! What a list costs in an organisation of a hundred users and of a million, and whether anything else notices.
//!
//! `cargo run --release --example many-users -- DIRECTORY [USERS]` keeps `DIRECTORY/USERS.redb` and uses it again.
//! Linux only: CPU time (user and system, all threads) is read from /proc. Calls go through the operation table,
//! without HTTP and TLS, which would make long lists look better than they are.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a measurement prints, and stops where it cannot go on")]

use countersign::{
    api::{Api, Call, Format},
    app::{App, Parts, Settings, bootstrap, settings},
    id::{OrgId, UserId},
    keys::{Algorithm, Keys, MasterKey, vault},
    model::{AccessTokenType, Draft, UserFact},
    permission::Roles,
    random::Random,
    store::{Decision, Options, Store, Warrant},
    telemetry::Metrics,
    time::Clock,
    web::Web,
};
use http::{HeaderMap, HeaderValue, Request, header::AUTHORIZATION};
use http_body_util::Full;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

type Failure = Box<dyn std::error::Error>;

/// How many users one command adds. A commit takes several commands.
const AT_ONCE: usize = 5000;
const CALLS: u32 = 400;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("usage: many-users DIRECTORY [USERS]")?);
    let users = arguments.next().map_or(Ok(1_000_000), |users| users.parse())?;
    std::fs::create_dir_all(&directory)?;
    let (few, many) = (Bench::open(&directory, 100).await?, Bench::open(&directory, users).await?);
    println!("{:58} {:>10} {:>10} {:>6}", "CPU microseconds", "of 100", format!("of {users}"), "ratio");
    for (what, procedure, body) in lists(users) {
        let (short, long) = (few.cost(procedure, &body).await?, many.cost(procedure, &body).await?);
        println!("{what:58} {short:10.1} {long:10.1} {:6.2}", long / short);
    }
    let (short, long) = (few.token_cost().await?, many.token_cost().await?);
    println!("{:58} {short:10.1} {long:10.1} {:6.2}", "client credentials token", long / short);
    Ok(())
}

/// A name, an operation, and what it is asked. Names have seven digits, so all of these find as much among a hundred.
fn lists(users: usize) -> Vec<(String, &'static str, Value)> {
    let mut lists = Vec::new();
    let mut add = |what: &str, body: Value| {
        for procedure in ["management.v1.ManagementService/ListUsers", "user.v2.UserService/ListUsers"] {
            let name = if procedure.starts_with("user") { "v2" } else { "v1" };
            lists.push((format!("ListUsers {name}, {what}"), procedure, body.clone()));
        }
    };
    let page = |offset: usize| json!({ "offset": offset, "limit": 50, "asc": true });
    let query = |query: Value| json!({ "query": page(0), "queries": [query] });
    for column in ["UNSPECIFIED", "USER_NAME", "DISPLAY_NAME", "STATE", "CREATION_DATE"] {
        let sorted = format!("USER_FIELD_NAME_{column}");
        add(&format!("by {column}"), json!({ "query": page(0), "sortingColumn": sorted }));
    }
    let starts = "TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE";
    add("user name equals", query(json!({ "userNameQuery": { "userName": "bot-0000042" } })));
    add(
        "user name starts (10 match)",
        query(json!({ "userNameQuery": { "userName": "BOT-000004", "method": starts } })),
    );
    add(
        "display name starts (10)",
        query(json!({ "displayNameQuery": { "displayName": "the 000004", "method": starts } })),
    );
    add("ids (2)", query(json!({ "inUserIdsQuery": { "userIds": [user(42).as_str(), user(43).as_str()] } })));
    let state = json!({ "stateQuery": { "state": "USER_STATE_ACTIVE" } });
    add("in a state, by id", query(state.clone()));
    add(
        "in a state, by user name",
        json!({ "query": page(0), "queries": [state], "sortingColumn": "USER_FIELD_NAME_USER_NAME" }),
    );
    add("the page in the middle", json!({ "query": page(users / 2) }));
    let get = "management.v1.ManagementService/GetUserByID";
    lists.push(("GetUserByID".into(), get, json!({ "id": user(42).as_str() })));
    lists
}

/// A server without a socket, on a file.
struct Bench {
    api: Api,
    app: App,
    admin_token: String,
    demo_secret: String,
}

impl Bench {
    async fn open(directory: &Path, users: usize) -> Result<Self, Failure> {
        let path = directory.join(format!("{users}.redb"));
        // The same keys at every start: they are not kept elsewhere.
        let random = Random::from_seed(1);
        let master = MasterKey::generate(&random);
        let clock = Arc::new(Clock::system());
        let words = path.with_extension("words");
        if !words.exists() {
            let _ = std::fs::remove_file(&path);
            let started = Instant::now();
            let kept = tokio::task::block_in_place(|| fill(&path, users, &master, &clock, &random))?;
            std::fs::write(&words, kept)?;
            println!("{users} users filled in {:.1} s", started.elapsed().as_secs_f64());
        }
        let started = Instant::now();
        let store = Store::open(&path, options(&clock))?;
        let opened = started.elapsed();
        let keys = Keys::new(vault::open_ring(&store, &master, clock.now()).map_err(said)?);
        println!(
            "{users} users: {} MiB, opened in {opened:?}, keys read after {:?}",
            store.file_bytes() >> 20,
            started.elapsed()
        );
        let roles = Arc::new(Roles::built_in().map_err(said)?);
        let metrics = Arc::new(Metrics::new());
        // Not the seed again: tokens and ids must be new ones.
        let random = Random::from_os().map_err(said)?;
        let app = App::new(Parts { store, keys, master, clock, random, roles, settings: settings(), metrics });
        settings::signing_keys::ensure(&app).await.map_err(said)?;
        let words = std::fs::read_to_string(words)?;
        let (admin_token, demo_secret) = words.split_once(' ').ok_or("the words are gone")?;
        Ok(Self { api: Api::new(app.clone()), app, admin_token: admin_token.into(), demo_secret: demo_secret.into() })
    }

    async fn cost(&self, procedure: &str, body: &Value) -> Result<f64, Failure> {
        let name = format!("zitadel.{procedure}");
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {}", self.admin_token))?);
        let call =
            || Call { headers: headers.clone(), body: body.to_string().into(), format: Format::Json, remote: None };
        measure(async || self.api.call(&name, call()).await.map(|_| ()).map_err(said)).await
    }

    async fn token_cost(&self) -> Result<f64, Failure> {
        let web = Web::new(self.app.clone());
        let form = format!("grant_type=client_credentials&client_id=demo&client_secret={}", self.demo_secret);
        measure(async || {
            let request = Request::post("/oauth/v2/token")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Full::new(form.clone().into()))?;
            let answer = web.handle(request, None).await;
            if !answer.status().is_success() {
                return Err(format!("the token endpoint answers {}", answer.status()).into());
            }
            Ok(())
        })
        .await
    }
}

/// CPU microseconds a call.
async fn measure(mut call: impl AsyncFnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    for _ in 0..CALLS / 4 {
        call().await?;
    }
    let before = cpu_time()?;
    for _ in 0..CALLS {
        call().await?;
    }
    Ok((cpu_time()? - before).as_secs_f64() * 1e6 / f64::from(CALLS))
}

/// What all threads have used, in nanoseconds, by the scheduler's accounts.
fn cpu_time() -> Result<Duration, Failure> {
    let mut nanos = 0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        nanos += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// Adds the users as requests would, through the one writing thread. Every tenth is locked. Returns what opens the door.
fn fill(path: &Path, users: usize, master: &MasterKey, clock: &Arc<Clock>, random: &Random) -> Result<String, Failure> {
    let store = Store::create(path, options(clock))?;
    let names = bootstrap::Names { host: "localhost", org: "ACME", admin: "admin", demo: Some("demo") };
    let created = bootstrap::initialize(&store, master, clock, random, &names, |_| Ok(())).map_err(said)?;
    for first in (0..users).step_by(AT_ONCE) {
        let events = (first..users.min(first + AT_ONCE)).flat_map(|number| added(&created.org, number)).collect();
        store.change_blocking(Warrant::system(), move |_, _| Ok(Decision::new(events, ()))).map_err(said)?;
    }
    let demo = created.demo.ok_or("no demo user")?;
    Ok(format!("{} {}", created.admin_token.expose(), demo.client_secret.expose()))
}

fn added(org: &OrgId, number: usize) -> Vec<Draft> {
    let (user_name, name) = (format!("bot-{number:07}"), format!("The {number:07}"));
    let access_token_type = AccessTokenType::Bearer;
    let added = UserFact::MachineAdded { user_name, name, description: String::new(), access_token_type };
    let mut events = vec![Draft::user(org, &user(number), added)];
    if number.is_multiple_of(10) {
        events.push(Draft::user(org, &user(number), UserFact::Locked));
    }
    events
}

fn user(number: usize) -> UserId {
    // As long as generated ids are.
    UserId::parse(&format!("{:018}", 200_000_000_000_000_000 + number)).expect("an id")
}

fn options(clock: &Arc<Clock>) -> Options {
    Options { clock: clock.clone(), cache_bytes: 64 << 20, on_commit: Box::new(|_| {}) }
}

fn settings() -> Settings {
    Settings {
        issuer: "https://localhost:8443".into(),
        host: "localhost".into(),
        access_token_lifetime: Duration::from_secs(12 * 3600),
        id_token_lifetime: Duration::from_secs(12 * 3600),
        rotation_grace: Duration::ZERO,
        signing_algorithm: Algorithm::EdDsa,
        jwt_type: "JWT".into(),
        metrics: true,
        throttle: None,
        trusted_proxies: Vec::new(),
    }
}

fn said(error: countersign::error::Error) -> Failure {
    format!("{}: {:?}", error.message, error.cause).into()
}
