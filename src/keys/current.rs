//! The keys that a running server works with now.

use super::{
    ring::KeyRing,
    signing::{Algorithm, SigningKey},
};
use crate::{
    error::{Error, Result},
    limits::SIGNING_KEY_TIMEOUT,
};
use arc_swap::{ArcSwap, Guard};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// The running server's keys: many read them, without waiting for each other, while a rotation replaces them.
#[derive(Debug)]
pub struct Keys {
    ring: ArcSwap<KeyRing>,
    replaced: watch::Sender<()>,
    rebuilding: Mutex<()>,
}

impl Keys {
    pub fn new(ring: KeyRing) -> Self {
        Self { ring: ArcSwap::from_pointee(ring), replaced: watch::Sender::new(()), rebuilding: Mutex::new(()) }
    }

    /// The keys of this moment. For one request, not to be kept.
    pub fn load(&self) -> Guard<Arc<KeyRing>> {
        self.ring.load()
    }

    /// Puts the ring that `build` makes in place of the present one. What [`Self::load`] gave before stays as it was.
    ///
    /// One at a time, building included: of two rotations at once, the one that reads the store later also comes later.
    pub fn rebuild(&self, build: impl FnOnce() -> Result<KeyRing>) -> Result<()> {
        let _turn = self.rebuilding.lock().unwrap_or_else(PoisonError::into_inner);
        self.ring.store(Arc::new(build()?));
        self.replaced.send_replace(());
        Ok(())
    }

    /// The key that signs new tokens with `algorithm`. While it is being made, waits for at most
    /// [`SIGNING_KEY_TIMEOUT`], then answers that the server is not available.
    pub async fn signing_key(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>> {
        self.signing_key_within(SIGNING_KEY_TIMEOUT, algorithm).await
    }

    async fn signing_key_within(&self, limit: Duration, algorithm: Algorithm) -> Result<Arc<SigningKey>> {
        if let Some(key) = self.load().active(algorithm) {
            return Ok(key.clone());
        }
        let not_ready = |_| Error::unavailable("The signing key is being made; try again in a few seconds");
        tokio::time::timeout(limit, self.until_active(algorithm)).await.map_err(not_ready)?
    }

    async fn until_active(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>> {
        // Subscribed before looking, so that no replacement falls in between.
        let mut replaced = self.replaced.subscribe();
        loop {
            if let Some(key) = self.load().active(algorithm) {
                return Ok(key.clone());
            }
            replaced.changed().await.map_err(Error::internal)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Kind, keys::PublishedKey, secret::SecretKey};

    fn ring(kid: &str, active: bool) -> KeyRing {
        let key = Arc::new(SigningKey::generate(Algorithm::EdDsa, kid).expect("generated"));
        KeyRing::new(&SecretKey::new([1; 32]), vec![PublishedKey { key, active, published_until: None }])
    }

    #[tokio::test]
    async fn a_request_waits_for_its_key() {
        let keys = Arc::new(Keys::new(ring("inactive", false)));
        let waiting = tokio::spawn({
            let keys = keys.clone();
            async move { keys.signing_key(Algorithm::EdDsa).await.map(|key| key.kid().to_owned()) }
        });
        tokio::task::yield_now().await;
        keys.rebuild(|| Ok(ring("inactive", false))).expect("rebuilt");
        tokio::task::yield_now().await;
        keys.rebuild(|| Ok(ring("made", true))).expect("rebuilt");
        assert_eq!(waiting.await.expect("joined").expect("a key"), "made");
        assert_eq!(keys.signing_key(Algorithm::EdDsa).await.expect("at once").kid(), "made");
    }

    #[tokio::test]
    async fn a_request_does_not_wait_for_ever() {
        let keys = Keys::new(ring("another", true));
        let refusal = keys.signing_key_within(Duration::from_millis(20), Algorithm::Rs256).await.expect_err("no key");
        assert_eq!(refusal.kind, Kind::Unavailable);
    }

    #[test]
    fn what_was_loaded_stays_as_it_was() {
        let keys = Keys::new(ring("old", true));
        let before = keys.load();
        keys.rebuild(|| Ok(ring("new", true))).expect("rebuilt");
        assert_eq!(before.active(Algorithm::EdDsa).expect("active").kid(), "old");
        assert_eq!(keys.load().active(Algorithm::EdDsa).expect("active").kid(), "new");
    }
}
