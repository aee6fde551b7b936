//! Reads what callers carry as bearer tokens: personal access tokens, opaque access tokens, JWTs.

use crate::{
    error::Result,
    id::{CredentialId, UserId},
    keys::{KeyRing, TokenId, jwt::Unverified},
    limits::MAX_TOKEN_BYTES,
    model::{AccessToken, Credential, CredentialKind},
    secret::Prefix,
    store::{State, decode},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A bearer token that this server made. Whether it still counts is for [`super::alive`] to say.
#[derive(Debug, Clone)]
pub enum Bearer {
    PersonalAccessToken(Credential),
    AccessToken(TokenId, AccessToken),
}

/// What a JWT access token says (RFC 7519 section 4.1, RFC 9068 section 2.2), without what scopes add.
///
/// An ID token has no `urn:countersign:credential`, so it can never be read as an access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: String,
    pub aud: Vec<String>,
    pub exp: i64,
    pub iat: i64,
    pub nbf: i64,
    pub jti: String,
    pub client_id: String,
    /// Separated by spaces (RFC 8693 section 4.2).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The credential that minted the token.
    #[serde(rename = "urn:countersign:credential")]
    pub credential: String,
    /// Whether `aud` came from scopes; if not, it is only the client's own name, as ZITADEL puts it there.
    #[serde(rename = "urn:countersign:own_audience", default, skip_serializing_if = "std::ops::Not::not")]
    pub own_audience: bool,
}

/// Reads a bearer token. `None` if this server did not make it, or can no longer tell.
pub fn read(ring: &KeyRing, issuer: &str, state: &State<'_>, now: Timestamp, text: &str) -> Result<Option<Bearer>> {
    if text.len() > MAX_TOKEN_BYTES {
        return Ok(None);
    }
    if Prefix::PersonalAccessToken.fits(text) {
        return personal_access_token(ring, state, text);
    }
    let token = opaque(ring, text).or_else(|| jwt(ring, issuer, now, text));
    Ok(token.map(|(id, token)| Bearer::AccessToken(id, token)))
}

fn personal_access_token(ring: &KeyRing, state: &State<'_>, text: &str) -> Result<Option<Bearer>> {
    let hash = ring.personal_access_tokens().hash(text);
    let credential = state.credential_by_hash(&hash)?;
    let is_one = |found: &Credential| match &found.kind {
        CredentialKind::PersonalAccessToken { hash, .. } => ring.personal_access_tokens().verify(text, hash),
        CredentialKind::Secret { .. } | CredentialKind::Key { .. } => false,
    };
    Ok(credential.filter(is_one).map(Bearer::PersonalAccessToken))
}

fn opaque(ring: &KeyRing, text: &str) -> Option<(TokenId, AccessToken)> {
    let (id, claims) = ring.opaque_tokens().open(text)?;
    Some((id, decode(&claims).ok()?))
}

fn jwt(ring: &KeyRing, issuer: &str, now: Timestamp, text: &str) -> Option<(TokenId, AccessToken)> {
    let token = Unverified::parse(text)?;
    let key = ring.find(token.kid()?, now)?;
    let claims: Claims = serde_json::from_slice(token.verify(key)?).ok()?;
    if claims.iss != issuer {
        return None;
    }
    let token = AccessToken {
        user: UserId::parse(&claims.sub)?,
        credential: CredentialId::parse(&claims.credential)?,
        expires: Timestamp::from_parts(claims.exp, 0)?,
        scopes: claims.scope.split(' ').filter(|scope| !scope.is_empty()).map(Into::into).collect(),
        audience: if claims.own_audience { Vec::new() } else { claims.aud },
    };
    Some((TokenId::parse(&claims.jti)?, token))
}
