use crate::{
    error::{Error, Result},
    store::{
        state::State,
        tables::{Bytes, STATE},
    },
};
use redb::{Database, ReadOnlyTable, ReadableDatabase};

/// The state as it was when the snapshot was taken. Changes since then do not show, and do not wait for it.
pub struct Snapshot {
    table: ReadOnlyTable<Bytes, Bytes>,
}

impl Snapshot {
    pub(super) fn take(database: &Database) -> Result<Self> {
        let transaction = database.begin_read().map_err(Error::internal)?;
        Ok(Self { table: transaction.open_table(STATE).map_err(Error::internal)? })
    }

    /// Reads from the snapshot.
    pub fn state(&self) -> State<'_> {
        State::new(&self.table)
    }
}
