//! Takes only so many of something a second.

use crate::time::Timestamp;
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

/// A limit on how often something is done: so many a second on average, so many at once. It keeps one instant, and so
/// costs nothing (the generic cell rate algorithm, ITU-T I.371).
#[derive(Debug)]
pub struct Pace {
    /// When the next would come, if all came evenly.
    next: AtomicI64,
    interval: i64,
    ahead: i64,
}

impl Pace {
    pub const fn new(per_second: u32, burst: u32) -> Self {
        let interval = 1_000_000 / per_second as i64;
        Self { next: AtomicI64::new(i64::MIN), interval, ahead: interval * (burst as i64 - 1) }
    }

    /// Takes one at `now`; or else says how long to wait.
    pub fn take(&self, now: Timestamp) -> Result<(), Duration> {
        let now = now.micros();
        let taken = self.next.fetch_update(Ordering::AcqRel, Ordering::Acquire, |next| {
            let next = next.max(now);
            (next - now <= self.ahead).then_some(next + self.interval)
        });
        taken.map(|_| ()).map_err(|next| Duration::from_micros((next - now - self.ahead).max(0).unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn so_many_at_once_and_then_so_many_a_second() {
        let pace = Pace::new(10, 3);
        for _ in 0..3 {
            assert_eq!(pace.take(at(0)), Ok(()));
        }
        assert_eq!(pace.take(at(0)), Err(Duration::from_millis(100)));
        assert_eq!(pace.take(at(99_999)), Err(Duration::from_micros(1)));
        assert_eq!(pace.take(at(100_000)), Ok(()));
        assert!(pace.take(at(100_000)).is_err());
        for _ in 0..3 {
            assert_eq!(pace.take(at(10_000_000)), Ok(()));
        }
        assert!(pace.take(at(10_000_000)).is_err());
    }
}
