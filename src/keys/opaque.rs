//! Opaque access tokens: claims that only this server can read.
//!
//! ```text
//! cs_at_ base64url( version 1 (1 byte) | token id (16 bytes) | AES-256-GCM ciphertext of the claims | tag (16 bytes) )
//! ```
//!
//! The token carries its claims, so that issuing one writes nothing to the disk. Everything before the ciphertext is
//! authenticated with it, the encoding is canonical and the prefix fixed: a token has exactly one text, and no longer
//! or shorter one opens.

use super::{
    aead::{OneTimeKey, TAG_BYTES},
    token_id::TokenId,
    within_limit,
};
use crate::{error::Result, limits::MAX_TOKEN_BYTES, secret::SecretKey};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// Makes and opens opaque tokens under one key of the server.
#[derive(Debug)]
pub struct Sealer(SecretKey);

const PREFIX: &str = "cs_at_";
const VERSION: u8 = 1;
const HEAD_BYTES: usize = 1 + TokenId::BYTES;

impl Sealer {
    pub fn new(key: SecretKey) -> Self {
        Self(key)
    }

    /// The token named `id`. Refuses claims for which it would be longer than [`MAX_TOKEN_BYTES`].
    ///
    /// The key of the encryption follows from `id`: an id must never be given to two tokens with different claims.
    pub fn seal(&self, id: TokenId, claims: &[u8]) -> Result<String> {
        let mut token = Vec::with_capacity(HEAD_BYTES + claims.len() + TAG_BYTES);
        token.push(VERSION);
        token.extend_from_slice(id.as_bytes());
        let head = [&[VERSION], id.as_bytes().as_slice()].concat();
        OneTimeKey::derive(&self.0, &head)?.seal(&head, claims, &mut token)?;
        let mut text = String::with_capacity(PREFIX.len() + token.len().div_ceil(3) * 4);
        text.push_str(PREFIX);
        BASE64_URL_SAFE_NO_PAD.encode_string(&token, &mut text);
        within_limit(text)
    }

    /// The id and the claims of a token that this server issued. `None` for any other text: there is nothing to explain
    /// to who made it up. Whether the token still counts is another question.
    pub fn open(&self, text: &str) -> Option<(TokenId, Zeroizing<Vec<u8>>)> {
        if !Self::claims_to_be_one(text) || text.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let token = BASE64_URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let (head, body) = token.split_first_chunk::<HEAD_BYTES>()?;
        let [VERSION, id @ ..] = head else {
            return None;
        };
        let claims = OneTimeKey::derive(&self.0, head).ok()?.open(head, body)?;
        Some((TokenId::from_bytes(*id), claims))
    }

    /// Whether `text` begins as opaque tokens do, so that it need not be tried as another kind.
    pub fn claims_to_be_one(text: &str) -> bool {
        text.starts_with(PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{random::Random, time::Timestamp};
    use proptest::prelude::*;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(SecretKey::new([byte; 32]))
    }

    fn id(seed: u64) -> TokenId {
        TokenId::new(Timestamp::from_micros(1_700_000_000_000_000), &Random::from_seed(seed))
    }

    fn opens(text: &str) -> bool {
        sealer(1).open(text).is_some()
    }

    #[test]
    fn only_the_same_server_opens_a_token() {
        let token = sealer(1).seal(id(1), b"claims").expect("sealed");
        assert!(token.starts_with("cs_at_AQ"), "{token}");
        let (opened, claims) = sealer(1).open(&token).expect("opened");
        assert_eq!((opened, &**claims), (id(1), b"claims".as_slice()));
        assert!(sealer(2).open(&token).is_none());
        assert_eq!(format!("{:?}", sealer(1)), "Sealer(SecretKey(..))");
    }

    #[test]
    fn tokens_of_earlier_releases_open() {
        let token = "cs_at_AQICAgICAgICAgICAgICAgK25IRXsD_aX2DRlK9r9JZ0sS0CXA__";
        let (id, claims) = sealer(1).open(token).expect("opened");
        assert_eq!((id.as_bytes(), &**claims), (&[2; 16], b"claims".as_slice()));
        assert_eq!(sealer(1).seal(id, b"claims").expect("sealed"), token);
    }

    #[test]
    fn a_token_has_one_text() {
        let token = sealer(1).seal(id(1), b"claims!").expect("sealed");
        for cut in 0..token.len() {
            assert!(!opens(&token[..cut]), "cut to {cut}");
            assert!(!opens(&token[cut + 1..]), "cut from {cut}");
        }
        for more in ["=", "==", "A", "AA", "AAAA", "\n", " ", "\0", "%00", "."] {
            assert!(!opens(&format!("{token}{more}")), "{more:?}");
            assert!(!opens(&format!("{more}{token}")), "{more:?}");
        }
        assert!(!opens(&token.replacen("cs_at_", "CS_AT_", 1)));
        assert!(!opens(&token.replacen("cs_at_", "cs_pat_", 1)));
    }

    #[test]
    fn a_token_that_would_be_too_long_is_neither_made_nor_read() {
        let fitting = (MAX_TOKEN_BYTES - PREFIX.len()) / 4 * 3 - HEAD_BYTES - TAG_BYTES;
        let token = sealer(1).seal(id(1), &vec![0; fitting]).expect("sealed");
        assert!(opens(&token));
        let error = sealer(1).seal(id(2), &vec![0; fitting + 3]).expect_err("too long");
        assert_eq!(error.kind, crate::error::Kind::ResourceExhausted);
        assert!(!opens(&(PREFIX.to_owned() + &"A".repeat(MAX_TOKEN_BYTES))));
    }

    proptest! {
        #[test]
        fn any_changed_character_is_noticed(claims: Vec<u8>, seed: u64, at: prop::sample::Index, to in 0u8..128) {
            let token = sealer(1).seal(id(seed), &claims).expect("sealed");
            prop_assert!(opens(&token));
            let mut changed = token.into_bytes();
            let at = at.index(changed.len());
            prop_assume!(changed[at] != to);
            changed[at] = to;
            prop_assert!(!opens(std::str::from_utf8(&changed).expect("ascii")));
        }

        #[test]
        fn parts_of_two_tokens_do_not_make_a_third(claims in any::<([u8; 32], [u8; 32])>(), cut in 1usize..80) {
            let one = sealer(1).seal(id(1), &claims.0).expect("sealed");
            let other = sealer(1).seal(id(2), &claims.1).expect("sealed");
            let mixed = format!("{}{}", &one[..cut], &other[cut..]);
            prop_assert!(mixed == one || mixed == other || !opens(&mixed));
        }
    }
}
