//! The whole server in this process: real TLS on a free port, a real database file, and a clock that tests move.

use super::{
    Kit,
    client::{Answer, Ask, Client, Connection, Http},
};
use countersign::{
    app::Settings,
    daemon,
    error::Error,
    id::UserId,
    keys::Algorithm,
    model::OrgFact,
    server::{LocalCa, Server as Listener, ServerOptions, Shutdown, Tls},
    store::Store,
    time::Clock,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A running server. It ends with the test's runtime.
#[allow(dead_code, reason = "what is held here keeps the server and its files alive")]
pub struct Server {
    pub kit: Kit,
    pub client: Client,
    pub shutdown: Shutdown,
    pub done: JoinHandle<Result<(), String>>,
    _dir: TempDir,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(|_| {}, |_| {}).await
    }

    /// With settings and a listener of the test's choice.
    pub async fn with(edit: impl FnOnce(&mut Settings), adjust: impl FnOnce(&mut ServerOptions)) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("countersign.redb");
        let on_disk = |options| Store::create(&path, options).expect("a store");
        let mut settings = super::settings(Algorithm::EdDsa);
        edit(&mut settings);
        let kit = Kit::made_of(settings, on_disk).await;
        // The certificate lives by the machine's clock, because the client checks it by that.
        let ca = LocalCa::create_or_load(dir.path(), &[], Clock::system().now()).map_err(text).expect("a certificate");
        let tls = Tls::from_files(ca.certificate, ca.key).map_err(text).expect("usable files");
        let mut options = ServerOptions::new(([127, 0, 0, 1], 0).into(), tls, kit.app.metrics.clone());
        adjust(&mut options);
        let bound = Listener::bind(options).await.map_err(text).expect("a port");
        let client = Client::new(bound.local_addr(), &ca.ca);
        let shutdown = Shutdown::new();
        let serving = daemon::serve(bound, kit.app.clone(), shutdown.clone());
        let done = tokio::spawn(async { serving.await.map_err(text) });
        Self { kit, client, shutdown, done, _dir: dir }
    }

    /// Asks over HTTP/1.1, on a connection of its own.
    pub async fn ask(&self, ask: Ask) -> Answer {
        self.client.send(Http::One, ask).await
    }

    /// The same as the administrator.
    pub async fn admin(&self, ask: Ask) -> Answer {
        self.ask(ask.bearer(&self.kit.admin_token)).await
    }

    pub async fn connect(&self, http: Http) -> Connection {
        self.client.connect(http).await.expect("a connection")
    }

    /// Makes a user a member of an organisation.
    pub async fn member(&self, org: &str, user: &str, roles: &[&str]) {
        let user = UserId::parse(user).expect("an id");
        let roles = roles.iter().map(|role| (*role).into()).collect();
        self.kit.happens_to_org(org, OrgFact::MemberAdded { user, roles }).await;
    }

    /// A machine user with these roles in its organisation, and a token of it.
    pub async fn caller(&self, user_name: &str, roles: &[&str]) -> String {
        let user = self.kit.machine(user_name).await;
        if !roles.is_empty() {
            self.member(&self.kit.org, &user, roles).await;
        }
        self.kit.token(&user).await
    }

    /// Makes one event happen in the administrator's organisation, and tells its sequence. Two calls with nothing
    /// written in between give numbers that follow each other.
    pub async fn next_sequence(&self) -> u64 {
        let set = self.kit.ok("management/GenerateMachineSecret", json!({ "userId": self.kit.demo })).await;
        super::text(&set["details"]["sequence"]).parse().expect("a number")
    }
}

/// Asserts that an answer is this refusal in the shape of the REST face. An empty id stands for none.
pub fn assert_refused(answer: &Answer, status: u16, code: u32, id: &str, message: &str) {
    let details = match id {
        "" => json!([]),
        id => json!([
            { "@type": "type.googleapis.com/zitadel.v1.ErrorDetail", "id": id, "message": message }
        ]),
    };
    let message = if id.is_empty() { message.to_owned() } else { format!("{message} ({id})") };
    let expected: Value = json!({ "code": code, "message": message, "details": details });
    assert_eq!((answer.status, answer.json()), (status, expected));
    assert_eq!(answer.header("content-type"), "application/json");
}

fn text(error: Error) -> String {
    format!("{}: {:?}", error.message, error.cause)
}
