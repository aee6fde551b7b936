//! Where a request comes from, when proxies stand before the server.
//!
//! Anybody can send a header that names another address. So headers are read only from proxies that the configuration
//! names, and only from the end that those wrote: each proxy appends whom it heard, so the first address from the right
//! that is no proxy is the client; what stands left of it is the client's own tale. Where the two headers disagree, or
//! the place that counts cannot be read, nobody knows the address, and what depends on it is refused.

use crate::{limits::MAX_FORWARDED_HOPS, model::Network};
use http::{HeaderMap, HeaderName, header::FORWARDED};
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who sent a request that came from `peer`. `None` if nobody can say.
pub(super) fn resolve(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[Network]) -> Option<IpAddr> {
    let peer = peer?;
    if !is_proxy(peer, proxies) {
        return Some(peer);
    }
    match (headers.contains_key(FORWARDED), headers.contains_key(X_FORWARDED_FOR)) {
        (false, false) => Some(peer),
        (true, false) => first_stranger(forwarded(headers), proxies),
        (false, true) => first_stranger(x_forwarded_for(headers), proxies),
        (true, true) => {
            // A proxy writes one of them and may let the other through as the client sent it.
            let named = first_stranger(forwarded(headers), proxies);
            named.filter(|_| named == first_stranger(x_forwarded_for(headers), proxies))
        }
    }
}

/// The last of these that is no proxy; or the first of all, if proxies are all there is.
fn first_stranger(hops: Option<Vec<&str>>, proxies: &[Network]) -> Option<IpAddr> {
    let mut last = None;
    for (count, hop) in hops?.into_iter().rev().enumerate() {
        let address = (count < MAX_FORWARDED_HOPS).then(|| node(hop)).flatten()?;
        if !is_proxy(address, proxies) {
            return Some(address);
        }
        last = Some(address);
    }
    last
}

fn is_proxy(address: IpAddr, proxies: &[Network]) -> bool {
    proxies.iter().any(|network| network.contains(address))
}

fn x_forwarded_for(headers: &HeaderMap) -> Option<Vec<&str>> {
    let mut hops = Vec::new();
    for line in headers.get_all(X_FORWARDED_FOR) {
        hops.extend(line.to_str().ok()?.split(',').map(str::trim_ascii));
    }
    Some(hops)
}

/// What each element says of `for`, and nothing where it does not say it (RFC 7239 section 4). `None` if a line is not
/// what it should be: then nobody can tell where its last element begins.
fn forwarded(headers: &HeaderMap) -> Option<Vec<&str>> {
    let mut hops = Vec::new();
    for line in headers.get_all(FORWARDED) {
        for element in split_unquoted(line.to_str().ok()?, ',')? {
            hops.push(named_for(element)?);
        }
    }
    Some(hops)
}

fn named_for(element: &str) -> Option<&str> {
    let mut named = "";
    for pair in split_unquoted(element, ';')?.into_iter().map(str::trim_ascii).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        if name.eq_ignore_ascii_case("for") {
            if !named.is_empty() {
                return None;
            }
            named = unquoted(value)?;
        }
    }
    Some(named)
}

/// The parts of a text between separators that stand in no quotes. `None` if a quote has no end.
fn split_unquoted(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if character == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (!quoted).then_some(parts)
}

fn unquoted(value: &str) -> Option<&str> {
    let inner = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    // No address needs an escape.
    (!inner.is_empty() && !inner.contains(['"', '\\'])).then_some(inner)
}

/// A node's address, with or without a port. `None` for names such as `unknown` and `_hidden`.
fn node(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address.ip().to_canonical());
    }
    let bare = text.strip_prefix('[')?.strip_suffix(']')?;
    bare.parse::<IpAddr>().ok().filter(IpAddr::is_ipv6).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    const PROXY: &str = "10.0.0.1";

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn found(peer: &str, headers: &[(&str, &str)]) -> Option<IpAddr> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::try_from(*name).expect("a name");
            map.append(name, HeaderValue::from_str(value).expect("a value"));
        }
        let proxies = ["10.0.0.0/8", "2001:db8::/32"].map(|text| Network::parse(text).expect("a network"));
        resolve(Some(ip(peer)), &map, &proxies)
    }

    #[test]
    fn nobody_but_a_proxy_is_believed() {
        let header = ("x-forwarded-for", "192.0.2.1");
        assert_eq!(found("198.51.100.1", &[header]), Some(ip("198.51.100.1")));
        assert_eq!(found(PROXY, &[header]), Some(ip("192.0.2.1")));
        assert_eq!(found(PROXY, &[]), Some(ip(PROXY)));
        assert_eq!(resolve(None, &HeaderMap::new(), &[]), None);
    }

    #[test]
    fn the_first_stranger_from_the_right_is_the_client() {
        for (value, client) in [
            ("203.0.113.9, 192.0.2.1", Some("192.0.2.1")),
            ("garbage, 192.0.2.1, 10.1.2.3 , 10.2.2.2", Some("192.0.2.1")),
            ("10.1.2.3,10.2.2.2", Some("10.1.2.3")),
            ("192.0.2.1:4711", Some("192.0.2.1")),
            ("[2001:dead::1]:4711", Some("2001:dead::1")),
            ("2001:dead::1", Some("2001:dead::1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1, unknown", None),
            ("192.0.2.1,", None),
            ("", None),
            ("192.0.2.1, 10.0.0.999", None),
        ] {
            assert_eq!(found(PROXY, &[("x-forwarded-for", value)]), client.map(ip), "{value}");
        }
        let lines = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(found(PROXY, &lines), Some(ip("192.0.2.1")));
        let long = vec!["10.0.0.2"; MAX_FORWARDED_HOPS + 1].join(",");
        assert_eq!(found(PROXY, &[("x-forwarded-for", &long)]), None);
    }

    #[test]
    fn the_standard_header_is_read_with_its_quotes() {
        for (value, client) in [
            ("for=192.0.2.1", Some("192.0.2.1")),
            ("For=\"192.0.2.1:80\";proto=https;by=10.0.0.1", Some("192.0.2.1")),
            ("for=\"[2001:dead::1]:80\", for=10.0.0.7", Some("2001:dead::1")),
            ("by=\"a,for=9.9.9.9;\";for=192.0.2.1", Some("192.0.2.1")),
            ("for=192.0.2.1, for=_hidden", None),
            ("for=192.0.2.1, for=unknown", None),
            ("for=192.0.2.1, proto=https", None),
            ("for=192.0.2.1;for=203.0.113.9", None),
            ("for=\"192.0.2.1", None),
            ("for=\"192.0.2.\\1\"", None),
            ("for=", None),
            ("192.0.2.1", None),
            // What a client begins, its proxy must not end.
            ("x=\", for=\"192.0.2.1\"", None),
            ("x=\", for=192.0.2.1", None),
        ] {
            assert_eq!(found(PROXY, &[("forwarded", value)]), client.map(ip), "{value}");
        }
    }

    #[test]
    fn headers_that_disagree_are_both_doubted() {
        let both = |forwarded, other| found(PROXY, &[("forwarded", forwarded), ("x-forwarded-for", other)]);
        assert_eq!(both("for=192.0.2.1", "192.0.2.1"), Some(ip("192.0.2.1")));
        assert_eq!(both("for=192.0.2.1", "192.0.2.2"), None);
        assert_eq!(both("for=192.0.2.1", "unknown"), None);
        assert_eq!(both("unknown", "unknown"), None);
    }

    proptest! {
        #[test]
        fn a_client_cannot_name_its_own_address(lie in "[ -~]{0,80}", own: std::net::Ipv4Addr) {
            let own = IpAddr::V4(own);
            prop_assume!(own.is_ipv4() && !ip("10.0.0.0").eq(&own));
            for (name, entry) in [("x-forwarded-for", own.to_string()), ("forwarded", format!("for=\"{own}\""))] {
                let heard = found(PROXY, &[(name, &format!("{lie},{entry}"))]);
                let is_proxy = Network::parse("10.0.0.0/8").expect("a network").contains(own);
                prop_assert!(is_proxy || heard.is_none_or(|heard| heard == own), "{name}: {lie}");
            }
        }
    }
}
