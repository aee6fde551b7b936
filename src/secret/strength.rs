//! Whether a secret that was not made here looks as if nobody could guess it.
//!
//! The hash that is kept of it is fast, so the text itself must hold out against whoever gets hold of the database and
//! the server's key. Nobody can see how a text came to be; what shows is what it is made of:
//!
//! * It has at least 24 characters, at least 10 of them different, and only visible ASCII and spaces (RFC 6749 appendix
//!   A.2), with no space at either end.
//! * Each character counts log2 of how many there are of the kinds that occur (10 digits, 26 small letters, 26 capitals,
//!   33 others). One counts nothing that repeats the one before it, or is its neighbour (`aa`, `ab`, `ba`), or makes a pair
//!   that was there before; nor do the last four, which are shown to tell secrets apart.
//! * Together that is 80 bits at least.
//!
//! A passphrase of common words can pass. What Countersign makes itself has 256 bits.

use crate::limits::{MAX_CREDENTIAL_BYTES, MIN_PLAIN_BITS, MIN_PLAIN_CHARS, MIN_PLAIN_VARIETY};
use std::collections::BTreeSet;

/// Why a text was not taken. It says nothing of the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    #[error("a secret in plain must have from {MIN_PLAIN_CHARS} to {MAX_CREDENTIAL_BYTES} characters")]
    Length,
    #[error("a secret in plain must be visible ASCII and spaces, and no space at its ends")]
    Characters,
    #[error("a secret in plain must look hard to guess: {MIN_PLAIN_BITS} bits, not counting what repeats")]
    Guessable,
}

/// How many of the last characters everybody sees who may see the credential.
const SHOWN: usize = 4;

/// Refuses a text that may be guessed.
pub fn check(text: &str) -> Result<(), Weak> {
    if !(MIN_PLAIN_CHARS..=MAX_CREDENTIAL_BYTES).contains(&text.len()) {
        return Err(Weak::Length);
    }
    if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) || text.trim().len() != text.len() {
        return Err(Weak::Characters);
    }
    let bytes = text.as_bytes();
    let different: BTreeSet<_> = bytes.iter().collect();
    match different.len() >= MIN_PLAIN_VARIETY && bits(&bytes[..bytes.len() - SHOWN]) >= MIN_PLAIN_BITS {
        true => Ok(()),
        false => Err(Weak::Guessable),
    }
}

fn bits(text: &[u8]) -> f64 {
    let mut pairs = BTreeSet::new();
    let is_new = |pair: &[u8]| pair[0].abs_diff(pair[1]) > 1 && pairs.insert((pair[0], pair[1]));
    let counted = text.windows(2).map(is_new).filter(|is_new| *is_new).count();
    let of_kind = |is_kind: fn(&u8) -> bool, size| if text.iter().any(is_kind) { size } else { 0u32 };
    let letters = of_kind(u8::is_ascii_lowercase, 26) + of_kind(u8::is_ascii_uppercase, 26);
    let size = letters + of_kind(u8::is_ascii_digit, 10) + of_kind(|byte| !byte.is_ascii_alphanumeric(), 33);
    counted as f64 * f64::from(size.max(1)).log2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        random::Random,
        secret::{Prefix, SecretText},
    };

    #[test]
    fn what_other_systems_make_is_taken() {
        for text in [
            "c6f5a3d1-8b7e-4f20-9a4c-1e0d7b6a5f38",
            "Zx8kQ2vB7nM4pL0sT6wY3cR9",
            "1f0e9c7a5b3d2e4f6a8c0b1d3e5f7a9c",
            "pr~2Vw.X_93mKq-ZL8rb1TtEoA",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        let generated = SecretText::generate(Prefix::ClientSecret, &Random::from_seed(1));
        assert_eq!(check(generated.expose()), Ok(()));
    }

    #[test]
    fn what_looks_like_a_guess_is_not() {
        for (text, why) in [
            ("", Weak::Length),
            ("Zx8kQ2vB7nM4pL0sT6wY3cR", Weak::Length),
            ("Zx8kQ2vB7nM4pL0sT6wY3cR\u{e4}", Weak::Characters),
            ("Zx8kQ2vB7nM4pL0s\nT6wY3cR9", Weak::Characters),
            (" Zx8kQ2vB7nM4pL0sT6wY3cR9", Weak::Characters),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Weak::Guessable),
            ("passwordpasswordpasswordpassword", Weak::Guessable),
            ("abcdefghijklmnopqrstuvwxyz0123456789", Weak::Guessable),
            ("Abc1-Abc1-Abc1-Abc1-Abc1-Abc1-Abc1", Weak::Guessable),
            ("847291038472910384729103", Weak::Guessable),
            ("qaqbqcqdqaqbqcqdqaqbqcqdqaqbqcqd", Weak::Guessable),
        ] {
            assert_eq!(check(text), Err(why), "{text}");
        }
        assert_eq!(check(&"x9Q-z2".repeat(200)), Err(Weak::Length));
    }
}
