//! What this server says of itself (OpenID Connect Discovery section 3, RFC 8414 section 2).

use super::{client::Method, grant::GRANTS};
use crate::{
    app::Settings,
    keys::{Algorithm, jwt::PS256},
};
use bytes::Bytes;
use serde_json::{Value, json};

/// Both documents, made once: they depend on the configuration alone, and never on who asks by which name.
#[derive(Debug, Clone)]
pub struct Discovery {
    pub openid: Bytes,
    pub oauth: Bytes,
}

/// What has a URL of its own in the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    Authorize,
    Introspect,
    Keys,
    Revoke,
    Token,
    Userinfo,
}

/// What ID tokens, introspection and userinfo may say.
const CLAIMS: [&str; 12] = [
    "amr",
    "aud",
    "auth_time",
    "azp",
    "client_id",
    "exp",
    "iat",
    "iss",
    "name",
    "preferred_username",
    "sub",
    "updated_at",
];
const SCOPES: [&str; 4] =
    ["openid", "profile", "urn:zitadel:iam:user:resourceowner", "urn:zitadel:iam:org:project:id:zitadel:aud"];

impl Endpoint {
    pub const fn path(self) -> &'static str {
        match self {
            Self::Authorize => "/oauth/v2/authorize",
            Self::Introspect => "/oauth/v2/introspect",
            Self::Keys => "/oauth/v2/keys",
            Self::Revoke => "/oauth/v2/revoke",
            Self::Token => "/oauth/v2/token",
            Self::Userinfo => "/oidc/v1/userinfo",
        }
    }

    /// Its URL.
    pub fn of(self, issuer: &str) -> String {
        format!("{issuer}{}", self.path())
    }
}

impl Discovery {
    pub fn new(settings: &Settings) -> Self {
        Self { openid: openid(settings).to_string().into(), oauth: oauth(settings).to_string().into() }
    }
}

/// RFC 8414: only what is served. Except that the standard requires the two fields about authorization, and strict
/// clients read no document without them; so they name what that endpoint would be for, had this server any people to
/// log in. The endpoint says so itself.
fn oauth(settings: &Settings) -> Value {
    let url = |endpoint: Endpoint| endpoint.of(&settings.issuer);
    // Clients take the first that they have a key for.
    let algorithms: Vec<_> = Algorithm::ALL.map(Algorithm::name).into_iter().chain([PS256]).collect();
    let methods = Method::ALL.map(Method::name);
    json!({
        "issuer": settings.issuer,
        "authorization_endpoint": url(Endpoint::Authorize),
        "response_types_supported": ["code"],
        "token_endpoint": url(Endpoint::Token),
        "introspection_endpoint": url(Endpoint::Introspect),
        "revocation_endpoint": url(Endpoint::Revoke),
        "jwks_uri": url(Endpoint::Keys),
        "scopes_supported": SCOPES,
        "grant_types_supported": GRANTS.map(|grant| grant.name),
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
    })
}

fn openid(settings: &Settings) -> Value {
    let mut document = oauth(settings);
    document["userinfo_endpoint"] = Endpoint::Userinfo.of(&settings.issuer).into();
    document["subject_types_supported"] = json!(["public"]);
    document["id_token_signing_alg_values_supported"] = json!([settings.signing_algorithm.name()]);
    document["claims_supported"] = json!(CLAIMS);
    // Said because the default is true.
    document["request_uri_parameter_supported"] = false.into();
    document
}
