//! The header with which a proxy begins a connection, to say for whom it is (PROXY protocol version 2).
//!
//! A listener either takes such connections alone, and from the configured proxies alone, or none: were both taken,
//! anybody could write the header.

use crate::limits::MAX_PROXY_HEADER_BYTES;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};
use tokio::io::{AsyncRead, AsyncReadExt};

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// For whom the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// For the proxy itself, which looks whether somebody answers.
    Proxy,
    /// For a client at this address, if the proxy knows one.
    Client(Option<IpAddr>),
}

/// Reads the header and not one byte more.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Source> {
    let mut head = [0; 16];
    stream.read_exact(&mut head).await?;
    let [signature @ .., command, family, high, low] = head;
    if &signature != SIGNATURE {
        return Err(bad("the connection does not begin with a PROXY header of version 2"));
    }
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > MAX_PROXY_HEADER_BYTES {
        return Err(bad("the PROXY header is too long"));
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    match command {
        0x20 => Ok(Source::Proxy),
        0x21 => source(family, &rest).map(Source::Client).ok_or_else(|| bad("the PROXY header is too short")),
        _ => Err(bad("the PROXY header has an unknown version or command")),
    }
}

/// The source address, if it is one of the internet. `None` if what should hold it is too short.
fn source(family: u8, rest: &[u8]) -> Option<Option<IpAddr>> {
    Some(match family >> 4 {
        // Two addresses and two ports.
        1 => Some(IpAddr::from(Ipv4Addr::from(*rest.get(..12)?.first_chunk::<4>()?))),
        2 => Some(IpAddr::from(Ipv6Addr::from(*rest.get(..36)?.first_chunk::<16>()?)).to_canonical()),
        _ => None,
    })
}

fn bad(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).expect("short").to_be_bytes();
        [SIGNATURE.as_slice(), &[command, family], &length, rest].concat()
    }

    async fn heard(mut bytes: &[u8]) -> (Option<Source>, usize) {
        (read(&mut bytes).await.ok(), bytes.len())
    }

    #[tokio::test]
    async fn the_client_is_who_the_proxy_says() {
        let v4 = [192, 0, 2, 1, 10, 0, 0, 1, 1, 2, 3, 4];
        let v6 = [[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7], [0; 16]].concat();
        let v6 = [v6.as_slice(), &[0; 4]].concat();
        let client = |text: &str| Source::Client(Some(text.parse().expect("an address")));
        let with_more = [header(0x21, 0x11, &[v4.as_slice(), b"\x04\0\x01x"].concat()), b"\x16\x03".to_vec()].concat();
        for (bytes, source, left) in [
            (header(0x21, 0x11, &v4), Some(client("192.0.2.1")), 0),
            (with_more, Some(client("192.0.2.1")), 2),
            (header(0x21, 0x21, &v6), Some(client("2001:db8::7")), 0),
            (header(0x20, 0, &[]), Some(Source::Proxy), 0),
            (header(0x20, 0x11, &v4), Some(Source::Proxy), 0),
            (header(0x21, 0, &[]), Some(Source::Client(None)), 0),
            (header(0x21, 0x31, &[0; 216]), Some(Source::Client(None)), 0),
            (header(0x21, 0x11, &v4[..11]), None, 0),
            (header(0x22, 0x11, &v4), None, 0),
            (header(0x11, 0x11, &v4), None, 0),
        ] {
            assert_eq!(heard(&bytes).await, (source, left), "{bytes:?}");
        }
        let largest = header(0x21, 0x11, &[7; MAX_PROXY_HEADER_BYTES]);
        assert!(heard(&largest).await.0.is_some());
        assert!(heard(&header(0x21, 0x11, &[7; MAX_PROXY_HEADER_BYTES + 1])).await.0.is_none());
    }

    #[tokio::test]
    async fn anything_else_is_refused() {
        for bytes in
            [&b""[..], b"PROXY TCP4 192.0.2.1 10.0.0.1 1 2\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03aaaa"]
        {
            assert_eq!(heard(bytes).await.0, None);
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_errors(command: u8, family: u8, rest in proptest::collection::vec(any::<u8>(), 0..64)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let _ = runtime.block_on(heard(&header(command, family, &rest)));
            let _ = runtime.block_on(heard(&rest));
        }
    }
}
