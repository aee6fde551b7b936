//! The client acts for itself (RFC 6749 section 4.4). There is no refresh token: it has its secret.

use super::{Grant, Subject};
use crate::oauth::{Ground, Request, client, error::OAuthResult, scope};

pub(super) const GRANT: Grant =
    Grant { name: "client_credentials", label: "client_credentials", resolve, scopes: scope::of_account };

fn resolve(ground: &Ground<'_>, request: &Request<'_>) -> OAuthResult<Subject> {
    client::authenticate(ground, request).map(Subject::client)
}
