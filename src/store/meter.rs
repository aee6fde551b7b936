use crate::{
    error::{Error, Result},
    model::fault,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

/// Counts the rows that a snapshot reads, and ends the reading once it is too much, or nobody waits for it any more.
pub struct Meter {
    read: AtomicU64,
    most: u64,
    abandoned: Arc<AtomicBool>,
    /// What all meters of the store have counted together.
    total: Arc<AtomicU64>,
}

impl Meter {
    pub fn new(most: u64, abandoned: Arc<AtomicBool>, total: Arc<AtomicU64>) -> Self {
        Self { read: AtomicU64::new(0), most, abandoned, total }
    }

    /// Notes that a row is about to be read. Once it refuses, it goes on refusing.
    pub fn row(&self) -> Result<()> {
        // Only one thread reads from a snapshot, so nothing is lost between the two.
        let read = self.read.load(Relaxed) + 1;
        self.read.store(read, Relaxed);
        if read > self.most {
            return Err(fault::LIST_TOO_WIDE.into());
        }
        if self.abandoned.load(Relaxed) {
            return Err(Error::unavailable("Whoever asked is gone"));
        }
        Ok(())
    }

    pub fn is_exceeded(&self) -> bool {
        self.read.load(Relaxed) > self.most
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.total.fetch_add(self.read.load(Relaxed), Relaxed);
    }
}
