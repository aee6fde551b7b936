//! The master key: the one secret that lies outside the database, and opens the secrets in it.

use super::{
    aead::OneTimeKey,
    file::{FileError, create_private, read_private},
};
use crate::{
    error::{Error, Result},
    random::Random,
    secret::SecretKey,
};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Seals what the database must not hold in clear. Who has this key and the database has everything.
#[derive(Clone, Debug)]
pub struct MasterKey(SecretKey);

/// Why there is no master key, for the one who runs the server. None of them repeats the key's text.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(
        "{path}: there is no master key here. The database is worthless without the one that was made with it: put back a \
         copy, or say with storage.master_key where it is"
    )]
    Missing { path: PathBuf },
    #[error("a master key is {DIGITS} hexadecimal digits, but here are {found} bytes")]
    WrongLength { found: usize },
    #[error("a master key is {DIGITS} hexadecimal digits, but the byte at position {position} is none")]
    NotADigit { position: usize },
    #[error("{path}: this file does not hold a master key: {reason}")]
    NotAKey { path: PathBuf, reason: Box<MasterKeyError> },
}

const DIGITS: usize = 2 * SecretKey::BYTES;
const VERSION: u8 = 1;
/// Names the message whose key is derived, and must not repeat: 256 random bits do not.
const SALT_BYTES: usize = 32;
const CLEAR_BYTES: usize = 1 + SALT_BYTES;

impl MasterKey {
    pub fn generate(random: &Random) -> Self {
        Self(SecretKey::generate(random))
    }

    /// 64 lower-case hexadecimal digits and a newline: what the key's file holds.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(DIGITS + 1));
        let digits = self.0.expose().iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        text.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
        text.push('\n');
        text
    }

    /// Reads 64 hexadecimal digits, which one end of line may follow. Refuses anything else: a file that was cut short
    /// must not become a key.
    pub fn parse(text: &[u8]) -> Result<Self, MasterKeyError> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.len() != DIGITS {
            return Err(MasterKeyError::WrongLength { found: text.len() });
        }
        let mut key = Zeroizing::new([0; SecretKey::BYTES]);
        for (position, &byte) in text.iter().enumerate() {
            let digit = char::from(byte).to_digit(16).ok_or(MasterKeyError::NotADigit { position })?;
            key[position / 2] = key[position / 2] << 4 | digit as u8;
        }
        Ok(Self(SecretKey::new(*key)))
    }

    /// Reads the key's file, which must be readable by its owner alone (see [`read_private`]).
    pub fn read(path: &Path) -> Result<Self, MasterKeyError> {
        let not_a_key = |reason| MasterKeyError::NotAKey { path: path.into(), reason: Box::new(reason) };
        let text = read_private(path).map_err(|error| match error {
            FileError::Missing { path } => MasterKeyError::Missing { path },
            other => other.into(),
        })?;
        Self::parse(&text).map_err(not_a_key)
    }

    /// Writes the key's file, readable by its owner alone. Never overwrites one: it may be the only copy of a key.
    pub fn write_new(&self, path: &Path) -> Result<(), MasterKeyError> {
        Ok(create_private(path, self.to_text().as_bytes())?)
    }

    /// Encrypts `plaintext` for the database. `context` is a constant that names what it is, so that one sealed thing
    /// cannot stand in for another.
    ///
    /// ```text
    /// version 1 (1 byte) | salt (32 bytes) | AES-256-GCM ciphertext | tag (16 bytes)
    /// ```
    pub fn seal(&self, context: &'static str, plaintext: &[u8], random: &Random) -> Result<Vec<u8>> {
        let salt = random.bytes::<SALT_BYTES>();
        let mut sealed = Vec::with_capacity(CLEAR_BYTES + plaintext.len() + super::aead::TAG_BYTES);
        sealed.push(VERSION);
        sealed.extend_from_slice(&salt);
        self.key_of(&salt)?.seal(&authenticated(context), plaintext, &mut sealed)?;
        Ok(sealed)
    }

    /// Decrypts what [`Self::seal`] made under the same key and context.
    pub fn open(&self, context: &'static str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let refusal = |reason: &str| Error::internal(format!("what the master key sealed does not open: {reason}"));
        let (clear, body) = sealed.split_at_checked(CLEAR_BYTES).ok_or_else(|| refusal("it is cut short"))?;
        let [VERSION, salt @ ..] = clear else {
            return Err(refusal("it was sealed by a later version of this program"));
        };
        let plaintext = self.key_of(salt)?.open(&authenticated(context), body);
        plaintext.ok_or_else(|| refusal("this master key does not match the database, or the record is damaged"))
    }

    fn key_of(&self, salt: &[u8]) -> Result<OneTimeKey> {
        OneTimeKey::derive(&self.0.derive("countersign 2026 sealed under the master key"), salt)
    }
}

fn authenticated(context: &str) -> Vec<u8> {
    [&[VERSION], context.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    fn key(seed: u64) -> MasterKey {
        MasterKey::generate(&Random::from_seed(seed))
    }

    fn cause(error: Error) -> String {
        error.cause.expect("a cause").to_string()
    }

    #[test]
    fn a_key_survives_its_text() {
        let text = MasterKey(SecretKey::new([0x0f; 32])).to_text();
        assert_eq!(*text, "0f".repeat(32) + "\n");
        let written = key(1).to_text();
        for variant in [written.to_string(), written.trim().to_uppercase(), written.replace('\n', "\r\n")] {
            assert_eq!(MasterKey::parse(variant.as_bytes()).expect("a key").to_text(), written);
        }
        assert_eq!(format!("{:?}", key(1)), "MasterKey(SecretKey(..))");
    }

    #[test]
    fn what_is_not_64_digits_is_refused_in_words() {
        let refusal = |text: &str| MasterKey::parse(text.as_bytes()).expect_err("no key").to_string();
        assert_eq!(refusal(""), "a master key is 64 hexadecimal digits, but here are 0 bytes");
        assert!(refusal(&"0".repeat(63)).ends_with("here are 63 bytes"));
        assert!(refusal(&"0".repeat(65)).ends_with("here are 65 bytes"));
        assert!(refusal(&("0".repeat(64) + "\n\n")).ends_with("here are 65 bytes"));
        assert!(refusal(&("0".repeat(62) + "g0")).ends_with("the byte at position 62 is none"));
        assert!(refusal(&(" ".to_owned() + &"0".repeat(63))).ends_with("the byte at position 0 is none"));
    }

    #[test]
    fn the_file_is_private_complete_and_never_overwritten() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("master.key");
        let missing = MasterKey::read(&path).expect_err("missing").to_string();
        assert!(missing.starts_with(&format!("{}: there is no master key here. ", path.display())), "{missing}");
        key(1).write_new(&path).expect("written");
        assert_eq!(MasterKey::read(&path).expect("read").to_text(), key(1).to_text());
        assert!(matches!(key(2).write_new(&path), Err(MasterKeyError::File(FileError::Exists { .. }))));

        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("chmod");
        let exposed = MasterKey::read(&path).expect_err("exposed").to_string();
        assert!(exposed.ends_with(&format!("; run: chmod 600 {}", path.display())), "{exposed}");

        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("chmod");
        fs::write(&path, &key(1).to_text()[..40]).expect("cut");
        let cut = MasterKey::read(&path).expect_err("cut").to_string();
        let expected = format!("{}: this file does not hold a master key: a master key is", path.display());
        assert!(cut.starts_with(&expected), "{cut}");
    }

    #[test]
    fn only_the_same_key_and_context_open() {
        let sealed = key(1).seal("signing key", b"private", &Random::from_seed(2)).expect("sealed");
        assert_eq!(sealed.len(), 1 + 32 + 7 + 16);
        assert_eq!(**key(1).open("signing key", &sealed).expect("opened"), *b"private");
        assert!(
            cause(key(2).open("signing key", &sealed).expect_err("other key")).contains("does not match the database")
        );
        assert!(key(1).open("server key", &sealed).is_err());
        assert!(cause(key(1).open("signing key", &sealed[..20]).expect_err("cut")).contains("cut short"));
        let later = [&[2], &sealed[1..]].concat();
        assert!(cause(key(1).open("signing key", &later).expect_err("later")).contains("later version"));
    }

    #[test]
    fn what_earlier_releases_sealed_opens() {
        let body = b"\x11\x5f\x92\xe0\x04\x78\x35\xd3\x39\xf7\xa4\x12\x58\x56\xe9\x88\x5c\xc8\xf9\x01\x59\x9b\x7f";
        let sealed = [&[1], [2; SALT_BYTES].as_slice(), body].concat();
        let key = MasterKey(SecretKey::new([1; 32]));
        assert_eq!(**key.open("signing key", &sealed).expect("opened"), *b"private");
    }

    proptest! {
        #[test]
        fn any_changed_or_missing_byte_is_noticed(text: Vec<u8>, at: prop::sample::Index, change in 1u8..) {
            let mut sealed = key(1).seal("it", &text, &Random::from_seed(3)).expect("sealed");
            prop_assert_eq!(&**key(1).open("it", &sealed).expect("opened"), &*text);
            let at = at.index(sealed.len());
            prop_assert!(key(1).open("it", &sealed[..at]).is_err());
            sealed[at] ^= change;
            prop_assert!(key(1).open("it", &sealed).is_err());
        }
    }
}
