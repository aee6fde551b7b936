//! Secrets and what is kept of them.
//!
//! A secret is 256 random bits, written as a prefix that names its kind, base62, and a checksum:
//!
//! ```text
//! cs_sec_ 43 characters of base62 6 characters of CRC-32 in base62
//! ```
//!
//! so that a scanner knows one at sight, and a mistyped one is told from a wrong one without asking anybody. Nothing of
//! it is kept but a BLAKE3 hash under a server key: the text has so much entropy that a slow hash would add only cost.
//!
//! Two other kinds come from elsewhere: a text that was not made here must look as if nobody could guess it ([`strength`]),
//! and a hash must be of a kind that can be checked ([`foreign`]) until its text is seen for the first time.

pub mod foreign;
pub mod strength;

pub use foreign::ForeignHash;

use crate::random::Random;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The text of a secret. It cannot be printed, serialized or compared; it is wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretText(String);

/// 256 bits of key material. It cannot be printed, serialized or compared; it is wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretKey([u8; 32]);

/// What a secret's text says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    ClientSecret,
    PersonalAccessToken,
}

/// What is kept of a secret. Names its algorithm, so that others can be read and upgraded.
#[derive(Clone, Serialize, Deserialize)]
pub enum SecretHash {
    /// BLAKE3 keyed with a key derived from the server key.
    Blake3([u8; 32]),
    /// What another system kept, until the secret is first used: what [`ForeignHash::parse`] takes. No index finds it by
    /// the secret's text.
    Imported(String),
}

/// Turns secrets into hashes. One key for each use, so that a hash of one kind is worthless as another.
pub struct Hasher(SecretKey);

const RANDOM_BYTES: usize = 32;
/// 62^43 > 2^256.
const RANDOM_CHARS: usize = 43;
/// 62^6 > 2^32.
const CHECKSUM_CHARS: usize = 6;
const PREFIX_CHARS: usize = 7;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl SecretText {
    /// How long the text of a new secret is.
    pub const GENERATED_CHARS: usize = PREFIX_CHARS + RANDOM_CHARS + CHECKSUM_CHARS;

    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// A new secret.
    pub fn generate(prefix: Prefix, random: &Random) -> Self {
        let bytes = Zeroizing::new(random.bytes::<RANDOM_BYTES>());
        let mut text = String::with_capacity(Self::GENERATED_CHARS);
        text.push_str(prefix.text());
        push_base62(&mut text, &*bytes, RANDOM_CHARS);
        let checksum = crc32fast::hash(text.as_bytes());
        push_base62(&mut text, &checksum.to_be_bytes(), CHECKSUM_CHARS);
        Self(text)
    }

    /// The secret itself. Each call is a place where it may leak.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, by which people tell secrets apart.
    pub fn hint(&self) -> String {
        let skipped = self.0.chars().count().saturating_sub(4);
        self.0.chars().skip(skipped).collect()
    }
}

impl SecretKey {
    pub const BYTES: usize = 32;

    pub fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub fn generate(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// A key for one use. `context` must be a constant that names the use and nothing else.
    pub fn derive(&self, context: &'static str) -> Self {
        Self(blake3::derive_key(context, &self.0))
    }

    /// The key itself. Each call is a place where it may leak.
    pub fn expose(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl Prefix {
    pub const fn text(self) -> &'static str {
        match self {
            Self::ClientSecret => "cs_sec_",
            Self::PersonalAccessToken => "cs_pat_",
        }
    }

    /// Whether `text` has this prefix, the length of a secret, and the checksum of its own characters.
    pub fn fits(self, text: &str) -> bool {
        let has_shape = text.len() == SecretText::GENERATED_CHARS && text.starts_with(self.text()) && text.is_ascii();
        if !has_shape {
            return false;
        }
        let (body, checksum) = text.split_at(PREFIX_CHARS + RANDOM_CHARS);
        let mut expected = String::with_capacity(CHECKSUM_CHARS);
        push_base62(&mut expected, &crc32fast::hash(body.as_bytes()).to_be_bytes(), CHECKSUM_CHARS);
        expected == checksum
    }
}

impl Hasher {
    pub fn new(key: SecretKey) -> Self {
        Self(key)
    }

    pub fn hash(&self, text: &str) -> SecretHash {
        SecretHash::Blake3(self.digest(text))
    }

    /// Whether `hash` was made of `text` here, in a time that depends only on the text's length.
    pub fn verify(&self, text: &str, hash: &SecretHash) -> bool {
        match hash {
            SecretHash::Blake3(expected) => self.digest(text).ct_eq(expected).into(),
            SecretHash::Imported(_) => false,
        }
    }

    fn digest(&self, text: &str) -> [u8; 32] {
        *blake3::keyed_hash(self.0.expose(), text.as_bytes()).as_bytes()
    }
}

impl SecretHash {
    /// The bytes under which an index finds the credential, if it does. Harmless without the server key.
    pub fn index_key(&self) -> Option<&[u8]> {
        match self {
            Self::Blake3(bytes) => Some(bytes),
            Self::Imported(_) => None,
        }
    }

    /// What another system kept, if that is all that there is.
    pub fn imported(&self) -> Option<&str> {
        match self {
            Self::Blake3(_) => None,
            Self::Imported(text) => Some(text),
        }
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(..)")
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher(..)")
    }
}

/// Appends the big-endian number in `bytes` (32 at most), with leading zeros, as `chars` digits.
fn push_base62(text: &mut String, bytes: &[u8], chars: usize) {
    let mut number = Zeroizing::new([0u8; RANDOM_BYTES]);
    let number = &mut number[..bytes.len()];
    number.copy_from_slice(bytes);
    let mut digits = Zeroizing::new([0u8; RANDOM_CHARS]);
    for digit in digits[..chars].iter_mut().rev() {
        *digit = ALPHABET[usize::from(divide_by_62(number))];
    }
    text.extend(digits[..chars].iter().map(|&digit| char::from(digit)));
}

/// Divides a big-endian number in place and returns the remainder.
fn divide_by_62(number: &mut [u8]) -> u8 {
    let mut remainder = 0u16;
    for byte in number {
        let dividend = remainder << 8 | u16::from(*byte);
        *byte = (dividend / 62) as u8;
        remainder = dividend % 62;
    }
    remainder as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some_secret(seed: u64) -> SecretText {
        SecretText::generate(Prefix::ClientSecret, &Random::from_seed(seed))
    }

    #[test]
    fn base62_is_a_number_with_leading_zeros() {
        let text_of = |number: u32| {
            let mut text = String::new();
            push_base62(&mut text, &number.to_be_bytes(), CHECKSUM_CHARS);
            text
        };
        assert_eq!(text_of(0), "000000");
        assert_eq!(text_of(61), "00000z");
        assert_eq!(text_of(62), "000010");
        assert_eq!(text_of(u32::MAX), "4gfFC3");
    }

    #[test]
    fn nothing_prints_a_secret() {
        let secret = some_secret(1);
        let printed = format!("{secret:?} {:?} {:?}", SecretKey::new([7; 32]), hasher().hash(secret.expose()));
        assert_eq!(printed, "SecretText(..) SecretKey(..) SecretHash(..)");
    }

    #[test]
    fn hashes_of_different_uses_differ() {
        let key = SecretKey::new([1; 32]);
        let one = Hasher::new(key.derive("one use"));
        let other = Hasher::new(key.derive("another use"));
        assert!(!other.verify("text", &one.hash("text")));
        assert!(one.verify("text", &one.hash("text")));
    }

    proptest! {
        #[test]
        fn a_secret_fits_its_prefix_and_one_wrong_character_does_not(seed: u64, at in 7usize..56, to in 0usize..62) {
            let secret = some_secret(seed);
            prop_assert!(Prefix::ClientSecret.fits(secret.expose()));
            prop_assert!(!Prefix::PersonalAccessToken.fits(secret.expose()));
            let mut typo = secret.expose().as_bytes().to_vec();
            prop_assume!(typo[at] != ALPHABET[to]);
            typo[at] = ALPHABET[to];
            prop_assert!(!Prefix::ClientSecret.fits(std::str::from_utf8(&typo).expect("ascii")));
        }

        #[test]
        fn only_the_same_text_verifies(texts in any::<(String, String)>()) {
            let hash = hasher().hash(&texts.0);
            prop_assert!(hasher().verify(&texts.0, &hash));
            prop_assert_eq!(hasher().verify(&texts.1, &hash), texts.0 == texts.1);
        }
    }

    fn hasher() -> Hasher {
        Hasher::new(SecretKey::new([9; 32]))
    }
}
