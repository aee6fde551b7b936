use crate::{
    error::{Error, Result},
    store::{
        state::State,
        tables::{Bytes, STATE},
    },
};
use redb::{Database, Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, TableDefinition, Value};

/// The state as it was when the snapshot was taken. Changes since then do not show, and do not wait for it.
pub struct Snapshot {
    transaction: ReadTransaction,
    table: ReadOnlyTable<Bytes, Bytes>,
}

impl Snapshot {
    pub(super) fn take(database: &Database) -> Result<Self> {
        let transaction = database.begin_read().map_err(Error::internal)?;
        let table = transaction.open_table(STATE).map_err(Error::internal)?;
        Ok(Self { transaction, table })
    }

    /// Another table as it was at the same moment.
    pub(super) fn table<K: Key, V: Value>(&self, table: TableDefinition<'_, K, V>) -> Result<ReadOnlyTable<K, V>> {
        self.transaction.open_table(table).map_err(Error::internal)
    }

    /// Reads from the snapshot.
    pub fn state(&self) -> State<'_> {
        State::new(&self.table)
    }
}
