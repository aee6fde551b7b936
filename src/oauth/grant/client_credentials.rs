//! The client acts for itself (RFC 6749 section 4.4). There is no refresh token: it has its secret.

use super::Grant;
use crate::oauth::client;

pub(super) const GRANT: Grant =
    Grant { name: "client_credentials", label: "client_credentials", resolve: client::authenticate };
