//! A disk in memory that can be looked at, copied, and told to fail.

use redb::StorageBackend;
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// What a reader sees.
    bytes: Vec<u8>,
    /// What a power cut leaves for certain: the bytes at the last sync.
    durable: Vec<u8>,
    /// What was done since then, and may be lost, each for itself.
    unsynced: Vec<Change>,
    /// How many changes and syncs there were.
    operations: u64,
    /// From this operation on, all fail.
    fails_from: Option<u64>,
    /// What failed first.
    failed: Option<Operation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Resize,
    Sync,
    Write,
}

#[derive(Debug, Clone)]
enum Change {
    Length(usize),
    Write(usize, Vec<u8>),
}

impl Disk {
    /// A disk that holds `bytes`.
    pub fn holding(bytes: Vec<u8>) -> Self {
        let state = State { durable: bytes.clone(), bytes, ..State::default() };
        Self(Arc::new(Mutex::new(state)))
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.state().bytes.clone()
    }

    /// What is left after a power cut now, if of the changes since the last sync those remain that `keep` picks, by
    /// their place. A disk may write them in any order.
    pub fn after_power_cut(&self, keep: impl Fn(usize) -> bool) -> Vec<u8> {
        let state = self.state();
        let mut bytes = state.durable.clone();
        for (_, change) in state.unsynced.iter().enumerate().filter(|(place, _)| keep(*place)) {
            change.apply(&mut bytes);
        }
        bytes
    }

    /// Lets `operations` more changes and syncs succeed, and no other.
    pub fn fail_after(&self, operations: u64) {
        let mut state = self.state();
        state.fails_from = Some(state.operations + operations);
    }

    /// What failed first, if anything did.
    pub fn failed(&self) -> Option<Operation> {
        self.state().failed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: Change) -> io::Result<()> {
        let mut state = self.state();
        state.operate(match change {
            Change::Length(_) => Operation::Resize,
            Change::Write(..) => Operation::Write,
        })?;
        change.apply(&mut state.bytes);
        state.unsynced.push(change);
        Ok(())
    }
}

impl State {
    fn operate(&mut self, operation: Operation) -> io::Result<()> {
        if self.fails_from.is_some_and(|from| self.operations >= from) {
            self.failed.get_or_insert(operation);
            return Err(broken());
        }
        self.operations += 1;
        Ok(())
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Write(at, data) => {
                // A write past an end whose move was lost.
                bytes.resize(bytes.len().max(at + data.len()), 0);
                bytes[*at..at + data.len()].copy_from_slice(data);
            }
        }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        let at = usize::try_from(offset).map_err(|_| broken())?;
        out.copy_from_slice(state.bytes.get(at..at + out.len()).ok_or_else(broken)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(Change::Length(usize::try_from(len).map_err(|_| broken())?))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.operate(Operation::Sync)?;
        let changes = std::mem::take(&mut state.unsynced);
        changes.iter().for_each(|change| change.apply(&mut state.durable));
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(Change::Write(usize::try_from(offset).map_err(|_| broken())?, data.to_vec()))
    }
}

fn broken() -> io::Error {
    io::Error::other("the disk fails, as the test wants it")
}
