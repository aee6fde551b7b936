use crate::{
    error::{Error, Result},
    store::{
        meter::Meter,
        state::State,
        tables::{Bytes, STATE},
    },
};
use redb::{Database, Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, TableDefinition, Value};

/// The state as it was when the snapshot was taken. Changes since then do not show, and do not wait for it.
///
/// It reads as many rows as [`crate::limits::MAX_READ_ROWS`] allows, and refuses more: no request may walk everything.
pub struct Snapshot {
    transaction: ReadTransaction,
    table: ReadOnlyTable<Bytes, Bytes>,
    meter: Meter,
}

impl Snapshot {
    pub(super) fn take(database: &Database, meter: Meter) -> Result<Self> {
        let transaction = database.begin_read().map_err(Error::internal)?;
        let table = transaction.open_table(STATE).map_err(Error::internal)?;
        Ok(Self { transaction, table, meter })
    }

    /// Another table as it was at the same moment.
    pub(super) fn table<K: Key, V: Value>(&self, table: TableDefinition<'_, K, V>) -> Result<ReadOnlyTable<K, V>> {
        self.transaction.open_table(table).map_err(Error::internal)
    }

    /// Reads from the snapshot.
    pub fn state(&self) -> State<'_> {
        State::metered(&self.table, &self.meter)
    }

    /// What counts the rows that are read, for tables other than the state.
    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Whether it was asked for more rows than it may read.
    pub(super) fn is_exceeded(&self) -> bool {
        self.meter.is_exceeded()
    }
}
