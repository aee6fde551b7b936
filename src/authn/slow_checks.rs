//! Turns for what takes long to check.

use crate::{
    error::{Error, Kind, Result},
    limits::{MAX_SLOW_CHECKS, MAX_WAITING_SLOW_CHECKS},
};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Gives turns to [`MAX_SLOW_CHECKS`] requests at a time, and lets [`MAX_WAITING_SLOW_CHECKS`] wait. Who is refused has
/// cost nothing; who has its turn holds neither a snapshot nor a thread of those that serve everybody else.
pub struct SlowChecks {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// A request's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _place: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
}

impl SlowChecks {
    /// Waits for a turn, if there is room to wait.
    pub async fn turn(&self) -> Result<Turn> {
        let full = |_| Error::new(Kind::ResourceExhausted, "Too many imported secrets are being checked; try again");
        let _place = self.places.clone().try_acquire_owned().map_err(full)?;
        let _turn = self.turns.clone().acquire_owned().await.map_err(Error::internal)?;
        Ok(Turn { _place, _turn })
    }
}

impl Default for SlowChecks {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MAX_SLOW_CHECKS + MAX_WAITING_SLOW_CHECKS)),
            turns: Arc::new(Semaphore::new(MAX_SLOW_CHECKS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn so_many_check_and_so_many_wait_and_no_more() {
        let checks = SlowChecks::default();
        let mut turns: Vec<_> = (0..MAX_SLOW_CHECKS).map(|_| checks.turn().now_or_never().expect("its turn")).collect();
        let mut waiting: Vec<_> = (0..MAX_WAITING_SLOW_CHECKS).map(|_| Box::pin(checks.turn())).collect();
        assert!(waiting.iter_mut().all(|waiting| waiting.as_mut().now_or_never().is_none()));
        let refused = checks.turn().now_or_never().expect("an answer at once").expect_err("no room");
        assert_eq!(refused.kind, Kind::ResourceExhausted);
        turns.pop();
        assert!(waiting[0].as_mut().now_or_never().is_some(), "the first that came is the next");
        assert!(waiting[1].as_mut().now_or_never().is_none());
        // Whoever hangs up leaves its place.
        waiting.pop();
        assert!(checks.turn().now_or_never().is_none());
    }
}
