//! Numbers with a unit and bounds: once one exists, it is within them.

use std::{fmt, time::Duration};

/// A length of time from `MIN` to `MAX` seconds, written as a whole number and a unit: `90s`, `30m`, `12h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds<const MIN: u64, const MAX: u64>(u64);

/// A size from `MIN` to `MAX` bytes, written as a whole number and a binary unit: `512KiB`, `64MiB`, `2GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes<const MIN: u64, const MAX: u64>(u64);

/// A plain number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count<const MIN: u64, const MAX: u64>(u64);

pub const MINUTE: u64 = 60;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;
pub const MIB: u64 = 1 << 20;
pub const GIB: u64 = 1 << 30;

/// Largest first, so that a value is written with the largest unit that divides it.
type Units = [(&'static str, u64)];
const TIME_UNITS: &Units = &[("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", 1)];
const SIZE_UNITS: &Units = &[("GiB", GIB), ("MiB", MIB), ("KiB", 1 << 10)];

impl<const MIN: u64, const MAX: u64> Seconds<MIN, MAX> {
    /// A value known at compile time; outside the bounds it does not compile.
    pub const fn of<const N: u64>() -> Self {
        const { assert!(MIN <= N && N <= MAX) };
        Self(N)
    }

    pub fn parse(text: &str) -> Option<Self> {
        parse(text, TIME_UNITS).filter(|seconds| (MIN..=MAX).contains(seconds)).map(Self)
    }

    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }

    /// What [`Self::parse`] accepts, in words.
    pub fn expected() -> String {
        format!("a duration from {} to {}, such as \"90s\", \"30m\" or \"12h\"", Self(MIN), Self(MAX))
    }
}

impl<const MIN: u64, const MAX: u64> Bytes<MIN, MAX> {
    /// A value known at compile time; outside the bounds it does not compile.
    pub const fn of<const N: u64>() -> Self {
        const { assert!(MIN <= N && N <= MAX) };
        Self(N)
    }

    pub fn parse(text: &str) -> Option<Self> {
        parse(text, SIZE_UNITS).filter(|bytes| (MIN..=MAX).contains(bytes)).map(Self)
    }

    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// What [`Self::parse`] accepts, in words.
    pub fn expected() -> String {
        format!("a size from {} to {}, such as \"64MiB\" or \"2GiB\"", Self(MIN), Self(MAX))
    }
}

impl<const MIN: u64, const MAX: u64> Count<MIN, MAX> {
    /// A value known at compile time; outside the bounds it does not compile.
    pub const fn of<const N: u64>() -> Self {
        const { assert!(MIN <= N && N <= MAX) };
        Self(N)
    }

    pub fn new(number: u64) -> Option<Self> {
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }

    pub const fn get(self) -> u64 {
        self.0
    }

    /// What [`Self::new`] accepts, in words.
    pub fn expected() -> String {
        format!("a whole number from {MIN} to {MAX}")
    }
}

impl<const MIN: u64, const MAX: u64> fmt::Display for Seconds<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0, TIME_UNITS)
    }
}

impl<const MIN: u64, const MAX: u64> fmt::Display for Bytes<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0, SIZE_UNITS)
    }
}

impl<const MIN: u64, const MAX: u64> fmt::Display for Count<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

fn parse(text: &str, units: &Units) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

fn write(f: &mut fmt::Formatter<'_>, value: u64, units: &Units) -> fmt::Result {
    let largest = units.iter().find(|(_, factor)| value >= *factor && value.is_multiple_of(*factor));
    match largest.or(units.last()) {
        Some((name, factor)) => write!(f, "{}{name}", value / factor),
        None => write!(f, "{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Lifetime = Seconds<60, { 30 * DAY }>;

    #[test]
    fn durations_need_a_number_a_unit_and_their_bounds() {
        for (text, seconds) in [("60s", 60), ("1m", 60), ("90m", 5_400), ("12h", 43_200), ("30d", 2_592_000)] {
            let parsed = Lifetime::parse(text).expect(text);
            assert_eq!(parsed.duration(), Duration::from_secs(seconds), "{text}");
        }
        for text in ["", "12", "h", "12 h", "12H", "1h30m", "-1h", "1.5h", "59s", "31d", "99999999999999999999s"] {
            assert_eq!(Lifetime::parse(text), None, "{text:?}");
        }
        assert_eq!(Lifetime::expected(), r#"a duration from 1m to 30d, such as "90s", "30m" or "12h""#);
    }

    #[test]
    fn sizes_and_counts_keep_their_bounds() {
        type Cache = Bytes<MIB, GIB>;
        assert_eq!(Cache::parse("64MiB").expect("a size").bytes(), 67_108_864);
        assert_eq!(Cache::parse("2GiB"), None);
        assert_eq!(Cache::parse("64MB"), None);
        assert_eq!(Count::<1, 10>::new(11), None);
        assert_eq!(Count::<1, 10>::of::<10>().get(), 10);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in 60u64..=30 * DAY, mebibytes in 1u64..=4096) {
            let lifetime = Seconds::<60, { 30 * DAY }>(seconds);
            prop_assert_eq!(Seconds::parse(&lifetime.to_string()), Some(lifetime));
            let size = Bytes::<MIB, { 4 * GIB }>(mebibytes * MIB);
            prop_assert_eq!(Bytes::parse(&size.to_string()), Some(size));
        }
    }
}
