//! Turns for what takes long to check, and a memory of what came of it.

use crate::{
    error::{Error, Kind, Result},
    limits::{MAX_SLOW_CHECKS, MAX_WAITING_SLOW_CHECKS, WRONG_GUESS_PLACES},
    random::Random,
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Gives turns to [`MAX_SLOW_CHECKS`] requests at a time, and lets [`MAX_WAITING_SLOW_CHECKS`] wait. Who is refused has
/// cost nothing; who has its turn holds neither a snapshot nor a thread of those that serve everybody else.
///
/// The same wrong guess at the same name is no further guess, and makes nobody wait ([`super::Guard`]). So it must not cost
/// anything again either: that it is wrong is remembered, until another guess takes its place.
pub struct SlowChecks {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    /// Of this process alone: nobody outside can find guesses that take one another's place.
    seed: [u8; 32],
    wrong: Vec<AtomicU64>,
}

/// That a secret fits a hash, as it was said of a name.
#[derive(Debug, Clone, Copy)]
pub struct Guess {
    place: usize,
    /// Zero is no guess.
    tag: u64,
}

/// A request's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _place: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
}

impl SlowChecks {
    pub fn new(random: &Random) -> Self {
        Self {
            places: Arc::new(Semaphore::new(MAX_SLOW_CHECKS + MAX_WAITING_SLOW_CHECKS)),
            turns: Arc::new(Semaphore::new(MAX_SLOW_CHECKS)),
            seed: random.bytes(),
            wrong: (0..WRONG_GUESS_PLACES).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// That the secret is what the hash was made of, as it was said of the name; and to whom the secret is known to belong.
    pub fn guess(&self, said: [&str; 4]) -> Guess {
        let mut hasher = blake3::Hasher::new_keyed(&self.seed);
        for part in said {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        let number = u128::from_le_bytes(bytes);
        Guess { place: (number >> 64) as usize % WRONG_GUESS_PLACES, tag: (number as u64).max(1) }
    }

    /// Whether it is known to be wrong. `false` says nothing.
    pub fn is_wrong(&self, guess: Guess) -> bool {
        self.wrong.get(guess.place).is_some_and(|tag| tag.load(Ordering::Relaxed) == guess.tag)
    }

    /// Remembers that it is: the hash was made of something else, whosever it is.
    pub fn was_wrong(&self, guess: Guess) {
        if let Some(tag) = self.wrong.get(guess.place) {
            tag.store(guess.tag, Ordering::Relaxed);
        }
    }

    /// Waits for a turn, if there is room to wait.
    pub async fn turn(&self) -> Result<Turn> {
        let full = |_| Error::new(Kind::ResourceExhausted, "Too many imported secrets are being checked; try again");
        let _place = self.places.clone().try_acquire_owned().map_err(full)?;
        let _turn = self.turns.clone().acquire_owned().await.map_err(Error::internal)?;
        Ok(Turn { _place, _turn })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn so_many_check_and_so_many_wait_and_no_more() {
        let checks = SlowChecks::new(&Random::from_seed(1));
        let mut turns: Vec<_> = (0..MAX_SLOW_CHECKS).map(|_| checks.turn().now_or_never().expect("its turn")).collect();
        let mut waiting: Vec<_> = (0..MAX_WAITING_SLOW_CHECKS).map(|_| Box::pin(checks.turn())).collect();
        assert!(waiting.iter_mut().all(|waiting| waiting.as_mut().now_or_never().is_none()));
        let refused = checks.turn().now_or_never().expect("an answer at once").expect_err("no room");
        assert_eq!(refused.kind, Kind::ResourceExhausted);
        turns.pop();
        let next = waiting[0].as_mut().now_or_never();
        assert!(next.is_some(), "the first that came is the next");
        assert!(waiting[1].as_mut().now_or_never().is_none());
        // Whoever hangs up leaves its place.
        waiting.pop();
        assert!(checks.turn().now_or_never().is_none());
    }

    #[test]
    fn what_was_wrong_is_known_for_that_name_and_hash_alone() {
        let checks = SlowChecks::new(&Random::from_seed(1));
        let guess = checks.guess(["name", "secret", "hash", ""]);
        assert!(!checks.is_wrong(guess));
        checks.was_wrong(guess);
        assert!(checks.is_wrong(checks.guess(["name", "secret", "hash", ""])));
        for other in [
            ["nam", "esecret", "hash", ""],
            ["other", "secret", "hash", ""],
            ["name", "secret", "", ""],
            ["name", "secret", "hash", "somebody's"],
        ] {
            assert!(!checks.is_wrong(checks.guess(other)), "{other:?}");
        }
    }
}
