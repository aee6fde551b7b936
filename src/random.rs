//! The only source of randomness: ChaCha20, seeded by the operating system.

use crate::error::{Error, Result};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::sync::{Mutex, PoisonError};

/// After this many bytes the generator takes a new seed from the operating system, so that a state that leaked is of
/// no use for long.
const RESEED_AFTER_BYTES: usize = 1 << 20;

/// Hands out random bytes.
///
/// One generator behind a mutex: a fill takes about 100 ns, so callers hardly meet, and a test can fix the seed.
pub struct Random {
    state: Mutex<State>,
}

struct State {
    generator: ChaCha20Rng,
    left: usize,
    reseeds: bool,
}

impl Random {
    /// Seeded by the operating system, and again every `RESEED_AFTER_BYTES`. Fails only if it has no entropy to give.
    pub fn from_os() -> Result<Self> {
        Ok(Self::new(ChaCha20Rng::from_seed(os_seed()?), true))
    }

    /// The same bytes in every run: for tests.
    pub fn from_seed(seed: u64) -> Self {
        Self::new(ChaCha20Rng::seed_from_u64(seed), false)
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        // A panic elsewhere cannot leave the generator half-updated in a way that repeats output.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.make_room_for(N);
        state.generator.fill_bytes(&mut bytes);
        bytes
    }

    /// A random number.
    pub fn number(&self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    fn new(generator: ChaCha20Rng, reseeds: bool) -> Self {
        Self { state: Mutex::new(State { generator, left: RESEED_AFTER_BYTES, reseeds }) }
    }
}

impl State {
    fn make_room_for(&mut self, bytes: usize) {
        if self.left >= bytes {
            self.left -= bytes;
            return;
        }
        self.left = RESEED_AFTER_BYTES;
        if !self.reseeds {
            return;
        }
        // Should the system have no entropy now, the old stream goes on: it is as unpredictable as before.
        if let Ok(seed) = os_seed() {
            self.generator = ChaCha20Rng::from_seed(seed);
        }
    }
}

fn os_seed() -> Result<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|e| Error::internal(format!("no entropy from the system: {e}")))?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_fixes_the_bytes_and_the_system_does_not() {
        assert_eq!(Random::from_seed(7).bytes::<32>(), Random::from_seed(7).bytes::<32>());
        let system = Random::from_os().expect("entropy");
        assert_ne!(system.bytes::<32>(), system.bytes::<32>());
    }
}
