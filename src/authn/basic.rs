//! Client credentials in the `Authorization: Basic` header (RFC 7617; for OAuth RFC 6749 section 2.3.1).

use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

/// A client id and secret as they were sent: whether they are form-encoded as well is for the reader to find out.
pub struct BasicCredentials {
    pub user: String,
    pub password: Zeroizing<String>,
}

/// Reads the header's value after the scheme. `None` if it holds no credentials.
///
/// The bytes are UTF-8 or else ISO 8859-1, as RFC 7617 leaves it to the client: neither is an error, and what the other
/// one meant simply fails to match.
pub fn basic(encoded: &[u8]) -> Option<BasicCredentials> {
    let decoded = Zeroizing::new(BASE64_STANDARD.decode(encoded.trim_ascii()).ok()?);
    let colon = decoded.iter().position(|&byte| byte == b':')?;
    let (user, password) = (&decoded[..colon], &decoded[colon + 1..]);
    Some(BasicCredentials { user: text_of(user), password: Zeroizing::new(text_of(password)) })
}

/// Text of whichever of the two encodings it is.
pub fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pair: &[u8]) -> Option<(String, String)> {
        let read = basic(BASE64_STANDARD.encode(pair).as_bytes())?;
        Some((read.user, read.password.as_str().into()))
    }

    fn pair(user: &str, password: &str) -> Option<(String, String)> {
        Some((user.into(), password.into()))
    }

    #[test]
    fn the_first_colon_separates() {
        assert_eq!(read(b"demo:a:b"), pair("demo", "a:b"));
        assert_eq!(read(b":"), pair("", ""));
        assert_eq!(read(b"demo"), None);
        assert!(basic(b"").is_none() && basic(b"!!!").is_none() && basic(b"\xff\xfe").is_none());
    }

    #[test]
    fn both_encodings_are_text() {
        assert_eq!(read("café:ß".as_bytes()), pair("café", "ß"));
        assert_eq!(read(b"caf\xe9:\xdf"), pair("café", "ß"));
    }

    #[test]
    fn rfc_7617_section_2() {
        let read = basic(b" QWxhZGRpbjpvcGVuIHNlc2FtZQ== ").expect("credentials");
        assert_eq!((read.user.as_str(), read.password.as_str()), ("Aladdin", "open sesame"));
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_no_credentials(bytes: Vec<u8>) {
            let _ = basic(&bytes);
            let _ = read(&bytes);
        }
    }
}
