//! Private keys that sign JWTs.

use super::public::PublicKey;
use crate::error::{Error, Result};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use zeroize::Zeroizing;

/// How a JWS is signed (RFC 7518 section 3.1, RFC 8037 section 3.1). There is no `none`, and nothing symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    /// Ed25519. The fastest to sign.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256. The one that every client knows.
    #[serde(rename = "RS256")]
    Rs256,
}

/// A text that names no [`Algorithm`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a signing algorithm of this server. Use RS256, ES256 or EdDSA.")]
pub struct UnknownAlgorithm(String);

/// A private key with its name and its one algorithm. It cannot be printed or serialized; only [`Self::to_pkcs8`] gives
/// its private half away.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Algorithm {
    pub const ALL: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    /// The name that JOSE gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

impl SigningKey {
    /// A new key, named `kid`. RSA keys have 2048 bits and take about 150 ms, sometimes a second: call this on a thread
    /// that serves no requests.
    ///
    /// The randomness is the crypto library's own, which has no seed to set.
    pub fn generate(algorithm: Algorithm, kid: impl Into<Box<str>>) -> Result<Self> {
        let pair = match algorithm {
            Algorithm::EdDsa => Ed25519KeyPair::generate().map(Pair::Ed25519),
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::P256),
            Algorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Pair::Rsa),
        };
        Self::of_pair(pair.map_err(Error::internal)?, kid)
    }

    /// Reads what [`Self::to_pkcs8`] wrote. An internal error unless it is a private key for `algorithm`.
    pub fn from_pkcs8(algorithm: Algorithm, kid: impl Into<Box<str>>, pkcs8: &[u8]) -> Result<Self> {
        let pair = match algorithm {
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Pair::Ed25519),
            Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(Pair::P256),
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).map(Pair::Rsa),
        };
        Self::of_pair(pair.map_err(|e| Error::internal(format!("no private key for {algorithm}: {e}")))?, kid)
    }

    /// The private key as unencrypted DER (RFC 5208 PrivateKeyInfo).
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>> {
        let copy = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
        match &self.pair {
            Pair::Ed25519(pair) => pair.to_pkcs8v1().map(|der| copy(der.as_ref())),
            Pair::P256(pair) => pair.to_pkcs8v1().map(|der| copy(der.as_ref())),
            Pair::Rsa(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(pair).map(|der| copy(der.as_ref())),
        }
        .map_err(Error::internal)
    }

    /// The signature of `message` in the form of a JWS: as long as the modulus for RS256, 64 bytes for the others
    /// (`r` and `s` of fixed length for ES256). Takes some 300 us for RS256, some 20 us for the others.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        match &self.pair {
            Pair::Ed25519(pair) => pair.try_sign(message).map(|signature| signature.as_ref().to_vec()),
            Pair::P256(pair) => pair.sign(&SystemRandom::new(), message).map(|signature| signature.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).map(|()| signature)
            }
        }
        .map_err(Error::internal)
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    pub fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    fn of_pair(pair: Pair, kid: impl Into<Box<str>>) -> Result<Self> {
        let public = match &pair {
            Pair::Ed25519(pair) => PublicKey::from_bytes(Algorithm::EdDsa, kid, pair.public_key().as_ref()),
            Pair::P256(pair) => PublicKey::from_bytes(Algorithm::Es256, kid, pair.public_key().as_ref()),
            Pair::Rsa(pair) => PublicKey::from_bytes(Algorithm::Rs256, kid, pair.public_key().as_ref()),
        };
        let public = public.ok_or_else(|| Error::internal("a key pair whose public half cannot be read"))?;
        Ok(Self { pair, public })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm(), self.kid())
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    /// Case matters, as it does in JOSE.
    fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == text)
            .ok_or_else(|| UnknownAlgorithm(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_has_one_name() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
            assert_eq!(serde_json::to_string(&algorithm).expect("JSON"), format!("\"{algorithm}\""));
        }
        for text in ["none", "None", "", "HS256", "rs256", "RS256 ", "PS256", "RS512", "Ed25519"] {
            assert_eq!(text.parse::<Algorithm>(), Err(UnknownAlgorithm(text.to_owned())));
        }
        let refusal = UnknownAlgorithm("HS256".to_owned()).to_string();
        assert_eq!(refusal, "\"HS256\" is not a signing algorithm of this server. Use RS256, ES256 or EdDSA.");
    }

    #[test]
    fn a_stored_key_is_the_same_key() {
        for (algorithm, length) in [(Algorithm::EdDsa, 64), (Algorithm::Es256, 64), (Algorithm::Rs256, 256)] {
            let key = SigningKey::generate(algorithm, "kid").expect("generated");
            let stored = SigningKey::from_pkcs8(algorithm, "kid", &key.to_pkcs8().expect("DER")).expect("read");
            let signature = stored.sign(b"message").expect("signed");
            assert_eq!((signature.len(), stored.public().jwk()), (length, key.public().jwk()));
            assert!(key.public().verify(b"message", &signature));
            assert!(!key.public().verify(b"massage", &signature));
            assert_eq!(
                format!("{key:?} {:?}", key.public()),
                format!("SigningKey({algorithm} kid) PublicKey({algorithm} kid)")
            );
        }
    }

    #[test]
    fn a_key_serves_no_other_algorithm() {
        let keys = Algorithm::ALL.map(|algorithm| SigningKey::generate(algorithm, "kid").expect("generated"));
        for (key, other) in keys.iter().flat_map(|key| Algorithm::ALL.map(|other| (key, other))) {
            let read = SigningKey::from_pkcs8(other, "kid", &key.to_pkcs8().expect("DER"));
            assert_eq!(read.is_ok(), key.algorithm() == other, "{key:?} as {other}");
        }
        assert!(SigningKey::from_pkcs8(Algorithm::EdDsa, "kid", b"").is_err());
    }

    #[test]
    fn ed25519_signs_as_rfc_8037_does() {
        // RFC 8037 appendix A.1 in the PKCS#8 of RFC 8410 section 7, and the signature of appendix A.4.
        let seed = b"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\
                     \x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";
        let pkcs8 = [b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", seed.as_slice()].concat();
        let key = SigningKey::from_pkcs8(Algorithm::EdDsa, "kid", &pkcs8).expect("read");
        let signature = key.sign(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc").expect("signed");
        assert_eq!(signature[..8], [0x86, 0x0c, 0x98, 0xd2, 0x29, 0x7f, 0x30, 0x60]);
        assert_eq!(*key.to_pkcs8().expect("DER"), pkcs8);
    }
}
