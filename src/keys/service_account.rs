//! Key pairs that are made for machine users.

use super::{
    public::{DER_SEQUENCE, PublicKey, read_der},
    signing::{Algorithm, SigningKey},
};
use crate::error::{Error, Result};
use aws_lc_rs::signature::{KeyPair, RsaKeyPair};
use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use zeroize::Zeroizing;

/// A key pair for a machine user: RSA with 2048 bits, as all clients know it. It cannot be printed; the private half is
/// wiped when dropped.
pub struct ServiceAccountKey {
    public: PublicKey,
    private_pem: Zeroizing<String>,
}

const DER_INTEGER: u8 = 0x02;
const DER_OCTET_STRING: u8 = 0x04;
/// RFC 7468 section 2.
const PEM_LINE_CHARS: usize = 64;

impl ServiceAccountKey {
    /// A new pair. Takes about 150 ms, sometimes a second: call this on a thread that serves no requests.
    pub fn generate(kid: impl Into<Box<str>>) -> Result<Self> {
        let pair = SigningKey::generate(Algorithm::Rs256, kid)?;
        let pkcs8 = pair.to_pkcs8()?;
        let pkcs1 = private_key(&pkcs8).ok_or_else(|| Error::internal("a private key in an unknown form"))?;
        let private_pem = pem("RSA PRIVATE KEY", pkcs1);
        // Read anew, because the pair keeps its halves together.
        let public = PublicKey::from_der(pair.kid(), &pair.public().to_spki()?)?;
        Ok(Self { public, private_pem })
    }

    /// An RSAPrivateKey (RFC 8017 appendix A.1.2). Each call is a place where it may leak.
    pub fn private_pem(&self) -> &str {
        &self.private_pem
    }

    pub fn into_public(self) -> PublicKey {
        self.public
    }
}

/// The public half of an RSA private key in PEM: PKCS #1, as service accounts' files have it, or PKCS #8. `None` if it is
/// none.
pub fn public_half(private_pem: &str) -> Option<PublicKey> {
    let pair = match PrivateKeyDer::from_pem_slice(private_pem.as_bytes()).ok()? {
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        _ => return None,
    };
    PublicKey::from_bytes(Algorithm::Rs256, "", pair.ok()?.public_key().as_ref())
}

/// What a PrivateKeyInfo wraps (RFC 5208 section 5).
fn private_key(pkcs8: &[u8]) -> Option<&[u8]> {
    let (info, _) = read_der(DER_SEQUENCE, pkcs8)?;
    let (_, info) = read_der(DER_INTEGER, info)?;
    let (_, info) = read_der(DER_SEQUENCE, info)?;
    let (key, _) = read_der(DER_OCTET_STRING, info)?;
    Some(key)
}

fn pem(label: &str, der: &[u8]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(BASE64_STANDARD.encode(der));
    // Room for all of it, so that no half of the key is left behind where the text was before it grew.
    let mut text = Zeroizing::new(String::with_capacity(encoded.len() * 2));
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(PEM_LINE_CHARS));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::{
        rand::SystemRandom,
        signature::{RSA_PKCS1_SHA256, RsaKeyPair},
    };

    #[test]
    fn the_private_half_signs_what_the_public_half_verifies() {
        let key = ServiceAccountKey::generate("kid").expect("generated");
        let body: String = key
            .private_pem()
            .strip_prefix("-----BEGIN RSA PRIVATE KEY-----\n")
            .and_then(|text| text.strip_suffix("-----END RSA PRIVATE KEY-----\n"))
            .expect("PEM")
            .lines()
            .inspect(|line| assert!(line.len() <= PEM_LINE_CHARS))
            .collect();
        let pair = RsaKeyPair::from_der(&BASE64_STANDARD.decode(body).expect("base64")).expect("PKCS#1");
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), b"message", &mut signature).expect("signed");
        let half = public_half(key.private_pem()).expect("its public half");
        let public = key.into_public();
        assert_eq!(half.to_spki().expect("DER"), public.to_spki().expect("DER"));
        assert!(public_half("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n").is_none());
        assert_eq!((signature.len(), public.kid()), (256, "kid"));
        assert!(public.verify(b"message", &signature));
    }
}
