//! Opening what a server runs on.

use super::{Failure, failure};
use crate::{
    app::{App, Parts, Settings},
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
    /// Opens the database at `path`.
    pub fn existing(path: &Path, cache_bytes: usize) -> Result<Self, Failure> {
        Self::open(cache_bytes, |options| Store::open(path, options))
    }

    /// Opens the database at `path`, or creates it.
    pub fn existing_or_new(path: &Path, cache_bytes: usize) -> Result<Self, Failure> {
        Self::open(cache_bytes, |options| Store::create(path, options))
    }

    fn open(cache_bytes: usize, open: impl FnOnce(Options) -> Result<Store, OpenError>) -> Result<Self, Failure> {
        let clock = Arc::new(Clock::system());
        let metrics = Arc::new(Metrics::new());
        let commits = metrics.clone();
        let options = Options {
            clock: clock.clone(),
            cache_bytes,
            on_commit: Box::new(move |commit| commits.commit(commit.commands, commit.took.as_secs_f64())),
        };
        Ok(Self { store: open(options).map_err(failure)?, clock, random: Random::from_os()?, metrics })
    }

    /// The application on this store.
    pub fn into_app(self, master: MasterKey, settings: Settings) -> Result<App, Failure> {
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
