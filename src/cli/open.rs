//! Opening what a server runs on.

use super::{Failure, failure};
use crate::{
    app::{App, Parts, Settings},
    config::Storage,
    keys::{Keys, MasterKey, vault},
    permission::Roles,
    random::Random,
    store::{OpenError, Options, Store},
    telemetry::Metrics,
    time::Clock,
};
use std::{path::Path, sync::Arc};

/// A store, and what comes with it.
pub struct Opened {
    pub store: Store,
    pub clock: Arc<Clock>,
    pub random: Random,
    pub metrics: Arc<Metrics>,
}

impl Opened {
    /// Opens the database that is configured.
    pub fn existing(storage: &Storage) -> Result<Self, Failure> {
        // More than the machine can address is as good as all of it.
        let cache_bytes = usize::try_from(storage.cache.bytes()).unwrap_or(usize::MAX);
        let clock = Clock::system().that_may_be_behind(storage.accept_later_events);
        Self::open(clock, cache_bytes, |options| Store::open(&storage.path, options))
    }

    /// Opens the database at `path`, or creates it.
    pub fn existing_or_new(path: &Path, cache_bytes: usize) -> Result<Self, Failure> {
        Self::open(Clock::system(), cache_bytes, |options| Store::create(path, options))
    }

    /// Makes a database at `path`, where there is nothing.
    pub fn new(path: &Path, cache_bytes: usize) -> Result<Self, Failure> {
        Self::open(Clock::system(), cache_bytes, |options| Store::make(path, options))
    }

    fn open(
        clock: Clock,
        cache_bytes: usize,
        open: impl FnOnce(Options) -> Result<Store, OpenError>,
    ) -> Result<Self, Failure> {
        let clock = Arc::new(clock);
        let metrics = Arc::new(Metrics::new());
        let commits = metrics.clone();
        let options = Options {
            clock: clock.clone(),
            cache_bytes,
            on_commit: Box::new(move |commit| commits.commit(commit.commands, commit.took.as_secs_f64())),
        };
        Ok(Self { store: open(options).map_err(failure)?, clock, random: Random::from_os()?, metrics })
    }

    /// The application on this store, with the master key that lies in `key_file`.
    pub fn into_app(self, key_file: &Path, settings: Settings) -> Result<App, Failure> {
        let master = MasterKey::read(key_file).map_err(failure)?;
        if !vault::fits(&self.store, &master)? {
            return Err(failure(format!(
                "{}: this master key does not match the database; put back the one that was made with it",
                key_file.display()
            )));
        }
        let keys = Keys::new(vault::open_ring(&self.store, &master, self.clock.now())?);
        Ok(App::new(Parts {
            store: self.store,
            keys,
            master,
            clock: self.clock,
            random: self.random,
            roles: Arc::new(Roles::built_in()?),
            settings,
            metrics: self.metrics,
        }))
    }
}

/// A runtime for a server, with a thread for each core.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failure)
}
