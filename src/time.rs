//! The only clock. Everything else takes its instants from here, so that tests decide what time it is.

use crate::limits::MAX_CLOCK_STEP;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use std::{
    ops::{Add, Sub},
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// An instant in microseconds since the Unix epoch, UTC: the resolution that clients of ZITADEL see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp(i64);

const MICROS_PER_SECOND: i64 = 1_000_000;

impl Timestamp {
    /// 9999-12-31T23:59:59Z, which the wire uses for "never".
    pub const NEVER: Self = Self(253_402_300_799 * MICROS_PER_SECOND);

    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From a protobuf timestamp, cut to microseconds. `None` outside the years 1 to 9999.
    pub fn from_parts(seconds: i64, nanos: i32) -> Option<Self> {
        let in_range = (-62_135_596_800..=253_402_300_799).contains(&seconds) && (0..1_000_000_000).contains(&nanos);
        in_range.then(|| Self(seconds * MICROS_PER_SECOND + i64::from(nanos / 1000)))
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down: JWT's NumericDate (RFC 7519 section 2).
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// The nanoseconds beyond [`Self::seconds`].
    pub const fn subsec_nanos(self) -> i32 {
        (self.0.rem_euclid(MICROS_PER_SECOND) * 1000) as i32
    }

    /// Reads RFC 3339 with any zone, cut to microseconds. `None` for anything else.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let (local, ahead) = match text.strip_suffix(['Z', 'z']) {
            Some(local) => (local, 0),
            None => {
                let (local, offset) = text.split_at_checked(text.len().checked_sub("+00:00".len())?)?;
                (local, offset_seconds(offset)?)
            }
        };
        // As jiff's own instants end before the last day of the last year, it only reads what stands before the zone.
        let local: DateTime = local.parse().ok().filter(|_| has_rfc3339_shape(local))?;
        let since = local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_micros();
        let micros = i64::try_from(since).ok()? - ahead * MICROS_PER_SECOND;
        let nanos = i32::try_from(micros.rem_euclid(MICROS_PER_SECOND) * 1000).ok()?;
        Self::from_parts(micros.div_euclid(MICROS_PER_SECOND), nanos).map(|at| at.min(Self::NEVER))
    }

    /// RFC 3339 in UTC, for people and files; with none, three or six digits of a second, as ProtoJSON writes instants.
    pub fn to_rfc3339(self) -> String {
        // The last day of the last year is beyond what jiff takes.
        if self == Self::NEVER {
            return "9999-12-31T23:59:59Z".into();
        }
        let digits = match self.0.rem_euclid(MICROS_PER_SECOND) {
            0 => 0,
            micros if micros % 1000 == 0 => 3,
            _ => 6,
        };
        jiff::Timestamp::from_microsecond(self.0).map_or_else(|_| self.0.to_string(), |at| format!("{at:.digits$}"))
    }
}

/// `YYYY-MM-DDThh:mm:ss`, and parts of a second if there are any.
fn has_rfc3339_shape(local: &str) -> bool {
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let Some((whole, parts)) = local.as_bytes().split_at_checked(shape.len()) else { return false };
    let fits = |(byte, wanted): (&u8, &u8)| match wanted {
        b'd' => byte.is_ascii_digit(),
        wanted => byte.eq_ignore_ascii_case(wanted),
    };
    let has_parts = |parts: &[u8]| !parts.is_empty() && parts.iter().all(u8::is_ascii_digit);
    whole.iter().zip(shape).all(fits) && (parts.is_empty() || parts.strip_prefix(b".").is_some_and(has_parts))
}

/// How many seconds a zone such as `+01:00` is ahead of UTC.
fn offset_seconds(offset: &str) -> Option<i64> {
    let &[sign, tens, ones, b':', ten_minutes, minutes] = offset.as_bytes() else { return None };
    let number = |tens: u8, ones: u8| {
        let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
        digits.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    };
    let hours = number(tens, ones).filter(|hours| *hours < 24)?;
    let minutes = number(ten_minutes, minutes).filter(|minutes| *minutes < 60)?;
    let seconds = (hours * 60 + minutes) * 60;
    match sign {
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    /// Stops at [`Timestamp::NEVER`] instead of overflowing.
    fn add(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros)).min(Self::NEVER)
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    /// Zero if `earlier` is not earlier.
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0).unsigned_abs())
    }
}

/// Tells the time, each instant once.
///
/// A call never returns what an earlier call returned, nor anything before it, even if the machine's clock is set back:
/// then time stands nearly still until the clock has caught up. So instants order events, make ids unique, and a token
/// minted after an account was unlocked is always later than the lock.
#[derive(Debug)]
pub struct Clock {
    source: Source,
    last: AtomicI64,
    may_be_behind: bool,
}

/// The clock is further behind an instant that was written down than [`MAX_CLOCK_STEP`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    pub written: Timestamp,
    pub present: Timestamp,
}

#[derive(Debug)]
enum Source {
    System,
    Manual(AtomicI64),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { source: Source::System, last: AtomicI64::new(i64::MIN), may_be_behind: false }
    }

    /// A clock for tests that moves only when told to (and by one microsecond per reading).
    pub fn manual(start: Timestamp) -> Self {
        let source = Source::Manual(AtomicI64::new(start.0));
        Self { source, last: AtomicI64::new(i64::MIN), may_be_behind: false }
    }

    /// Goes by this clock although what was written down is much later, because it was written while the clock was wrong.
    pub fn that_may_be_behind(self, may_be_behind: bool) -> Self {
        Self { may_be_behind, ..self }
    }

    /// The present, later than every earlier reading.
    pub fn now(&self) -> Timestamp {
        let present = self.source.read();
        let next = |last: i64| present.max(last.saturating_add(1));
        let last = self
            .last
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(next(last)))
            .unwrap_or_else(|last| last);
        Timestamp(next(last))
    }

    /// Makes every later reading later than `written`: an instant that an earlier process wrote down.
    ///
    /// Fails if that is so far ahead that time would stand still for long: nothing would expire, and what is minted would
    /// be of the future. A clock that may be behind takes no notice of it then.
    pub fn never_before(&self, written: Timestamp) -> Result<(), Behind> {
        let present = Timestamp(self.source.read());
        if written - present <= MAX_CLOCK_STEP {
            self.last.fetch_max(written.0, Ordering::AcqRel);
            return Ok(());
        }
        if self.may_be_behind { Ok(()) } else { Err(Behind { written, present }) }
    }

    /// What the machine's clock says, set back or not. Only for looking after the clock.
    pub fn present(&self) -> Timestamp {
        Timestamp(self.source.read())
    }

    /// For how long time stands still until the machine's clock, which was set back, has caught up.
    pub fn lag(&self) -> Duration {
        Timestamp(self.last.load(Ordering::Acquire)) - self.present()
    }

    /// Moves a manual clock forward. Has no effect on the machine's clock.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(present) = &self.source {
            present.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::AcqRel);
        }
    }
}

impl Source {
    #[allow(clippy::disallowed_methods, reason = "this is the clock that the ban points to")]
    fn read(&self) -> i64 {
        match self {
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX)),
            Self::Manual(present) => present.load(Ordering::Acquire),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_in_the_answers_of_the_api() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (100_000, "1970-01-01T00:00:00.100Z"),
            (123_450, "1970-01-01T00:00:00.123450Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(Timestamp::from_micros(micros).to_rfc3339(), text);
        }
    }

    #[test]
    fn a_clock_set_back_still_moves_forward() {
        let clock = Clock::manual(Timestamp(1_000));
        clock.never_before(Timestamp(5_000)).expect("not far ahead");
        assert_eq!(clock.lag(), Duration::from_micros(4_000));
        assert_eq!(clock.now(), Timestamp(5_001));
        assert_eq!(clock.now(), Timestamp(5_002));
        clock.advance(Duration::from_millis(10));
        assert_eq!(clock.now(), Timestamp(11_000));
    }

    #[test]
    fn what_was_written_far_ahead_does_not_stop_time() {
        let present = Timestamp(1_000);
        let (near, far) = (present + MAX_CLOCK_STEP, present + MAX_CLOCK_STEP + Duration::from_micros(1));
        assert!(Clock::manual(present).never_before(near).is_ok());
        let clock = Clock::manual(present);
        assert_eq!(clock.never_before(far), Err(Behind { written: far, present }));
        let clock = clock.that_may_be_behind(true);
        assert_eq!(clock.never_before(far), Ok(()));
        assert_eq!(clock.now(), present);
    }

    #[test]
    fn rfc3339_is_read_with_any_zone_and_to_the_end_of_time() {
        let noon = Timestamp::from_micros(1_801_396_800_000_000);
        for text in [
            "2027-01-31T12:00:00Z",
            "2027-01-31t12:00:00.000000z",
            "2027-01-31T13:30:00+01:30",
            "2027-01-30T12:01:00-23:59",
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), Some(noon), "{text}");
        }
        let part = Timestamp::from_rfc3339("2027-01-31T12:00:00.123456789Z");
        assert_eq!(part, Some(noon + Duration::from_micros(123_456)));
        assert_eq!(Timestamp::from_rfc3339("1969-12-31T23:59:59.5Z"), Some(Timestamp(-500_000)));
        for text in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z", "9999-12-31T22:59:59-01:00"] {
            assert_eq!(Timestamp::from_rfc3339(text), Some(Timestamp::NEVER), "{text}");
        }
        assert_eq!(Timestamp::NEVER, Timestamp::from_rfc3339(&Timestamp::NEVER.to_rfc3339()).expect("read"));
        for text in [
            "2027-01-31T12:00:00+24:00",
            "2027-01-31T12:00:00+01:60",
            "2027-01-31T12:00:00+0100",
            "2027-01-31T12:00:00+01",
            "2027-01-31T12:00:00",
            "2027-01-31T12:00Z",
            "2027-01-31 12:00:00Z",
            "2027-01-31T12:00:00.Z",
            "2027-01-31T12:00:00,5Z",
            "2027-02-30T12:00:00Z",
            "9999-12-31T23:59:59-00:01",
            "0000-01-01T00:00:00Z",
            "2027-01-31",
            "+00:00",
            "\u{e4}\u{e4}\u{e4}00",
            "Z",
            "",
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn parts_round_down_and_keep_microseconds() {
        let at = Timestamp::from_parts(1_700_000_000, 123_456_789).expect("in range");
        assert_eq!((at.seconds(), at.subsec_nanos()), (1_700_000_000, 123_456_000));
        assert_eq!(at.to_rfc3339(), "2023-11-14T22:13:20.123456Z");
        assert_eq!(Timestamp::NEVER.to_rfc3339(), "9999-12-31T23:59:59Z");
        assert!(Timestamp::from_parts(0, -1).is_none());
        assert!(Timestamp::from_parts(253_402_300_800, 0).is_none());
    }
}
