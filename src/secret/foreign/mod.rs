//! Hashes that other systems made of secrets.
//!
//! To check one is slow on purpose, and how slow is up to whoever made it. So what is taken is bounded here, once, when
//! it comes in: what it costs to check a [`ForeignHash`] is known to be bearable.

use crate::limits::{
    MAX_ARGON2_LANES, MAX_ARGON2_WORK, MAX_BCRYPT_COST, MAX_HASH_CHARS, MAX_HASH_MEMORY, MAX_HASH_OUTPUT,
    MAX_HASH_SALT, MAX_PBKDF2_SHA256_ITERATIONS, MAX_PBKDF2_SHA512_ITERATIONS, MAX_SCRYPT_WORK, MAX_SHA_CRYPT_ROUNDS,
    MAX_SHA_CRYPT_SECRET, MIN_HASH_OUTPUT,
};
use aws_lc_rs::pbkdf2;
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use std::num::NonZeroU32;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A hash of one of the kinds that are served, within the limits. It has no `Debug`, as nothing should print it.
pub struct ForeignHash(Kind);

enum Kind {
    /// The whole text, as the library reads it itself.
    Bcrypt(String),
    Argon2id(argon2::Params, Derived),
    Scrypt(scrypt::Params, Derived),
    Pbkdf2(pbkdf2::Algorithm, NonZeroU32, Derived),
    ShaCrypt(ShaCrypt),
}

/// What a key derivation made, and of what salt.
struct Derived {
    salt: Vec<u8>,
    output: Vec<u8>,
}

/// A hash as crypt(3) makes it.
struct ShaCrypt {
    is_512: bool,
    rounds: u32,
    salt: String,
    /// As it is written.
    output: String,
}

/// Why a hash was not taken. It says nothing of the hash itself but what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(
        "hash must be bcrypt ($2a$, $2b$, $2y$), argon2id ($argon2id$v=19$), scrypt ($scrypt$ln=), PBKDF2 \
         ($pbkdf2-sha256$, $pbkdf2-sha512$) or SHA-crypt ($5$, $6$); a plain sum of SHA, salted or not, and PBKDF2 with \
         SHA-1 are not taken on purpose, as they are guessed too quickly, nor is Django's way to write one: import such a \
         secret in plain, or make a new one"
    )]
    Unknown,
    #[error("hash is not what {0} writes; it must be whole, without padding or anything around it")]
    Malformed(&'static str),
    #[error("hash is too costly to check: {what} is {found}, and may be {most} at most")]
    Costly { what: &'static str, found: u64, most: u64 },
}

/// More of a secret than that is nothing to bcrypt: whoever knows so much of it could go on as they like.
const MAX_BCRYPT_SECRET: usize = 72;
const MIN_BCRYPT_COST: u32 = 4;
const BCRYPT_CHARS: usize = 60;
/// RFC 9106 section 3.1: a lane is no smaller.
const MIN_ARGON2_LANE: u32 = 8;
const MIN_ARGON2_SALT: usize = 8;
const MAX_SHA_CRYPT_SALT: usize = 16;
const SHA_CRYPT_ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl ForeignHash {
    /// Reads a hash. What it returns can be checked with bounded effort.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        if text.len() > MAX_HASH_CHARS {
            return Err(Refused::Unknown);
        }
        let rest = text.strip_prefix('$').ok_or(Refused::Unknown)?;
        let (name, rest) = rest.split_once('$').ok_or(Refused::Unknown)?;
        match name {
            "2a" | "2b" | "2y" => bcrypt(text),
            "argon2id" => argon2id(rest),
            "scrypt" => scrypt(rest),
            "pbkdf2-sha256" => pbkdf2(pbkdf2::PBKDF2_HMAC_SHA256, MAX_PBKDF2_SHA256_ITERATIONS, rest),
            "pbkdf2-sha512" => pbkdf2(pbkdf2::PBKDF2_HMAC_SHA512, MAX_PBKDF2_SHA512_ITERATIONS, rest),
            "5" => sha_crypt(false, rest),
            "6" => sha_crypt(true, rest),
            _ => Err(Refused::Unknown),
        }
        .map(Self)
    }

    /// Whether it was made of `secret`. Slow.
    pub fn verify(&self, secret: &str) -> bool {
        match &self.0 {
            // With a zero byte in it, a secret could begin anew, and still be the same to bcrypt.
            Kind::Bcrypt(_) if secret.len() > MAX_BCRYPT_SECRET || secret.contains('\0') => false,
            Kind::Bcrypt(text) => bcrypt::verify(secret, text).unwrap_or(false),
            Kind::Argon2id(params, derived) => derived.is_made_by(|output| {
                let (kind, version) = (argon2::Algorithm::Argon2id, argon2::Version::V0x13);
                let argon2 = argon2::Argon2::new(kind, version, params.clone());
                argon2.hash_password_into(secret.as_bytes(), &derived.salt, output).is_ok()
            }),
            Kind::Scrypt(params, derived) => {
                derived.is_made_by(|output| scrypt::scrypt(secret.as_bytes(), &derived.salt, params, output).is_ok())
            }
            Kind::Pbkdf2(algorithm, iterations, Derived { salt, output }) => {
                pbkdf2::verify(*algorithm, *iterations, salt, secret.as_bytes(), output).is_ok()
            }
            Kind::ShaCrypt(_) if secret.len() > MAX_SHA_CRYPT_SECRET => false,
            Kind::ShaCrypt(hash) => hash.verify(secret),
        }
    }
}

/// `$2b$<cost>$<salt and hash>`
fn bcrypt(text: &str) -> Result<Kind, Refused> {
    let malformed = Refused::Malformed("bcrypt");
    if text.len() != BCRYPT_CHARS || !text.is_ascii() || text.as_bytes()[6] != b'$' {
        return Err(malformed);
    }
    let is_written = text[7..].bytes().all(|byte| SHA_CRYPT_ALPHABET.contains(&byte));
    let cost = text[4..6].parse().ok().filter(|_| is_written && text[4..6].bytes().all(|b| b.is_ascii_digit()));
    let cost: u32 = cost.ok_or(malformed)?;
    if cost < MIN_BCRYPT_COST {
        return Err(malformed);
    }
    bearable("the cost of bcrypt", cost, MAX_BCRYPT_COST)?;
    Ok(Kind::Bcrypt(text.to_owned()))
}

/// Refuses what takes too long, or too much memory.
fn bearable(what: &'static str, found: impl Into<u64>, most: impl Into<u64>) -> Result<(), Refused> {
    let (found, most) = (found.into(), most.into());
    if found <= most { Ok(()) } else { Err(Refused::Costly { what, found, most }) }
}

/// `v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<hash>`
fn argon2id(rest: &str) -> Result<Kind, Refused> {
    let malformed = Refused::Malformed("argon2id, version 19");
    let (numbers, derived) = rest.strip_prefix("v=19$").and_then(phc).ok_or(malformed)?;
    let [memory, passes, lanes] = named(numbers, ["m", "t", "p"]).ok_or(malformed)?;
    bearable("m of argon2id", memory, MAX_HASH_MEMORY >> 10)?;
    bearable("m times t of argon2id", u64::from(memory) * u64::from(passes), MAX_ARGON2_WORK >> 10)?;
    bearable("p of argon2id", lanes, MAX_ARGON2_LANES)?;
    if passes == 0 || lanes == 0 || memory < MIN_ARGON2_LANE * lanes || derived.salt.len() < MIN_ARGON2_SALT {
        return Err(malformed);
    }
    let params = argon2::Params::new(memory, passes, lanes, Some(derived.output.len())).map_err(|_| malformed)?;
    Ok(Kind::Argon2id(params, derived))
}

/// `ln=<log2 N>,r=<block>,p=<passes>$<salt>$<hash>`
fn scrypt(rest: &str) -> Result<Kind, Refused> {
    let malformed = Refused::Malformed("scrypt");
    let (numbers, derived) = phc(rest).ok_or(malformed)?;
    let [log_n, block, passes] = named(numbers, ["ln", "r", "p"]).ok_or(malformed)?;
    let memory = 1u64.checked_shl(log_n).map_or(u64::MAX, |n| n.saturating_mul(128 * u64::from(block)));
    bearable("the memory of scrypt, in bytes (128 times r times 2 to the ln),", memory, MAX_HASH_MEMORY)?;
    bearable("that memory times p", memory.saturating_mul(passes.into()), MAX_SCRYPT_WORK)?;
    let log_n = u8::try_from(log_n).ok().filter(|log_n| *log_n > 0).ok_or(malformed)?;
    let params = scrypt::Params::new(log_n, block, passes).map_err(|_| malformed)?;
    Ok(Kind::Scrypt(params, derived))
}

/// `i=<iterations>,l=<length>$<salt>$<hash>`, or `<iterations>$<salt>$<hash>` as passlib and ZITADEL write it.
fn pbkdf2(algorithm: pbkdf2::Algorithm, most: u32, rest: &str) -> Result<Kind, Refused> {
    let malformed = Refused::Malformed("PBKDF2");
    let (numbers, derived) = phc(rest).ok_or(malformed)?;
    let iterations = match named(numbers, ["i", "l"]) {
        Some([iterations, length]) if length as usize == derived.output.len() => iterations,
        Some(_) => return Err(malformed),
        None => number(numbers).ok_or(malformed)?,
    };
    bearable("the number of iterations", iterations, most)?;
    Ok(Kind::Pbkdf2(algorithm, NonZeroU32::new(iterations).ok_or(malformed)?, derived))
}

/// `rounds=<rounds>$<salt>$<hash>`, or without rounds.
fn sha_crypt(is_512: bool, rest: &str) -> Result<Kind, Refused> {
    let malformed = Refused::Malformed("SHA-crypt");
    let (rounds, rest) = match rest.strip_prefix("rounds=") {
        Some(rest) => rest.split_once('$').and_then(|(rounds, rest)| Some((number(rounds)?, rest))).ok_or(malformed)?,
        None => (sha_crypt::Params::RECOMMENDED_ROUNDS, rest),
    };
    bearable("the number of rounds", rounds, MAX_SHA_CRYPT_ROUNDS)?;
    let (salt, output) = rest.split_once('$').ok_or(malformed)?;
    let is_salt = salt.len() <= MAX_SHA_CRYPT_SALT && salt.bytes().all(|byte| byte.is_ascii_graphic());
    let chars = if is_512 { 86 } else { 43 };
    let is_output = output.len() == chars && output.bytes().all(|byte| SHA_CRYPT_ALPHABET.contains(&byte));
    if !is_salt || !is_output || rounds < sha_crypt::Params::ROUNDS_MIN {
        return Err(malformed);
    }
    Ok(Kind::ShaCrypt(ShaCrypt { is_512, rounds, salt: salt.into(), output: output.into() }))
}

/// `<numbers>$<salt>$<hash>`, the last two in base64, where passlib writes a dot for a plus.
fn phc(rest: &str) -> Option<(&str, Derived)> {
    let (numbers, rest) = rest.split_once('$')?;
    let (salt, output) = rest.split_once('$')?;
    let bytes = |text: &str| BASE64_STANDARD_NO_PAD.decode(text.replace('.', "+")).ok();
    let derived = Derived { salt: bytes(salt)?, output: bytes(output)? };
    let is_whole =
        derived.salt.len() <= MAX_HASH_SALT && (MIN_HASH_OUTPUT..=MAX_HASH_OUTPUT).contains(&derived.output.len());
    is_whole.then_some((numbers, derived))
}

/// `a=1,b=2`, these and in this order.
fn named<const N: usize>(text: &str, names: [&str; N]) -> Option<[u32; N]> {
    let mut parts = text.split(',');
    let mut numbers = [0; N];
    for (number_of, name) in numbers.iter_mut().zip(names) {
        *number_of = number(parts.next()?.strip_prefix(name)?.strip_prefix('=')?)?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Digits, and as few as do.
fn number(text: &str) -> Option<u32> {
    let is_short = text == "0" || !text.starts_with('0');
    text.parse().ok().filter(|_| is_short && text.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Derived {
    /// Whether `derive` makes the same. It says whether it could.
    fn is_made_by(&self, derive: impl FnOnce(&mut [u8]) -> bool) -> bool {
        let mut output = Zeroizing::new(vec![0; self.output.len()]);
        derive(&mut output) && output.ct_eq(&self.output).into()
    }
}

impl ShaCrypt {
    fn verify(&self, secret: &str) -> bool {
        let (secret, salt) = (secret.as_bytes(), self.salt.as_bytes());
        let Ok(params) = sha_crypt::Params::new(self.rounds) else { return false };
        let written = match self.is_512 {
            true => written_512(&sha_crypt::sha512_crypt(secret, salt, params)),
            false => written_256(&sha_crypt::sha256_crypt(secret, salt, params)),
        };
        written.ct_eq(self.output.as_bytes()).into()
    }
}

/// The bytes of SHA-512 in the order in which crypt(3) writes them.
fn written_512(bytes: &[u8; 64]) -> Vec<u8> {
    let mut text = Vec::with_capacity(86);
    let (mut a, mut b, mut c) = (0, 21, 42);
    for _ in 0..21 {
        push(&mut text, [bytes[a], bytes[b], bytes[c]], 4);
        (a, b, c) = (b + 1, c + 1, a + 1);
    }
    push(&mut text, [0, 0, bytes[63]], 2);
    text
}

/// The same of SHA-256.
fn written_256(bytes: &[u8; 32]) -> Vec<u8> {
    let mut text = Vec::with_capacity(43);
    let (mut a, mut b, mut c) = (0, 10, 20);
    for _ in 0..10 {
        push(&mut text, [bytes[a], bytes[b], bytes[c]], 4);
        (a, b, c) = (c + 1, a + 1, b + 1);
    }
    push(&mut text, [0, bytes[31], bytes[30]], 3);
    text
}

/// A number of 24 bits, the lowest six first, in so many characters.
fn push(text: &mut Vec<u8>, [high, middle, low]: [u8; 3], chars: usize) {
    let number = u32::from_be_bytes([0, high, middle, low]);
    text.extend((0..chars).map(|place| SHA_CRYPT_ALPHABET[(number >> (6 * place) & 63) as usize]));
}

#[cfg(test)]
mod tests;
