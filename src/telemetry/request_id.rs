//! The id that a request's log lines share, and that its answer carries in `x-request-id`.

use crate::random::Random;
use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};
use tracing::Span;

/// The id of one request: at most `MAX_BYTES` of `A-Z a-z 0-9 - _ .`, so that it can stand in any line or header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Form);

/// An id of this server's is only formatted where it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    Ours { boot: u32, number: u64 },
    Theirs(Box<str>),
}

/// Gives out request ids: a random number of this boot and a count, as in `9f3c21ab-42`.
#[derive(Debug)]
pub struct RequestIds {
    boot: u32,
    count: AtomicU64,
}

/// The longest id that is accepted from a client. A UUID has 36 characters, a W3C trace id 32.
const MAX_BYTES: usize = 64;

impl RequestIds {
    pub fn new(random: &Random) -> Self {
        Self { boot: u32::from_le_bytes(random.bytes()), count: AtomicU64::new(1) }
    }

    /// The id that the client sent in `x-request-id`, if it may stand in a log line, or else a new one.
    pub fn accept_or_next(&self, header: Option<&[u8]>) -> RequestId {
        header.and_then(RequestId::accept).unwrap_or_else(|| self.next())
    }

    /// An id that this server has not given out before.
    pub fn next(&self) -> RequestId {
        RequestId(Form::Ours { boot: self.boot, number: self.count.fetch_add(1, Ordering::Relaxed) })
    }
}

impl RequestId {
    /// The span of a request: every line written within it carries `request_id`.
    ///
    /// It has the highest level, because a span below the configured level is not there at all, and then an error's
    /// line would miss the id.
    pub fn span(&self) -> Span {
        tracing::error_span!("request", request_id = %self)
    }

    /// A client's id. Whatever could forge a line or a field, or fill a disk, is none.
    fn accept(header: &[u8]) -> Option<Self> {
        let is_safe = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        if header.is_empty() || header.len() > MAX_BYTES || !header.iter().all(is_safe) {
            return None;
        }
        std::str::from_utf8(header).ok().map(|text| Self(Form::Theirs(text.into())))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Ours { boot, number } => write!(f, "{boot:08x}-{number}"),
            Form::Theirs(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_differ() {
        let ids = RequestIds::new(&Random::from_seed(1));
        let (one, two) = (ids.next().to_string(), ids.next().to_string());
        assert_ne!(one, two);
        assert!(RequestId::accept(one.as_bytes()).is_some() && one.len() == 10, "{one}");
    }

    #[test]
    fn only_harmless_ids_of_clients_are_kept() {
        let ids = RequestIds::new(&Random::from_seed(1));
        let kept = |id: &str| ids.accept_or_next(Some(id.as_bytes())).to_string() == id;
        assert!(kept("0af7651916cd43dd8448eb211c80319c") && kept("a-b_c.d"));
        for id in ["", "a b", "a\nb", "a\"b", "{}", "ä", &"x".repeat(MAX_BYTES + 1)] {
            assert!(!kept(id), "{id:?}");
        }
        assert!(!ids.accept_or_next(None).to_string().is_empty());
    }
}
