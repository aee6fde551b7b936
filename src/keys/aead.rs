//! Authenticated encryption under a key that is used once: AES-256-GCM (NIST SP 800-38D).
//!
//! GCM breaks when a key meets a nonce twice, and 96 random bits are too few for the tokens that a server issues in its
//! life. So the uniqueness moves into the key: each message has a key of its own, derived from a name that never
//! repeats, and the nonce says nothing.

use crate::{error::Error, error::Result, secret::SecretKey};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// How many bytes longer than the message its sealed form is.
pub(super) const TAG_BYTES: usize = 16;

/// The key of one message. Both uses consume it, so that a second message cannot follow the first.
pub(super) struct OneTimeKey(LessSafeKey);

impl OneTimeKey {
    /// The key of the message `name`. Two different messages must never be sealed under one name and one parent.
    pub(super) fn derive(parent: &SecretKey, name: &[u8]) -> Result<Self> {
        let key = Zeroizing::new(blake3::keyed_hash(parent.expose(), name));
        let key = UnboundKey::new(&AES_256_GCM, key.as_bytes()).map_err(Error::internal)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Appends the ciphertext and the tag to `sealed`. `context` is authenticated with the message, and not kept.
    pub(super) fn seal(self, context: &[u8], message: &[u8], sealed: &mut Vec<u8>) -> Result<()> {
        let start = sealed.len();
        sealed.resize(start + message.len() + TAG_BYTES, 0);
        let (ciphertext, tag) = sealed[start..].split_at_mut(message.len());
        self.0
            .seal_out_of_place_scatter(nonce(), Aad::from(context), message, ciphertext, &[], tag)
            .map_err(Error::internal)
    }

    /// The message. `None` unless key, context, and every bit of `sealed` are those of the sealing.
    pub(super) fn open(self, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (ciphertext, tag) = sealed.split_at(sealed.len().checked_sub(TAG_BYTES)?);
        let mut message = Zeroizing::new(vec![0; ciphertext.len()]);
        self.0.open_separate_gather(nonce(), Aad::from(context), ciphertext, tag, &mut message).ok()?;
        Some(message)
    }
}

/// Constant, as the key is not: see the module's documentation.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}
