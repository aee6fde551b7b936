//! The web face without a socket.

use super::Kit;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use countersign::{
    id::{OrgId, UserId},
    model::{AccessTokenType, Draft, InstanceFact, OrgFact, UserFact},
    store::Receipt,
    web::Web,
};
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// How a test authenticates as a client.
#[derive(Debug, Clone, Copy)]
pub enum Auth<'a> {
    None,
    /// Form-encoded, as RFC 6749 section 2.3.1 wants it.
    Basic(&'a str, &'a str),
    Bearer(&'a str),
    /// The header as it is.
    Raw(&'a [u8]),
    /// In the form.
    Post(&'a str, &'a str),
}

/// A response, read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Where requests come from that do not say it.
pub const CLIENT: &str = "192.0.2.7";

/// The scope by which a token is good for the API.
pub const API: &str = "urn:zitadel:iam:org:project:id:zitadel:aud";
pub const TOKEN: &str = "/oauth/v2/token";
pub const INTROSPECT: &str = "/oauth/v2/introspect";
pub const REVOKE: &str = "/oauth/v2/revoke";
pub const USERINFO: &str = "/oidc/v1/userinfo";

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Status, error and description of a refusal, which must be a refusal in form.
    pub fn refusal(&self) -> (u16, String, String) {
        let body = self.json();
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(body.as_object().expect("an object").len(), 2, "{body}");
        (self.status, super::text(&body["error"]), super::text(&body["error_description"]))
    }

    /// [`Self::refusal`], compared.
    pub fn refuses(&self, status: u16, error: &str, description: &str) {
        assert_eq!(self.refusal(), (status, error.into(), description.into()));
    }

    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }
}

impl Kit {
    pub fn web(&self) -> Web {
        Web::new(self.app.clone())
    }

    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        send(&self.web(), request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, Auth::None, &[])).await
    }

    pub async fn post_form(&self, path: &str, auth: Auth<'_>, form: &[(&str, &str)]) -> Answer {
        self.send(request(Method::POST, path, auth, form)).await
    }

    /// Asks for a token with these scopes.
    pub async fn ask_token(&self, auth: Auth<'_>, scope: &str) -> Answer {
        self.post_form(TOKEN, auth, &[("grant_type", "client_credentials"), ("scope", scope)]).await
    }

    /// A token for the demo user.
    pub async fn demo_token(&self, scope: &str) -> String {
        super::text(&self.ask_token(self.demo_auth(), scope).await.ok()["access_token"])
    }

    pub fn demo_auth(&self) -> Auth<'_> {
        Auth::Basic("demo", &self.demo_secret)
    }

    pub async fn introspect(&self, auth: Auth<'_>, token: &str) -> Value {
        self.post_form(INTROSPECT, auth, &[("token", token)]).await.ok()
    }

    pub async fn userinfo(&self, token: &str) -> Answer {
        self.send(request(Method::GET, USERINFO, Auth::Bearer(token), &[])).await
    }

    /// Whether the API takes the token, for an operation that needs no role.
    pub async fn api_takes(&self, token: &str) -> bool {
        match self.call("management/GetIAM", token, serde_json::json!({})).await {
            Err((countersign::error::Kind::Unauthenticated, id, _)) => {
                assert_eq!(id, Some("AUTH-7fs1e"));
                false
            }
            _ => true,
        }
    }

    /// Makes something happen to a user, without an operation.
    pub async fn happens(&self, org: &str, user: &str, fact: UserFact) -> Receipt {
        self.happen(vec![Draft::user(&org_id(org), &UserId::parse(user).expect("an id"), fact)]).await
    }

    pub async fn happens_to_org(&self, org: &str, fact: OrgFact) -> Receipt {
        self.happen(vec![Draft::org(&org_id(org), fact)]).await
    }

    /// Gives a user a role in the instance.
    pub async fn give_instance_role(&self, user: &str, role: &str) {
        let instance = self.app.store.snapshot().expect("a snapshot").state().instance().expect("an instance").id;
        let fact = InstanceFact::MemberAdded { user: UserId::parse(user).expect("an id"), roles: vec![role.into()] };
        self.happen(vec![Draft::instance(&instance, fact)]).await;
    }

    /// Another organisation; returns its id.
    pub async fn add_org(&self, name: &str) -> String {
        let org: OrgId = self.app.new_id();
        let primary_domain = format!("{}.localhost", name.to_lowercase());
        self.happens_to_org(org.as_str(), OrgFact::Added { name: name.into(), primary_domain }).await;
        org.to_string()
    }

    /// A machine user with a secret; returns its id and the secret.
    pub async fn add_machine(&self, org: &str, name: &str, access_token_type: AccessTokenType) -> (String, String) {
        let user: UserId = self.app.new_id();
        let (user_name, description) = (name.to_owned(), String::new());
        let fact = UserFact::MachineAdded { user_name, name: name.into(), description, access_token_type };
        self.happens(org, user.as_str(), fact).await;
        let secret = self.set_secret(org, user.as_str()).await;
        (user.to_string(), secret)
    }

    pub async fn set_secret(&self, org: &str, user: &str) -> String {
        use countersign::secret::{Prefix, SecretText};
        let secret = SecretText::generate(Prefix::ClientSecret, &self.app.random);
        let hash = self.app.keys.load().client_secrets().hash(secret.expose());
        let fact = UserFact::SecretSet { credential: self.app.new_id(), hash, hint: secret.hint() };
        self.happens(org, user, fact).await;
        secret.expose().into()
    }

    /// The credential that is a user's secret.
    pub fn secret_id(&self, user: &str) -> countersign::id::CredentialId {
        let snapshot = self.app.store.snapshot().expect("a snapshot");
        let machine = snapshot.state().machine(&UserId::parse(user).expect("an id")).expect("read");
        machine.expect("a user").secrets.first().expect("a secret").id.clone()
    }
}

pub async fn send(web: &Web, request: Request<Full<Bytes>>) -> Answer {
    send_from(web, CLIENT, request).await
}

/// Sends a request that comes from this address.
pub async fn send_from(web: &Web, client: &str, request: Request<Full<Bytes>>) -> Answer {
    let client = client.parse().expect("an address");
    assert!(web.serves(request.uri().path()));
    let response = sendable(web.handle(request, Some(client))).await;
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// The server runs each request on a task, which may change threads at every wait.
fn sendable<F: Future + Send>(future: F) -> F {
    future
}

pub fn request(method: Method, path: &str, auth: Auth<'_>, form: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let mut form = form.to_vec();
    if let Auth::Post(id, secret) = auth {
        form.extend([("client_id", id), ("client_secret", secret)]);
    }
    let body = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
    let mut request = Request::builder().method(method).uri(path);
    if !form.is_empty() {
        request = request.header("content-type", "application/x-www-form-urlencoded");
    }
    let request = match auth {
        Auth::None | Auth::Post(..) => request,
        Auth::Basic(id, secret) => request.header("authorization", basic(&encoded(id), &encoded(secret))),
        Auth::Bearer(token) => request.header("authorization", format!("Bearer {token}")),
        Auth::Raw(value) => request.header("authorization", value),
    };
    request.body(Full::new(body.into())).expect("a request")
}

/// A header of exactly this pair.
pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn org_id(org: &str) -> OrgId {
    OrgId::parse(org).expect("an id")
}
