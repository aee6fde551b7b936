//! The issuer.

use http::Uri;
use std::fmt;

/// The URL by which clients reach the server, and the issuer that tokens name: `https://host[:port]`, byte for byte as
/// configured, because clients compare it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalUrl(Box<str>);

const SCHEME: &str = "https://";

impl ExternalUrl {
    /// `None` for anything but scheme, host and port, in lower case and without a slash at the end.
    pub fn parse(text: &str) -> Option<Self> {
        let authority = text.strip_prefix(SCHEME)?;
        let uri: Uri = text.parse().ok()?;
        let host = uri.host().filter(|host| !host.is_empty())?;
        // Whatever else a URL can have (a user, a path, a query) makes the rest begin otherwise.
        let port = authority.strip_prefix(host)?;
        let has_good_port = match port.strip_prefix(':') {
            // Compared as text, because a number would also be read from "+443" and "0443".
            Some(digits) => digits.parse::<u16>().is_ok_and(|port| port != 0 && port.to_string() == digits),
            None => port.is_empty(),
        };
        let is_lower_case = !host.bytes().any(|byte| byte.is_ascii_uppercase());
        (has_good_port && is_lower_case).then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host alone, without a port; an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        let authority = self.0.strip_prefix(SCHEME).unwrap_or_default();
        match authority.strip_prefix('[') {
            Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        }
    }
}

impl fmt::Display for ExternalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_scheme_host_and_port() {
        for good in ["https://id.example.org", "https://localhost:8443", "https://[::1]:8443", "https://10.0.0.7"] {
            assert_eq!(ExternalUrl::parse(good).expect(good).as_str(), good);
        }
        for bad in [
            "",
            "https://",
            "http://id.example.org",
            "https://id.example.org/",
            "https://id.example.org/x",
            "https://id.example.org?x",
            "https://id.example.org#x",
            "https://me@id.example.org",
            "https://id.example.org@id.example.org",
            "https://Id.example.org",
            "https://id.example.org:",
            "https://id.example.org:0",
            "https://id.example.org:+1",
            "https://id.example.org:99999",
            "https://:8443",
            "https://id example.org",
            "id.example.org",
        ] {
            assert!(ExternalUrl::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn the_host_is_what_a_certificate_names() {
        for (url, host) in [("https://localhost:8443", "localhost"), ("https://a.b", "a.b"), ("https://[::1]:1", "::1")]
        {
            assert_eq!(ExternalUrl::parse(url).expect("good").host(), host);
        }
    }
}
