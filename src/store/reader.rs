//! Reads that may take long, out of the way of requests that do not.

use crate::{
    error::{Error, Result},
    limits::{MAX_READ_ROWS, QUICK_READ_ROWS},
    model::fault,
    store::{meter::Meter, open::Store, snapshot::Snapshot},
};
use redb::Database;
use std::{
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::available_parallelism,
};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// Where reads wait for their turn. Those that turn out to be long give way to short ones.
pub(super) struct Reader {
    database: Arc<Database>,
    rows_read: Arc<AtomicU64>,
    quick: Arc<Semaphore>,
    long: Arc<Semaphore>,
}

/// How many rows a read may take, and how many may at once.
#[derive(Clone, Copy)]
struct Lane<'a> {
    rows: u64,
    turns: &'a Arc<Semaphore>,
}

/// Says that nobody waits any more, by being dropped.
#[derive(Default)]
struct Waiting(Arc<AtomicBool>);

impl Reader {
    /// Together they keep no more threads busy than there are cores, and half as many again: the threads that answer
    /// requests always get their share.
    pub fn new(database: Arc<Database>) -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let lane = |turns: usize| Arc::new(Semaphore::new(turns.max(1)));
        Self { database, rows_read: Arc::default(), quick: lane(cores), long: lane(cores / 2) }
    }

    /// A snapshot that reads [`MAX_READ_ROWS`] at most, like all others.
    pub fn snapshot(&self) -> Result<Snapshot> {
        self.bounded(MAX_READ_ROWS, Arc::default())
    }

    pub fn rows_read(&self) -> u64 {
        self.rows_read.load(Relaxed)
    }

    pub async fn read<T, F>(&self, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Snapshot) -> Result<T> + Send + Sync + 'static,
    {
        let read = Arc::new(read);
        let quick = Lane { rows: QUICK_READ_ROWS, turns: &self.quick };
        if let Some(answer) = self.try_in(quick, &read).await? {
            return Ok(answer);
        }
        let long = Lane { rows: MAX_READ_ROWS, turns: &self.long };
        self.try_in(long, &read).await?.ok_or_else(|| fault::LIST_TOO_WIDE.into())
    }

    /// `None`: it took more rows than the lane allows.
    async fn try_in<T, F>(&self, lane: Lane<'_>, read: &Arc<F>) -> Result<Option<T>>
    where
        T: Send + 'static,
        F: Fn(&Snapshot) -> Result<T> + Send + Sync + 'static,
    {
        let waiting = Waiting::default();
        let turn = lane.turns.clone().acquire_owned().await.map_err(Error::internal)?;
        let (snapshot, read) = (self.bounded(lane.rows, waiting.0.clone())?, read.clone());
        let answer = spawn_blocking(move || {
            // Held until the reading has ended, whoever still waits for it.
            let _turn = turn;
            let answer = read(&snapshot);
            if snapshot.is_exceeded() { None } else { Some(answer) }
        });
        answer.await.map_err(Error::internal)?.transpose()
    }

    fn bounded(&self, rows: u64, abandoned: Arc<AtomicBool>) -> Result<Snapshot> {
        Snapshot::take(&self.database, Meter::new(rows, abandoned, self.rows_read.clone()))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

impl Store {
    /// Reads what may take more than a few rows: on a thread of its own, of which there are few; until the caller stops
    /// waiting; and [`MAX_READ_ROWS`] at most, beyond which the answer is [`crate::error::Kind::ResourceExhausted`].
    ///
    /// `read` may be called again, on another snapshot: what is not quick starts over where long reads wait for each
    /// other.
    pub async fn read<T, F>(&self, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Snapshot) -> Result<T> + Send + Sync + 'static,
    {
        self.reader().read(read).await
    }

    /// How many rows all snapshots that are gone have read: what reading costs, told without a clock.
    pub fn rows_read(&self) -> u64 {
        self.reader().rows_read()
    }
}
