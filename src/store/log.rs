//! The log: append with an expected sequence, and read.

use crate::{
    error::{Error, Result},
    id::OrgId,
    model::{Draft, Editor, Event},
    store::{
        codec::{decode, encode},
        tables::Bytes,
    },
    time::Timestamp,
};
use redb::{ReadableTable, Table};

/// Where an owner's log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Of the last event; 0 before the first.
    pub sequence: u64,
    /// Of the last event's bytes; zeros before the first.
    pub hash: [u8; 32],
}

/// What the writer needs of a log. Narrow, so that a replicated log can take the local one's place.
pub trait Log {
    /// Where `owner`'s log ends now.
    fn head(&self, owner: &OrgId) -> Result<Head>;

    /// Appends one event behind `expected`; fails if the log has moved on, and then nothing was appended.
    fn append(&mut self, expected: Head, draft: Draft, editor: &Editor, at: Timestamp) -> Result<Event>;
}

/// The log in the database file, inside one transaction.
pub(super) struct LocalLog<'txn> {
    pub events: Table<'txn, (&'static str, u64), Bytes>,
    pub positions: Table<'txn, u64, (&'static str, u64)>,
}

impl Log for LocalLog<'_> {
    fn head(&self, owner: &OrgId) -> Result<Head> {
        let own = (owner.as_str(), 0)..=(owner.as_str(), u64::MAX);
        let last = self.events.range(own).map_err(Error::internal)?.next_back().transpose().map_err(Error::internal)?;
        Ok(match last {
            Some((key, bytes)) => Head { sequence: key.value().1, hash: hash(bytes.value()) },
            None => Head { sequence: 0, hash: [0; 32] },
        })
    }

    fn append(&mut self, expected: Head, draft: Draft, editor: &Editor, at: Timestamp) -> Result<Event> {
        if self.head(&draft.owner)? != expected {
            return Err(Error::internal(format!("the log of {} is not at {}", draft.owner, expected.sequence)));
        }
        let last = self.positions.last().map_err(Error::internal)?.map_or(0, |(position, _)| position.value());
        let event = Event {
            owner: draft.owner,
            sequence: expected.sequence + 1,
            position: last + 1,
            previous: expected.hash,
            at,
            editor: editor.clone(),
            fact: draft.fact,
        };
        let key = (event.owner.as_str(), event.sequence);
        self.events.insert(key, encode(&event)?.as_slice()).map_err(Error::internal)?;
        self.positions.insert(event.position, key).map_err(Error::internal)?;
        Ok(event)
    }
}

/// What the next event of the same log says of the one with these bytes.
pub(super) fn hash(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

/// The event in these bytes.
pub(super) fn read(bytes: &[u8]) -> Result<Event> {
    decode(bytes)
}
