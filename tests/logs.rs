//! What the program writes about its work: every request can be found again, and no secret ever.

use crate::common::{
    binary::{Binary, run},
    client::{Answer, Ask, Http},
    full_name, grpc, text,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use countersign::proto::zitadel::management::v1::GenerateMachineSecretRequest;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path, process::Stdio};

/// A server that logs all it can, and what its clients must not find there.
struct Watched {
    server: Binary,
    secrets: Vec<String>,
    /// The status of each answer, by request id.
    answers: BTreeMap<String, u16>,
}

impl Watched {
    async fn ask(&mut self, http: Http, ask: Ask) -> Answer {
        let answer = self.server.client.send(http, ask).await;
        self.answers.insert(answer.header("x-request-id").to_owned(), answer.status);
        answer
    }

    async fn admin(&mut self, ask: Ask) -> Answer {
        let token = self.server.admin_token.clone();
        self.ask(Http::One, ask.bearer(&token)).await
    }

    fn keep(&mut self, secret: &Value) -> String {
        let secret = text(secret);
        self.secrets.push(secret.clone());
        secret
    }
}

fn start(dir: &Path) -> Watched {
    let (config, log) = (dir.join("countersign.toml"), dir.join("log"));
    let database = dir.join("countersign.redb");
    let settings = format!(
        "external_url = \"https://localhost\"\n[storage]\npath = {database:?}\n[tls]\nself_signed = true\n\
         [logs]\nformat = \"json\"\nlevel = \"trace\"\n"
    );
    fs::write(&config, settings).expect("written");
    let init = run(&["init", "--config", config.to_str().expect("UTF-8")]);
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    let stderr = Stdio::from(fs::File::create(&log).expect("a file"));
    let server = Binary::serve(&config, &database, stderr);
    let secrets = vec![server.admin_token.clone()];
    Watched { server, secrets, answers: BTreeMap::new() }
}

/// Calls of all kinds over all wires, with secrets in both directions and in places where they do not belong.
async fn work(watched: &mut Watched) {
    let body = json!({ "userName": "robot", "name": "Robot", "accessTokenType": "ACCESS_TOKEN_TYPE_JWT" });
    let robot = text(&watched.admin(Ask::post("/management/v1/users/machine").json(&body)).await.ok()["userId"]);
    let path = format!("/management/v1/users/{robot}/secret");
    let old = watched.admin(Ask::put(&path)).await.ok();
    watched.keep(&old["clientSecret"]);
    let message = GenerateMachineSecretRequest { user_id: robot.clone(), ..Default::default() };
    let call = grpc::call(&full_name("management/GenerateMachineSecret"), "application/grpc", &message);
    let token = watched.server.admin_token.clone();
    let answer = watched.ask(Http::Two, call.bearer(&token)).await;
    let reply: countersign::proto::zitadel::management::v1::GenerateMachineSecretResponse = grpc::reply(&answer);
    watched.secrets.push(reply.client_secret.clone());
    let connect = Ask::post(format!("/{}", full_name("user.v2/AddSecret"))).json(&json!({ "userId": robot }));
    let added = watched.admin(connect).await.ok();
    let secret = watched.keep(&added["clientSecret"]);
    let pat = watched.admin(Ask::post(format!("/management/v1/users/{robot}/pats"))).await.ok();
    let pat = watched.keep(&pat["token"]);

    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("robot:{secret}")));
    watched.secrets.push(basic["Basic ".len()..].to_owned());
    let form = |path: &str, body: String| {
        Ask::post(path).header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    let grant = "grant_type=client_credentials&scope=openid+urn:zitadel:iam:org:project:id:zitadel:aud";
    let issued =
        watched.ask(Http::One, form("/oauth/v2/token", grant.into()).header("authorization", &basic)).await.ok();
    let access = watched.keep(&issued["access_token"]);
    let post = format!("{grant}&client_id=robot&client_secret={secret}");
    let issued = watched.ask(Http::Two, form("/oauth/v2/token", post).header("te", "trailers")).await.ok();
    watched.keep(&issued["access_token"]);
    for path in ["/oauth/v2/introspect", "/oauth/v2/revoke"] {
        let ask = form(path, format!("token={access}")).header("authorization", &basic);
        assert_eq!(watched.ask(Http::One, ask).await.status, 200, "{path}");
    }
    for token in [&access, &pat] {
        watched.ask(Http::One, Ask::get("/oidc/v1/userinfo").bearer(token)).await;
        watched.ask(Http::One, Ask::get("/auth/v1/users/me").bearer(token)).await;
    }

    // Where they do not belong: another scheme, a wrong field, a query string, malformed JSON, a wrong secret.
    let last = if secret.ends_with('x') { 'y' } else { 'x' };
    let wrong = format!("{}{last}", &secret[..secret.len() - 1]);
    watched.secrets.push(wrong.clone());
    let asks = [
        Ask::put(&path).header("authorization", &secret),
        Ask::put(&path).header("authorization", format!("Token {pat}")),
        Ask::put(&path).bearer(&secret),
        Ask::get(format!("/auth/v1/users/me?access_token={pat}")),
        Ask::post(format!("/oauth/v2/token?client_secret={secret}")),
        form("/oauth/v2/token", format!("{grant}&client_id=robot&client_secret={wrong}")),
        form("/oauth/v2/token", format!("{grant}&client_id={secret}&client_secret={secret}")),
        form("/oauth/v2/token", format!("grant_type={secret}&client_id=robot&client_secret={secret}&scope={secret}")),
        form("/oauth/v2/introspect", format!("token={pat}&client_id=robot&client_secret={wrong}")),
        Ask::post("/management/v1/users/machine").bearer(&pat).body(format!("{{\"userName\": {secret}")),
        Ask::post("/management/v1/users/machine").bearer(&pat).body(format!("{{\"userName\": {{\"{secret}\": 1}}}}")),
        Ask::post("/management/v1/users/machine").bearer(&pat).body(format!("{{\"accessTokenType\": \"{secret}\"}}")),
        Ask::post("/management/v1/users/_search").bearer(&pat).body(format!("{{\"query\": \"{secret}\"}}")),
        Ask::get("/").header("cookie", format!("token={pat}")).header("x-request-id", format!("{secret} x")),
    ];
    for ask in asks {
        let answer = watched.ask(Http::One, ask).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
    }
    let admin = format!("/management/v1/users/{robot}");
    assert_eq!(watched.admin(Ask::delete(&path)).await.status, 200);
    assert_eq!(watched.admin(Ask::delete(&admin)).await.status, 200);
}

#[tokio::test]
async fn every_request_is_in_the_log_and_no_secret_is() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut watched = start(dir.path());
    work(&mut watched).await;
    watched.server.signal("TERM");
    assert_eq!(watched.server.end().code(), Some(0));

    let log = fs::read_to_string(dir.path().join("log")).expect("UTF-8");
    for secret in &watched.secrets {
        // Also the part that is random alone, however it is written.
        let random = secret.get(7..30).unwrap_or(secret);
        for needle in [secret.as_str(), random] {
            let line = log.lines().find(|line| line.contains(needle));
            assert!(line.is_none(), "a secret is in the log: {}", line.unwrap_or_default());
        }
    }
    assert!(!log.contains("panic"), "{log}");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("one JSON object")).collect();
    for (id, status) in &watched.answers {
        let own: Vec<_> = lines.iter().filter(|line| line["span"]["request_id"] == id.as_str()).collect();
        let answered: Vec<_> = own.iter().filter(|line| line["fields"]["message"] == "answered").collect();
        assert_eq!(answered.len(), 1, "{id}: {own:?}");
        assert_eq!(answered[0]["fields"]["status"], *status, "{id}");
    }
    let answered = lines.iter().filter(|line| line["fields"]["message"] == "answered").count();
    assert_eq!(answered, watched.answers.len(), "one line for each answer");
}
