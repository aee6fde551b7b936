//! The name of a token.

use crate::{random::Random, time::Timestamp};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use std::fmt;

/// Names one issued token, for ever: the instant of its issue and 64 random bits.
///
/// Sorted by time, so that what is kept about tokens can be dropped by age. The server's clock never repeats an instant
/// within one database; the random half keeps a database restored from a backup from repeating one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenId([u8; Self::BYTES]);

/// base64url without padding turns 16 bytes into this many characters.
const TEXT_CHARS: usize = 22;

impl TokenId {
    pub const BYTES: usize = 16;

    /// `at` must come from the server's clock.
    pub fn new(at: Timestamp, random: &Random) -> Self {
        let instant = u128::from(at.micros().cast_unsigned()) << 64;
        Self((instant | u128::from(random.number())).to_be_bytes())
    }

    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// When the token was issued, to the microsecond.
    pub fn issued_at(&self) -> Timestamp {
        let instant = (u128::from_be_bytes(self.0) >> 64) as u64;
        Timestamp::from_micros(instant.cast_signed())
    }

    /// 22 characters of base64url: the claim `jti`.
    pub fn to_text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads what [`Self::to_text`] wrote, and only that: each id has one text.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != TEXT_CHARS {
            return None;
        }
        BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_half_is_the_instant() {
        let id = TokenId::new(Timestamp::from_micros(0x0102_0304_0506_0708), &Random::from_seed(1));
        assert_eq!(id.as_bytes()[..8], [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_ne!(id, TokenId::new(id.issued_at(), &Random::from_seed(2)));
    }

    #[test]
    fn an_id_has_one_text() {
        for text in
            ["", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAA", "+AAAAAAAAAAAAAAAAAAAAA"]
        {
            assert!(TokenId::parse(text).is_none(), "{text}");
        }
        assert!(TokenId::parse(&"A".repeat(22)).is_some());
        assert!(TokenId::parse(&"A".repeat(23)).is_none());
    }

    proptest! {
        #[test]
        fn an_id_survives_its_text_and_sorts_by_time(micros in any::<(u32, u32)>(), seeds: (u64, u64)) {
            let [one, other] = [(micros.0, seeds.0), (micros.1, seeds.1)].map(|(micros, seed)| {
                TokenId::new(Timestamp::from_micros(micros.into()), &Random::from_seed(seed))
            });
            prop_assert_eq!(TokenId::parse(&one.to_text()), Some(one));
            prop_assert_eq!(one.issued_at(), Timestamp::from_micros(micros.0.into()));
            prop_assert!(micros.0 >= micros.1 || one < other);
        }
    }
}
