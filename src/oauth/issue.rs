//! Mints tokens.

use crate::{
    app::App,
    authn::{Account, Claims},
    error::{Error, Kind},
    keys::{SigningKey, TokenId, jwt},
    model::{AccessToken, AccessTokenType, TokenLifetimes},
    oauth::{
        claims::{Networks, Profile, ResourceOwner, UserMetadata},
        client::Client,
        error::{OAuthError, OAuthResult},
        roles::RoleClaims,
        scope::{Granted, OPENID, PROFILE},
    },
    store::encode,
    time::Timestamp,
};
use serde::Serialize;
use std::time::Duration;

/// Everything that a token is made of, all by one state.
pub(super) struct Ticket {
    /// Before the state was read.
    pub issued: Timestamp,
    pub lifetimes: TokenLifetimes,
    /// Who gets the token. What it calls itself is what it looks for in its ID token.
    pub client: Client,
    pub granted: Granted,
    /// Whether more was asked for.
    pub is_less: bool,
    pub roles: RoleClaims,
    pub metadata: Option<UserMetadata>,
}

/// What a client gets (RFC 6749 section 5.1). It has no `Debug`, as it is made of secrets.
#[derive(Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
    /// What was granted, if that is not what was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// A JWT access token.
#[derive(Serialize)]
struct AccessClaims<'a> {
    #[serde(flatten)]
    token: Claims,
    #[serde(flatten)]
    networks: Networks,
    #[serde(flatten)]
    resource_owner: Option<ResourceOwner>,
    #[serde(flatten)]
    roles: &'a RoleClaims,
    #[serde(flatten)]
    metadata: Option<&'a UserMetadata>,
}

/// An ID token (OpenID Connect Core section 2). It names no credential, and so is never read as an access token.
#[derive(Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: [&'a str; 1],
    exp: i64,
    iat: i64,
    auth_time: i64,
    amr: &'static [&'static str],
    azp: &'a str,
    client_id: &'a str,
    #[serde(flatten)]
    profile: Option<Profile>,
    #[serde(flatten)]
    resource_owner: Option<ResourceOwner>,
    #[serde(flatten)]
    roles: &'a RoleClaims,
    #[serde(flatten)]
    metadata: Option<&'a UserMetadata>,
}

/// What ID tokens are, whatever type the configuration gives to access tokens.
const ID_TOKEN_TYPE: &str = "JWT";

/// The tokens that the ticket is good for. Nothing is written: they carry all that is to be known of them.
pub(super) async fn issue(app: &App, ticket: Ticket) -> OAuthResult<TokenResponse> {
    let wants_id_token = ticket.granted.scopes.iter().any(|scope| scope == OPENID);
    let is_jwt = ticket.client.account.machine.access_token_type == AccessTokenType::Jwt;
    let key = match wants_id_token || is_jwt {
        true => Some(app.keys.signing_key(app.settings.signing_algorithm).await?),
        false => None,
    };
    let id_token = match &key {
        Some(key) if wants_id_token => Some(id_token(app, key, &ticket)?),
        _ => None,
    };
    let Ticket { issued, lifetimes, client, granted, is_less, roles, metadata } = ticket;
    let scope = is_less.then(|| granted.scopes.join(" "));
    let lifetime = Duration::from_secs(lifetimes.access_token);
    let token = AccessToken {
        user: client.account.machine.id.clone(),
        credential: client.credential,
        expires: whole_second(issued, lifetime),
        scopes: granted.scopes,
        audience: granted.audience,
    };
    // The instant belongs to this request alone, so no other token can have the id.
    let id = TokenId::new(issued, &app.random);
    let access_token = match &key {
        Some(key) if is_jwt => signed(app, key, id, token, &client.account, &roles, metadata.as_ref())?,
        _ => sealed(app, id, &token)?,
    };
    Ok(TokenResponse { access_token, token_type: "Bearer", expires_in: lifetime.as_secs(), scope, id_token })
}

fn sealed(app: &App, id: TokenId, token: &AccessToken) -> OAuthResult<String> {
    app.keys.load().opaque_tokens().seal(id, &encode(token)?).map_err(too_large)
}

fn signed(
    app: &App,
    key: &SigningKey,
    id: TokenId,
    token: AccessToken,
    account: &Account,
    roles: &RoleClaims,
    metadata: Option<&UserMetadata>,
) -> OAuthResult<String> {
    let issued = id.issued_at().seconds();
    let user_name = &account.machine.user_name;
    let resource_owner = ResourceOwner::if_asked(&token.scopes, &account.org);
    let own_audience = token.audience.is_empty();
    let claims = Claims {
        iss: app.settings.issuer.clone(),
        sub: token.user.to_string(),
        aud: if own_audience { vec![user_name.clone()] } else { token.audience },
        exp: token.expires.seconds(),
        iat: issued,
        nbf: issued,
        jti: id.to_text(),
        client_id: user_name.clone(),
        scope: token.scopes.join(" "),
        credential: token.credential.to_string(),
        own_audience,
    };
    let claims = AccessClaims { token: claims, networks: Networks::of(account), resource_owner, roles, metadata };
    jwt::sign(key, &app.settings.jwt_type, &claims).map_err(too_large)
}

fn id_token(app: &App, key: &SigningKey, ticket: &Ticket) -> OAuthResult<String> {
    let Ticket { issued, lifetimes, client: Client { account, called, amr, .. }, granted, .. } = ticket;
    let wants_profile = granted.scopes.iter().any(|scope| scope == PROFILE);
    let claims = IdClaims {
        iss: &app.settings.issuer,
        sub: account.machine.id.as_str(),
        aud: [called],
        exp: whole_second(*issued, Duration::from_secs(lifetimes.id_token)).seconds(),
        iat: issued.seconds(),
        auth_time: issued.seconds(),
        amr,
        azp: called,
        client_id: called,
        profile: wants_profile.then(|| Profile::of(account)),
        resource_owner: ResourceOwner::if_asked(&granted.scopes, &account.org),
        roles: &ticket.roles,
        metadata: ticket.metadata.as_ref(),
    };
    jwt::sign(key, ID_TOKEN_TYPE, &claims).map_err(too_large)
}

/// The end of a token's life: a whole second, as JWTs know no others, and never before what the client was told.
fn whole_second(issued: Timestamp, lifetime: Duration) -> Timestamp {
    let end = issued + lifetime;
    let full = end.subsec_nanos() == 0;
    let second = if full { end.seconds() } else { end.seconds() + 1 };
    Timestamp::from_parts(second, 0).unwrap_or(Timestamp::NEVER)
}

/// Keys refuse to make a token that nobody would look at; that is the request's fault.
fn too_large(error: Error) -> OAuthError {
    match error.kind {
        Kind::ResourceExhausted => OAuthError::invalid_scope("the token would be too large; ask for fewer scopes"),
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_at_least_as_long_as_was_said() {
        let at = |micros| Timestamp::from_micros(micros);
        assert_eq!(whole_second(at(1), Duration::from_secs(60)), at(61_000_000));
        assert_eq!(whole_second(at(0), Duration::from_secs(60)), at(60_000_000));
        assert_eq!(whole_second(at(999_999), Duration::from_secs(60)), at(61_000_000));
    }
}
