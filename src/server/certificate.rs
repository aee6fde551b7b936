//! A certificate and its key, from PEM, with errors that say what to do.

use super::files;
use crate::{
    error::{Error, Kind, Result},
    keys::file,
};
use rustls::{
    Error as TlsError, InconsistentKeys,
    crypto::CryptoProvider,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
    sign::CertifiedKey,
};
use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// The two files that a certificate is read from, again and again.
#[derive(Debug)]
pub(super) struct Files {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Tells one state of [`Files`] from another without reading them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp([Option<FileStamp>; 2]);

/// Inode, size and time of the last change. The change time, unlike the modification time, also moves with `chmod`
/// and with a file that was renamed into place.
type FileStamp = (u64, u64, i64, i64);

impl Files {
    /// Reads both files. Fails with a text that names the file and the remedy.
    pub fn load(&self, provider: &CryptoProvider) -> Result<CertifiedKey> {
        let certificate = files::read(&self.certificate)?;
        let key = file::read_private(&self.key)?;
        let (certificate_name, key_name) = (self.certificate.display().to_string(), self.key.display().to_string());
        parse(Pem { name: &certificate_name, text: &certificate }, Pem { name: &key_name, text: &key }, provider)
    }

    pub fn stamp(&self) -> Stamp {
        Stamp([stamp(&self.certificate), stamp(&self.key)])
    }
}

/// PEM text and what to call it in an error.
#[derive(Clone, Copy)]
pub(super) struct Pem<'a> {
    pub name: &'a str,
    pub text: &'a [u8],
}

/// A chain (RFC 8446 section 4.4.2: the server's own certificate first) and the private key of its first certificate.
pub(super) fn parse(certificate: Pem<'_>, key: Pem<'_>, provider: &CryptoProvider) -> Result<CertifiedKey> {
    let chain = parse_chain(certificate)?;
    let private = parse_key(key)?;
    CertifiedKey::from_der(chain, private, provider).map_err(|e| match e {
        TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => refuse(format!(
            "{}: this key does not belong to the certificate in {}; \
             in a chain, the server's own certificate must come first",
            key.name, certificate.name
        )),
        TlsError::InvalidCertificate(e) => {
            refuse(format!("{}: this file holds a broken certificate: {e:?}", certificate.name))
        }
        e => {
            refuse(format!("{}: this file holds a key that cannot be used (RSA, ECDSA and Ed25519 can): {e}", key.name))
        }
    })
}

fn parse_chain(certificate: Pem<'_>) -> Result<Vec<CertificateDer<'static>>> {
    let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(certificate.text).collect();
    let chain = chain.map_err(|e| refuse(format!("{}: this is not valid PEM: {e}", certificate.name)))?;
    if chain.is_empty() {
        return Err(refuse(format!(
            "{}: this file holds no certificate: it needs a block that begins with -----BEGIN CERTIFICATE-----",
            certificate.name
        )));
    }
    Ok(chain)
}

fn parse_key(key: Pem<'_>) -> Result<PrivateKeyDer<'static>> {
    let name = key.name;
    if holds(key.text, b"BEGIN ENCRYPTED PRIVATE KEY") || holds(key.text, b"Proc-Type: 4,ENCRYPTED") {
        return Err(refuse(format!(
            "{name}: this key is encrypted, and nobody is there to type the passphrase; \
             write it out without one: openssl pkey -in {name} -out NEW"
        )));
    }
    PrivateKeyDer::from_pem_slice(key.text).map_err(|e| match e {
        pem::Error::NoItemsFound => refuse(format!(
            "{name}: this file holds no private key: it needs a block that begins with -----BEGIN PRIVATE KEY-----"
        )),
        // The library's text may quote a line of the file, which is a line of the key.
        _ => refuse(format!("{name}: this is not valid PEM")),
    })
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn stamp(path: &Path) -> Option<FileStamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.ino(), metadata.size(), metadata.ctime(), metadata.ctime_nsec()))
}

fn refuse(text: String) -> Error {
    Error::new(Kind::FailedPrecondition, text)
}
