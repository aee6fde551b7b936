//! Client credentials in the `Authorization: Basic` header (RFC 6749 section 2.3.1).

use base64::{Engine, prelude::BASE64_STANDARD};

/// A client id and secret as they were sent; both raw.
pub struct BasicCredentials {
    pub user: String,
    pub password: zeroize::Zeroizing<String>,
}

/// Reads the header's value after the scheme. `None` if it holds no credentials.
pub fn basic(encoded: &str) -> Option<BasicCredentials> {
    let decoded = zeroize::Zeroizing::new(BASE64_STANDARD.decode(encoded.trim()).ok()?);
    let text = std::str::from_utf8(&decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some(BasicCredentials { user: user.into(), password: zeroize::Zeroizing::new(password.into()) })
}
