//! Remembers failures in memory that is taken once and never grows.
//!
//! Whoever sends wrong credentials decides how many keys there are, so there is room for a fixed number: a key belongs
//! into one of many buckets of a few places, and when its bucket is full it takes the place that would be forgotten
//! first. To forget early only forgives. Each bucket has a lock of its own, and a byte for each place that can be looked
//! at without it: whoever never failed takes no lock.

use crate::time::Timestamp;
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How many places a bucket has: one for each byte of [`Bucket::tags`].
const WAYS: usize = 8;

pub struct Table(Vec<Bucket>);

/// What failures lead to.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// How many failures have no consequence.
    pub free: u32,
    /// How long to wait after the first beyond; it doubles with each further one.
    pub first: Duration,
    pub longest: Duration,
    /// After how long each failure is forgotten.
    pub forget: Duration,
}

struct Bucket {
    /// What the keys in the places begin with; zero for an empty one.
    tags: AtomicU64,
    places: Mutex<[Place; WAYS]>,
}

/// Instants are in microseconds.
#[derive(Clone, Copy, Default)]
struct Place {
    key: u128,
    /// When all failures are forgotten. How many there are follows from it.
    forgotten: i64,
    /// Until when nothing is looked at.
    blocked: i64,
    /// What failed last.
    guess: u64,
}

impl Table {
    /// A table of so many places, or some more.
    pub fn new(places: usize) -> Self {
        let bucket = || Bucket { tags: AtomicU64::new(0), places: Mutex::new([Place::default(); WAYS]) };
        Self(std::iter::repeat_with(bucket).take(places.div_ceil(WAYS).max(1)).collect())
    }

    /// How much longer nothing of this key is to be looked at.
    pub fn wait(&self, key: u128, now: Timestamp) -> Duration {
        let blocked = self.find(key, now).map_or(now.micros(), |place| place.blocked);
        Timestamp::from_micros(blocked) - now
    }

    /// How many failures of this key are remembered.
    pub fn failures(&self, key: u128, now: Timestamp, rule: &Rule) -> u32 {
        self.find(key, now).map_or(0, |place| place.failures(now, rule))
    }

    /// Remembers one more failure of this key, with this guess; unless it is the one that failed last, which proves
    /// nothing new. Says whether it did.
    pub fn fail(&self, key: u128, now: Timestamp, rule: &Rule, guess: Option<u64>) -> bool {
        let bucket = self.bucket(key);
        let mut places = bucket.lock();
        let is_it = |place: &Place| place.key == key && place.forgotten > now.micros();
        let at = places.iter().position(is_it);
        let at = at.or_else(|| (0..WAYS).min_by_key(|&at| places[at].forgotten)).unwrap_or_default();
        let place = &mut places[at];
        if !is_it(place) {
            *place = Place { key, forgotten: now.micros(), blocked: now.micros(), guess: 0 };
        } else if guess.is_some_and(|guess| guess == place.guess) {
            return false;
        }
        place.guess = guess.unwrap_or_default();
        let failures = place.failures(now, rule).saturating_add(1).min(rule.most());
        place.forgotten = (now + rule.forget * failures).micros();
        place.blocked = (now + rule.wait(failures)).micros();
        bucket.tag(&places);
        true
    }

    /// How many keys are remembered, and how many can be.
    #[cfg(test)]
    pub fn size(&self) -> (usize, usize) {
        let used = |bucket: &Bucket| bucket.lock().iter().filter(|place| place.key != 0).count();
        (self.0.iter().map(used).sum(), self.0.len() * WAYS)
    }

    fn find(&self, key: u128, now: Timestamp) -> Option<Place> {
        let bucket = self.bucket(key);
        let tags = bucket.tags.load(Ordering::Acquire).to_le_bytes();
        if !tags.contains(&tag(key)) {
            return None;
        }
        bucket.lock().iter().find(|place| place.key == key && place.forgotten > now.micros()).copied()
    }

    fn bucket(&self, key: u128) -> &Bucket {
        // The tag is of the other end, so that it tells the keys of one bucket apart.
        let at = (key as usize) % self.0.len();
        &self.0[at]
    }
}

impl Bucket {
    fn lock(&self) -> MutexGuard<'_, [Place; WAYS]> {
        // Nothing in here panics with the lock held.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tag(&self, places: &[Place; WAYS]) {
        let tags = places.map(|place| if place.key == 0 { 0 } else { tag(place.key) });
        self.tags.store(u64::from_le_bytes(tags), Ordering::Release);
    }
}

impl Place {
    /// How many are not forgotten yet.
    fn failures(&self, now: Timestamp, rule: &Rule) -> u32 {
        let left = Timestamp::from_micros(self.forgotten) - now;
        u32::try_from(left.as_micros().div_ceil(rule.forget.as_micros().max(1))).unwrap_or(u32::MAX)
    }
}

impl Rule {
    /// How long to wait after so many failures.
    fn wait(&self, failures: u32) -> Duration {
        match failures.saturating_sub(self.free) {
            0 => Duration::ZERO,
            beyond => self.first.saturating_mul(1_u32.checked_shl(beyond - 1).unwrap_or(u32::MAX)).min(self.longest),
        }
    }

    /// More than so many are not counted, as the wait grows no longer: so that it does not take for ever to forget them.
    fn most(&self) -> u32 {
        let doublings = (self.longest.as_micros() / self.first.as_micros().max(1)).max(1).ilog2() + 1;
        self.free.saturating_add(doublings).saturating_add(1)
    }
}

/// The key's first byte, and never zero.
fn tag(key: u128) -> u8 {
    ((key >> 120) as u8).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};
    use std::collections::HashMap;

    const RULE: Rule = Rule {
        free: 2,
        first: Duration::from_secs(1),
        longest: Duration::from_secs(5),
        forget: Duration::from_secs(10),
    };

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(1_795_392_000_000_000) + Duration::from_secs(seconds)
    }

    /// Keys are hashes; this makes some of numbers.
    fn key(number: u64) -> u128 {
        let mixed = u128::from(number).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        mixed ^ (mixed >> 61)
    }

    #[test]
    fn the_wait_grows_and_passes_and_is_forgotten() {
        let table = Table::new(64);
        let mut waits = Vec::new();
        for guess in 1..=7 {
            assert!(table.fail(key(1), at(0), &RULE, Some(guess)));
            waits.push(table.wait(key(1), at(0)).as_secs());
        }
        assert_eq!(waits, [0, 0, 1, 2, 4, 5, 5]);
        assert_eq!(table.wait(key(1), at(3)), Duration::from_secs(2));
        assert_eq!(table.wait(key(1), at(5)), Duration::ZERO);
        assert_eq!(table.wait(key(2), at(0)), Duration::ZERO, "another's");
        let most = RULE.most();
        assert_eq!(table.failures(key(1), at(0), &RULE), most);
        assert_eq!(table.failures(key(1), at(10), &RULE), most - 1);
        assert_eq!(table.failures(key(1), at(10 * u64::from(most)), &RULE), 0);
    }

    #[test]
    fn the_same_guess_counts_once() {
        let table = Table::new(64);
        assert!(table.fail(key(1), at(0), &RULE, Some(7)));
        assert!(!table.fail(key(1), at(1), &RULE, Some(7)));
        assert!(table.fail(key(1), at(1), &RULE, Some(8)));
        assert!(table.fail(key(1), at(100), &RULE, Some(8)), "by then it is forgotten");
        assert_eq!(table.failures(key(1), at(100), &RULE), 1);
    }

    #[test]
    fn a_million_keys_take_no_more_room() {
        let table = Table::new(4096);
        let worst = key(u64::MAX);
        for guess in 1..=9 {
            table.fail(worst, at(0), &RULE, Some(guess));
        }
        for number in 0..1_000_000 {
            table.fail(key(number), at(0), &RULE, Some(1));
        }
        assert_eq!(table.size(), (4096, 4096));
        // And whoever failed most is not forgotten for those who failed once.
        assert!(table.wait(worst, at(0)) > Duration::ZERO);
    }

    proptest! {
        #[test]
        fn it_is_what_a_map_without_limits_would_be(steps in vec((0..WAYS as u64, 0..4_u64, 0..20_u64), 0..60)) {
            let (table, mut now) = (Table::new(WAYS), 0);
            let mut model: HashMap<u64, (u64, u64, u64)> = HashMap::new();
            for (who, guess, pause) in steps {
                now += pause;
                let (forgotten, blocked, last) = model.get(&who).copied().filter(|known| known.0 > now).unwrap_or((now, now, 9));
                prop_assert_eq!(table.wait(key(who), at(now)).as_secs(), blocked.saturating_sub(now));
                let is_new = guess != last;
                // No guess is called zero by those who make them.
                prop_assert_eq!(table.fail(key(who), at(now), &RULE, Some(guess + 1)), is_new);
                if is_new {
                    let failures = ((forgotten - now).div_ceil(10) + 1).min(RULE.most().into());
                    let wait = RULE.wait(u32::try_from(failures).expect("few")).as_secs();
                    model.insert(who, (now + 10 * failures, now + wait, guess));
                }
            }
        }
    }
}
