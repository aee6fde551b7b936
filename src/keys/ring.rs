//! All keys that a server works with at one moment.

use super::{
    opaque::Sealer,
    public::PublicKey,
    signing::{Algorithm, SigningKey},
};
use crate::{
    secret::{Hasher, SecretKey},
    time::Timestamp,
};
use bytes::Bytes;
use serde_json::json;
use std::sync::Arc;

/// A signing key and how long the world hears of it.
#[derive(Debug, Clone)]
pub struct PublishedKey {
    pub key: Arc<SigningKey>,
    /// Whether new tokens may be signed with it.
    pub active: bool,
    /// From this instant on the key is neither in the JWKS nor found. `None`: until it is replaced.
    ///
    /// A retired key stays published for as long as the longest-lived token that it signed.
    pub published_until: Option<Timestamp>,
}

/// The keys of one moment. It never changes; [`Keys`](super::Keys) puts another one in its place.
#[derive(Debug)]
pub struct KeyRing {
    client_secrets: Hasher,
    access_tokens: Hasher,
    stand_ins: Hasher,
    opaque: Sealer,
    /// Active keys first, as some clients look only at the first.
    signing: Vec<PublishedKey>,
    jwks: Vec<Document>,
}

/// The JWKS until an instant at which a key leaves it.
#[derive(Debug)]
struct Document {
    until: Option<Timestamp>,
    bytes: Bytes,
}

impl KeyRing {
    /// Derives the keys of secrets and opaque tokens from `server_key`, one for each use, and takes the signing keys as
    /// they are. Of two active keys with one algorithm, the first signs.
    pub fn new(server_key: &SecretKey, mut signing: Vec<PublishedKey>) -> Self {
        signing.sort_by_key(|published| !published.active);
        Self {
            // The contexts are part of the stored format: another text makes every stored hash and token worthless.
            client_secrets: Hasher::new(server_key.derive("countersign 2026 client secret hash")),
            access_tokens: Hasher::new(server_key.derive("countersign 2026 personal access token hash")),
            stand_ins: Hasher::new(server_key.derive("countersign 2026 stand-in for a name")),
            opaque: Sealer::new(server_key.derive("countersign 2026 opaque access token")),
            jwks: documents(&signing),
            signing,
        }
    }

    /// Hashes the secrets of machine users.
    pub fn client_secrets(&self) -> &Hasher {
        &self.client_secrets
    }

    /// Hashes personal access tokens.
    pub fn personal_access_tokens(&self) -> &Hasher {
        &self.access_tokens
    }

    /// A number for a name, always the same, that nobody else can tell.
    pub fn stand_in_for(&self, name: &str) -> u64 {
        let hash = self.stand_ins.hash(name);
        hash.index_key().and_then(|key| key.first_chunk()).copied().map_or(0, u64::from_be_bytes)
    }

    /// Makes and opens opaque access tokens.
    pub fn opaque_tokens(&self) -> &Sealer {
        &self.opaque
    }

    /// The key that signs new tokens with `algorithm`. `None` while it is being made, for which
    /// [`Keys::signing_key`](super::Keys::signing_key) waits.
    pub fn active(&self, algorithm: Algorithm) -> Option<&Arc<SigningKey>> {
        let is_it = |published: &&PublishedKey| published.active && published.key.algorithm() == algorithm;
        self.signing.iter().find(is_it).map(|published| &published.key)
    }

    /// The key named `kid`, if tokens that it signed still count at `now`.
    pub fn find(&self, kid: &str, now: Timestamp) -> Option<&PublicKey> {
        let is_it = |published: &&PublishedKey| published.key.kid() == kid && published.is_published(now);
        self.signing.iter().find(is_it).map(|published| published.key.public())
    }

    /// The JWK Set (RFC 7517 section 5) of the keys published at `now`, as JSON.
    pub fn jwks(&self, now: Timestamp) -> Bytes {
        let is_current = |document: &&Document| document.until.is_none_or(|until| now < until);
        self.jwks.iter().find(is_current).map(|document| document.bytes.clone()).unwrap_or_default()
    }
}

impl PublishedKey {
    fn is_published(&self, now: Timestamp) -> bool {
        self.published_until.is_none_or(|until| now < until)
    }
}

/// One document for each span of time between instants at which a key leaves, in order; the last one is for ever.
fn documents(signing: &[PublishedKey]) -> Vec<Document> {
    let mut ends: Vec<_> = signing.iter().filter_map(|published| published.published_until).collect();
    ends.sort_unstable();
    ends.dedup();
    let document = |until: Option<Timestamp>| {
        // A key that leaves at the end of the span, or later, is in the document.
        let is_in_it = |end: Option<Timestamp>| end.is_none_or(|end| until.is_some_and(|until| until <= end));
        let keys = signing.iter().filter(|published| is_in_it(published.published_until));
        let keys: Vec<_> = keys.map(|published| published.key.public().jwk()).collect();
        Document { until, bytes: json!({ "keys": keys }).to_string().into() }
    };
    ends.into_iter().map(Some).chain([None]).map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::TokenId;
    use serde_json::Value;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    fn published(kid: &str, active: bool, until: Option<i64>) -> PublishedKey {
        let key = SigningKey::generate(Algorithm::EdDsa, kid).expect("generated");
        PublishedKey { key: Arc::new(key), active, published_until: until.map(at) }
    }

    fn ring(signing: Vec<PublishedKey>) -> KeyRing {
        KeyRing::new(&SecretKey::new([1; 32]), signing)
    }

    fn kids(ring: &KeyRing, now: Timestamp) -> Vec<String> {
        let jwks: Value = serde_json::from_slice(&ring.jwks(now)).expect("JSON");
        let keys = jwks["keys"].as_array().expect("keys");
        keys.iter().map(|key| key["kid"].as_str().expect("kid").to_owned()).collect()
    }

    #[test]
    fn the_jwks_and_the_search_agree_on_what_is_published() {
        let ring = ring(vec![
            published("next", false, None),
            published("old", false, Some(10)),
            published("older", false, Some(5)),
            published("present", true, None),
        ]);
        let expected: [(i64, &[&str]); 5] = [
            (0, &["present", "next", "old", "older"]),
            (4, &["present", "next", "old", "older"]),
            (5, &["present", "next", "old"]),
            (10, &["present", "next"]),
            (99, &["present", "next"]),
        ];
        for (second, expected) in expected {
            assert_eq!(kids(&ring, at(second)), expected, "at {second}");
            for kid in ["present", "next", "old", "older", "another"] {
                assert_eq!(ring.find(kid, at(second)).is_some(), expected.contains(&kid), "{kid} at {second}");
            }
        }
        assert_eq!(ring.active(Algorithm::EdDsa).expect("active").kid(), "present");
        assert!(ring.active(Algorithm::Rs256).is_none());
    }

    #[test]
    fn a_ring_without_keys_has_an_empty_document() {
        assert_eq!(ring(vec![]).jwks(at(0)), r#"{"keys":[]}"#);
    }

    #[test]
    fn one_server_key_makes_separate_keys_and_always_the_same() {
        let (one, again) = (ring(vec![]), ring(vec![]));
        let hash = one.client_secrets().hash("text");
        assert!(again.client_secrets().verify("text", &hash));
        assert!(!one.personal_access_tokens().verify("text", &hash));
        let token = one.opaque_tokens().seal(TokenId::from_bytes([7; 16]), b"claims").expect("sealed");
        assert!(again.opaque_tokens().open(&token).is_some());
        let other = KeyRing::new(&SecretKey::new([2; 32]), vec![]);
        assert!(other.opaque_tokens().open(&token).is_none());
        assert!(!other.client_secrets().verify("text", &hash));
    }

    #[test]
    fn what_earlier_releases_hashed_verifies() {
        let ring = ring(vec![]);
        let begin = |hasher: &Hasher| hasher.hash("text").index_key().expect("a key")[..4].to_vec();
        assert_eq!(begin(ring.client_secrets()), [0x8f, 0xfe, 0xd8, 0x8a]);
        assert_eq!(begin(ring.personal_access_tokens()), [0x89, 0x6b, 0x23, 0x9a]);
        let token = ring.opaque_tokens().seal(TokenId::from_bytes([2; 16]), b"").expect("sealed");
        assert_eq!(token, "cs_at_AQICAgICAgICAgICAgICAgJKHAwLh-EIEiikr5_hrjiW");
    }
}
