//! Rows in their order: what every list is read from.

use crate::{
    error::{Error, Result},
    store::{key::Key, meter::Meter, tables::Bytes},
};
use redb::{AccessGuard, Range};

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// Part of an index, by its sort keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'k> {
    All,
    /// One sort key.
    Only(&'k [u8]),
    /// All sort keys that begin so.
    Beginning(&'k [u8]),
    /// From one to another, both inside.
    Between(&'k [u8], &'k [u8]),
}

/// A key and a value.
pub(super) type Row<'a> = (AccessGuard<'a, Bytes>, AccessGuard<'a, Bytes>);

/// The rows of a range.
pub(super) struct Scan<'a> {
    rows: Range<'a, Bytes, Bytes>,
    direction: Direction,
    meter: Option<&'a Meter>,
}

/// The objects that rows stand for. To skip some costs far less than to read them.
pub struct Run<'a, T> {
    scan: Scan<'a>,
    read: Box<ReadValue<'a, T>>,
}

/// From a row's value to the object that it stands for.
type ReadValue<'a, T> = dyn Fn(&[u8]) -> Result<T> + 'a;

/// To pass by so many rows costs about as much as to look one up.
const PASSED_PER_ROW: usize = 16;

impl Direction {
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

impl Part<'_> {
    pub fn contains(self, sort_key: &[u8]) -> bool {
        match self {
            Self::All => true,
            Self::Only(key) => sort_key == key,
            Self::Beginning(key) => sort_key.starts_with(key),
            Self::Between(first, last) => first <= sort_key && sort_key <= last,
        }
    }

    /// Where this part of the index below `index` lies.
    pub(super) fn below(self, index: Key) -> std::ops::Range<Key> {
        match self {
            Self::All => index.and_below(),
            Self::Only(key) => index.bytes(key).and_below(),
            Self::Beginning(key) => index.beginning(key).and_below(),
            Self::Between(first, last) => index.clone().bytes(first)..index.bytes(last).and_below().end,
        }
    }
}

impl<'a> Scan<'a> {
    pub fn new(rows: Range<'a, Bytes, Bytes>, direction: Direction, meter: Option<&'a Meter>) -> Self {
        Self { rows, direction, meter }
    }

    /// The objects of these rows, by their values.
    pub fn read<T>(self, read: impl Fn(&[u8]) -> Result<T> + 'a) -> Run<'a, T> {
        Run { scan: self, read: Box::new(read) }
    }

    fn pay(&self) -> Result<()> {
        self.meter.map_or(Ok(()), Meter::row)
    }

    fn step(&mut self) -> Option<Result<Row<'a>>> {
        let row = match self.direction {
            Direction::Ascending => self.rows.next(),
            Direction::Descending => self.rows.next_back(),
        };
        row.map(|row| row.map_err(Error::internal))
    }
}

impl<'a> Iterator for Scan<'a> {
    type Item = Result<Row<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.pay() {
            Ok(()) => self.step(),
            Err(refusal) => Some(Err(refusal)),
        }
    }

    fn nth(&mut self, passed: usize) -> Option<Self::Item> {
        for number in 0..passed {
            if number.is_multiple_of(PASSED_PER_ROW)
                && let Err(refusal) = self.pay()
            {
                return Some(Err(refusal));
            }
            if let Err(error) = self.step()? {
                return Some(Err(error));
            }
        }
        self.next()
    }
}

impl<T> Run<'_, T> {
    fn read(&self, row: Result<Row<'_>>) -> Result<T> {
        (self.read)(row?.1.value())
    }
}

impl<T> Iterator for Run<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let row = self.scan.next()?;
        Some(self.read(row))
    }

    fn nth(&mut self, passed: usize) -> Option<Result<T>> {
        let row = self.scan.nth(passed)?;
        Some(self.read(row))
    }
}
