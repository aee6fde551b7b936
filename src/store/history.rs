//! Reads of the log: what happened, in the order in which it did.

use crate::{
    error::{Error, Result},
    id::{OrgId, UserId},
    model::Event,
    store::{
        codec::decode,
        key::{Key, Space},
        log,
        scan::Direction,
        snapshot::Snapshot,
        tables::{LOG, POSITIONS},
    },
    time::Timestamp,
};
use std::ops::Range;

/// A part of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum History {
    /// Everything that happened.
    All,
    /// What stands in the log of an organisation or of the instance.
    Owner(OrgId),
    /// What happened to a user, even to one that is gone.
    User(UserId),
}

/// Events from a number to another, which is outside. In [`History::All`] numbers are positions, elsewhere sequences.
pub type Numbers = Range<u64>;

impl Snapshot {
    /// The events of a part of the log. Reading one costs as much as its record; those outside `numbers` cost nothing.
    pub fn events(
        &self,
        history: &History,
        numbers: Numbers,
        direction: Direction,
    ) -> Result<Box<dyn Iterator<Item = Result<Event>> + '_>> {
        match history {
            History::All => {
                let places = self.table(POSITIONS)?.range(numbers).map_err(Error::internal)?;
                let log = self.table(LOG)?;
                Ok(Box::new(directed(places, direction).map(move |place| {
                    self.meter().row()?;
                    let place = place.map_err(Error::internal)?.1;
                    let bytes = log.get(place.value()).map_err(Error::internal)?.ok_or_else(dangling)?;
                    log::read(bytes.value())
                })))
            }
            History::Owner(owner) => {
                let own = (owner.as_str(), numbers.start)..(owner.as_str(), numbers.end);
                let rows = self.table(LOG)?.range(own).map_err(Error::internal)?;
                Ok(Box::new(directed(rows, direction).map(|row| {
                    self.meter().row()?;
                    log::read(row.map_err(Error::internal)?.1.value())
                })))
            }
            History::User(user) => {
                let log = self.table(LOG)?;
                let index = self.state().scan_range(user_events(user, numbers), direction)?;
                Ok(Box::new(index.map(move |row| {
                    let (key, owner) = row?;
                    let owner: OrgId = decode(owner.value())?;
                    let sequence = sequence(key.value()).ok_or_else(dangling)?;
                    let bytes = log.get((owner.as_str(), sequence)).map_err(Error::internal)?.ok_or_else(dangling)?;
                    log::read(bytes.value())
                })))
            }
        }
    }

    /// The number of the first event of a part of the log that happened later than `at`, or would. Of a user, that of its
    /// owner's log. Times never fall as numbers rise, so this looks at few events.
    pub fn first_after(&self, history: &History, at: Timestamp) -> Result<u64> {
        let history = match history {
            History::User(user) => match self.events(history, 0..u64::MAX, Direction::Ascending)?.next() {
                Some(first) => History::Owner(first?.owner),
                None => History::User(user.clone()),
            },
            other => other.clone(),
        };
        let last = match self.events(&history, 0..u64::MAX, Direction::Descending)?.next().transpose()? {
            Some(last) if history == History::All => last.position,
            Some(last) => last.sequence,
            None => 0,
        };
        let (mut low, mut high) = (1, last + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.events(&history, middle..middle + 1, Direction::Ascending)?.next().transpose()? {
                Some(event) if event.at <= at => low = middle + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }
}

/// Where a user's event stands in the index; its owner is the value there.
pub(super) fn user_event_key(user: &UserId, sequence: u64) -> Key {
    Key::new(Space::UserEvent).text(user.as_str()).number(sequence)
}

fn user_events(user: &UserId, numbers: Numbers) -> Range<Key> {
    user_event_key(user, numbers.start)..user_event_key(user, numbers.end)
}

/// The number at the end of an index key.
fn sequence(key: &[u8]) -> Option<u64> {
    key.last_chunk().copied().map(u64::from_be_bytes)
}

fn directed<I: DoubleEndedIterator>(mut rows: I, direction: Direction) -> impl Iterator<Item = I::Item> {
    std::iter::from_fn(move || match direction {
        Direction::Ascending => rows.next(),
        Direction::Descending => rows.next_back(),
    })
}

fn dangling() -> Error {
    Error::internal("the log names an event that is not there; `countersign check` tells more")
}
