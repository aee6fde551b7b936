//! Public keys: they verify signatures, and are shown to the world as JWKs.

use super::signing::Algorithm;
use crate::error::{Error, Result};
use aws_lc_rs::{
    encoding::AsDer,
    signature::{
        ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
        RsaPublicKeyComponents, RsaSubjectPublicKey, VerificationAlgorithm,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use serde_json::{Value, json};
use std::fmt;

/// A public key with its name and its one algorithm.
///
/// The algorithm is the key's own. What a token says about its algorithm can agree with it or be refused; it selects
/// nothing (RFC 8725 section 3.1).
pub struct PublicKey {
    kid: Box<str>,
    algorithm: Algorithm,
    numbers: Numbers,
    verifier: ParsedPublicKey,
}

/// What a JWK shows of a key, as big-endian bytes.
enum Numbers {
    Rsa { modulus: Box<[u8]>, exponent: Box<[u8]> },
    P256 { x: [u8; 32], y: [u8; 32] },
    Ed25519([u8; 32]),
}

/// The sizes of RSA keys that count as safe and as affordable, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// What stands before the 65 bytes of an uncompressed point in a P-256 SubjectPublicKeyInfo (RFC 5480 section 2).
const P256_INFO: [u8; 26] =
    *b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
/// What stands before the 32 bytes of an Ed25519 SubjectPublicKeyInfo (RFC 8410 section 4).
const ED25519_INFO: [u8; 12] = *b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

const DER_INTEGER: u8 = 0x02;
pub(super) const DER_SEQUENCE: u8 = 0x30;

impl PublicKey {
    /// Reads a key that somebody brings: DER of a SubjectPublicKeyInfo (RFC 5280 section 4.1), or of an RSAPublicKey
    /// (RFC 8017 appendix A.1.1). The kind of the key fixes the algorithm. RSA keys have 2048 to 8192 bits.
    pub fn from_der(kid: impl Into<Box<str>>, der: &[u8]) -> Result<Self> {
        let parsed = if let Some(point) = der.strip_prefix(&P256_INFO) {
            Self::from_bytes(Algorithm::Es256, kid, point)
        } else if let Some(bytes) = der.strip_prefix(&ED25519_INFO) {
            Self::from_bytes(Algorithm::EdDsa, kid, bytes)
        } else {
            Self::from_rsa_der(kid, der)
        };
        parsed.ok_or_else(|| Error::invalid("The public key must be RSA with 2048 to 8192 bits, P-256 or Ed25519"))
    }

    /// The same in the text form of RFC 7468, with the label `PUBLIC KEY`. What stands around it is ignored.
    pub fn from_pem(kid: impl Into<Box<str>>, pem: &[u8]) -> Result<Self> {
        let info = SubjectPublicKeyInfoDer::from_pem_slice(pem)
            .map_err(|_| Error::invalid("The public key must be PEM with the label PUBLIC KEY"))?;
        Self::from_der(kid, &info)
    }

    fn from_rsa_der(kid: impl Into<Box<str>>, der: &[u8]) -> Option<Self> {
        let (_, end) = read_der(DER_SEQUENCE, der)?;
        // The library reads a key and leaves what follows it; one key shall have one text.
        if !end.is_empty() {
            return None;
        }
        let key = RsaSubjectPublicKey::from_der(der).ok()?;
        Self::from_bytes(Algorithm::Rs256, kid, key.as_ref())
    }

    /// From an algorithm's own encoding: an RSAPublicKey, an uncompressed point, the 32 bytes of an Ed25519 key.
    pub(super) fn from_bytes(algorithm: Algorithm, kid: impl Into<Box<str>>, bytes: &[u8]) -> Option<Self> {
        let numbers = Numbers::read(algorithm, bytes)?;
        let verifier = ParsedPublicKey::new(verification(algorithm), bytes).ok()?;
        Some(Self { kid: kid.into(), algorithm, numbers, verifier })
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's of `message`, in the form of a JWS (RFC 7518 section 3, RFC 8037 section 3.1).
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifier.verify_sig(message, signature).is_ok()
    }

    /// The same for a signature of RSASSA-PSS with SHA-256 (RFC 7518 section 3.5), which only RSA keys make.
    pub fn verify_pss(&self, message: &[u8], signature: &[u8]) -> bool {
        let Numbers::Rsa { modulus, exponent } = &self.numbers else { return false };
        let key = RsaPublicKeyComponents { n: modulus.as_ref(), e: exponent.as_ref() };
        key.verify(&RSA_PSS_2048_8192_SHA256, message, signature).is_ok()
    }

    /// The key as a JWK (RFC 7517) for signatures: nothing private, nothing optional but `use`, `kid` and `alg`.
    pub fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match &self.numbers {
            Numbers::Rsa { modulus, exponent } => json!({ "kty": "RSA", "n": text(modulus), "e": text(exponent) }),
            Numbers::P256 { x, y } => json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) }),
            Numbers::Ed25519(x) => json!({ "kty": "OKP", "crv": "Ed25519", "x": text(x) }),
        };
        jwk["use"] = "sig".into();
        jwk["kid"] = self.kid().into();
        jwk["alg"] = self.algorithm.name().into();
        jwk
    }

    /// DER of a SubjectPublicKeyInfo: the form to store, as [`Self::from_der`] reads it.
    pub fn to_spki(&self) -> Result<Vec<u8>> {
        Ok(self.verifier.as_der().map_err(Error::internal)?.as_ref().to_vec())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.algorithm, self.kid)
    }
}

impl Numbers {
    fn read(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        match algorithm {
            Algorithm::EdDsa => Some(Self::Ed25519(bytes.try_into().ok()?)),
            Algorithm::Es256 => {
                let (x, y) = bytes.strip_prefix(&[4])?.split_first_chunk()?;
                Some(Self::P256 { x: *x, y: y.try_into().ok()? })
            }
            Algorithm::Rs256 => {
                let (fields, end) = read_der(DER_SEQUENCE, bytes)?;
                let (modulus, fields) = read_unsigned(fields)?;
                let (exponent, fields) = read_unsigned(fields)?;
                let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
                let is_sound = end.is_empty() && fields.is_empty() && RSA_BITS.contains(&bits);
                is_sound.then(|| Self::Rsa { modulus: modulus.into(), exponent: exponent.into() })
            }
        }
    }
}

fn verification(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Algorithm::EdDsa => &ED25519,
        Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
    }
}

/// A positive INTEGER without the zero byte that keeps it positive, and what follows it.
fn read_unsigned(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (number, rest) = read_der(DER_INTEGER, der)?;
    Some((number.strip_prefix(&[0]).unwrap_or(number), rest))
}

/// The content of one DER element shorter than 64 KiB, and what follows it (X.690 section 8.1).
pub(super) fn read_der(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match der.strip_prefix(&[tag])? {
        [short @ ..=0x7f, rest @ ..] => (usize::from(*short), rest),
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(*high) << 8 | usize::from(*low), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(base64url: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(base64url).expect("base64url")
    }

    /// An RSAPublicKey.
    fn rsa_der(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
        let element = |tag, content: &[u8]| {
            let length = u16::try_from(content.len()).expect("short").to_be_bytes();
            match length {
                [0, short @ ..=0x7f] => [&[tag, short], content].concat(),
                [0, long] => [&[tag, 0x81, long], content].concat(),
                [high, low] => [&[tag, 0x82, high, low], content].concat(),
            }
        };
        let number =
            |bytes: &[u8]| element(DER_INTEGER, &[if bytes[0] < 0x80 { &[] } else { &[0][..] }, bytes].concat());
        element(DER_SEQUENCE, &[number(modulus), number(exponent)].concat())
    }

    // RFC 7515 appendices A.2 and A.3, RFC 8037 appendix A.
    const CLAIMS: &str =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const RSA_N: &str = "\
        ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SF\
        d2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo\
        7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkM\
        Ls91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    const RSA_SIGNATURE: &str = "\
        cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb\
        F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383\
        LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy\
        wlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    const EC_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const EC_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    const EC_SIGNATURE: &str = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    const ED_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const ED_SIGNATURE: &str = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    fn rsa_key() -> PublicKey {
        PublicKey::from_der("rsa", &rsa_der(&bytes(RSA_N), &[1, 0, 1])).expect("RSA")
    }

    fn ec_key() -> PublicKey {
        let info = [P256_INFO.as_slice(), &[4], &bytes(EC_X), &bytes(EC_Y)].concat();
        PublicKey::from_der("ec", &info).expect("P-256")
    }

    fn ed_key() -> PublicKey {
        PublicKey::from_der("ed", &[ED25519_INFO.as_slice(), &bytes(ED_X)].concat()).expect("Ed25519")
    }

    #[test]
    fn the_signatures_of_the_rfcs_verify() {
        let vectors = [
            (rsa_key(), format!("eyJhbGciOiJSUzI1NiJ9.{CLAIMS}"), RSA_SIGNATURE),
            (ec_key(), format!("eyJhbGciOiJFUzI1NiJ9.{CLAIMS}"), EC_SIGNATURE),
            (ed_key(), "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".to_owned(), ED_SIGNATURE),
        ];
        for (key, message, signature) in vectors {
            let signature = bytes(signature);
            assert!(key.verify(message.as_bytes(), &signature), "{key:?}");
            assert!(!key.verify(&message.as_bytes()[1..], &signature), "{key:?}");
            assert!(!key.verify(message.as_bytes(), &signature[1..]), "{key:?}");
            assert!(!key.verify(message.as_bytes(), &[signature.as_slice(), &[0]].concat()), "{key:?}");
            assert!(!key.verify(message.as_bytes(), &[]), "{key:?}");
        }
    }

    #[test]
    fn a_jwk_shows_exactly_the_public_numbers() {
        let rsa = json!({ "use": "sig", "kty": "RSA", "kid": "rsa", "alg": "RS256", "n": RSA_N, "e": "AQAB" });
        let ec =
            json!({ "use": "sig", "kty": "EC", "kid": "ec", "alg": "ES256", "crv": "P-256", "x": EC_X, "y": EC_Y });
        let ed = json!({ "use": "sig", "kty": "OKP", "kid": "ed", "alg": "EdDSA", "crv": "Ed25519", "x": ED_X });
        assert_eq!([rsa_key().jwk(), ec_key().jwk(), ed_key().jwk()], [rsa, ec, ed]);
    }

    #[test]
    fn a_key_survives_being_stored() {
        for key in [rsa_key(), ec_key(), ed_key()] {
            let stored = PublicKey::from_der(key.kid(), &key.to_spki().expect("DER")).expect("a key");
            assert_eq!((stored.algorithm(), stored.jwk()), (key.algorithm(), key.jwk()));
        }
    }

    #[test]
    fn weak_foreign_and_broken_keys_are_refused() {
        let mut off_the_curve = ec_key().to_spki().expect("DER");
        off_the_curve[90] ^= 1;
        let p256_but_longer = [ec_key().to_spki().expect("DER").as_slice(), &[0]].concat();
        let rsa_but_longer = [rsa_key().to_spki().expect("DER").as_slice(), &[0]].concat();
        let rsa_of_1024_bits = rsa_der(&bytes(RSA_N)[..128], &[1, 0, 1]);
        let rsa_cut = rsa_key().to_spki().expect("DER")[..200].to_vec();
        let broken = [vec![], vec![0x30], off_the_curve, p256_but_longer, rsa_but_longer, rsa_of_1024_bits, rsa_cut];
        for der in broken {
            assert!(PublicKey::from_der("kid", &der).is_err(), "{der:02x?}");
        }
    }
}
