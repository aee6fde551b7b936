use crate::{
    error::{Error, Kind, Result},
    store::{
        log,
        places::{NoPlace, Places},
        reader::Reader,
        snapshot::Snapshot,
        state::State,
        tables::{FORMAT, FORMAT_KEY, LOG, META, POSITIONS, STATE, VAULT},
        warrant::Warrant,
        writer::{Changed, Command, CommitStats, Decision, Pending, Writer},
    },
    time::{Clock, Timestamp},
};
use redb::{Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, StorageBackend, TableError};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    thread::JoinHandle,
};
use tokio::sync::{oneshot, watch};

/// How to open a store.
pub struct Options {
    pub clock: Arc<Clock>,
    /// How much of the file is kept in memory, in bytes.
    pub cache_bytes: usize,
    /// Hears of every commit, on the writing thread.
    pub on_commit: Box<dyn Fn(CommitStats) + Send>,
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{path}: there is no database here; `countersign init` creates one")]
    Missing { path: PathBuf },
    #[error("{path}: another process has this database open; stop it first (is the server running?)")]
    InUse { path: PathBuf },
    #[error("{path}: this is no database of Countersign")]
    Foreign { path: PathBuf },
    #[error("{path}: the database has format {found}; this program reads format {FORMAT}")]
    Format { path: PathBuf, found: u64 },
    #[error(
        "{path}: the newest event is of {written}, but this machine's clock says {present}. If the clock is wrong, set it \
         and start again. If it was wrong when the event was stored, start with storage.accept_later_events = true: the \
         server then goes by the clock as it is now"
    )]
    ClockBehind { path: PathBuf, written: String, present: String },
    #[error("{path}: the database cannot be opened: {reason}")]
    Broken { path: PathBuf, reason: String },
}

/// The open database. Dropping it finishes what is queued and closes the file.
pub struct Store {
    database: Arc<Database>,
    reader: Reader,
    queue: Option<Sender<Box<dyn Command>>>,
    /// Bound the queue.
    places: Arc<Places>,
    writer: Option<JoinHandle<()>>,
    failed: watch::Receiver<bool>,
    path: PathBuf,
}

const CHANGES_NOT_STORED: &str = "The server cannot store changes now";

impl Store {
    /// Creates the file, readable by its owner alone, or opens the one that is there.
    ///
    /// A database has this name only once it is whole: a process that is killed here leaves none, or an empty one.
    pub fn create(path: &Path, options: Options) -> Result<Self, OpenError> {
        if path.exists() {
            return Self::open(path, options);
        }
        // Of this process alone: what another one is making must not be taken for a leftover.
        let unfinished = path.with_extension(format!("{}.new", process::id()));
        let _ = fs::remove_file(&unfinished);
        let mut store = Self::make(&unfinished, options)?;
        // A rename would replace what somebody else has made meanwhile; a link does not.
        let linked = fs::hard_link(&unfinished, path).and_then(|()| sync_directory_of(path));
        let _ = fs::remove_file(&unfinished);
        linked.map_err(|e| OpenError::Broken { path: path.into(), reason: e.to_string() })?;
        store.path = path.into();
        Ok(store)
    }

    /// Creates a file that is not there, readable by its owner alone. It is no database until this returns.
    pub fn make(path: &Path, options: Options) -> Result<Self, OpenError> {
        let broken = |e: io::Error| OpenError::Broken { path: path.into(), reason: e.to_string() };
        OpenOptions::new().create_new(true).write(true).mode(0o600).open(path).map_err(broken)?;
        let database = builder(&options).create(path).map_err(|e| open_error(path, e))?;
        create_tables(&database).map_err(|e| broken_by(path, e))?;
        Self::start(database, options, path)
    }

    /// Opens the file that is there.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        if !path.exists() {
            return Err(OpenError::Missing { path: path.into() });
        }
        refuse_foreign(path, &options)?;
        let database = builder(&options).open(path).map_err(|e| open_error(path, e))?;
        Self::start(database, options, path)
    }

    /// Opens a database on any backend, for tests that simulate a disk.
    pub fn on_backend(backend: impl StorageBackend, options: Options) -> Result<Self, OpenError> {
        let path = Path::new("<backend>");
        let database = builder(&options).create_with_backend(backend).map_err(|e| open_error(path, e))?;
        let broken = |e: redb::Error| broken_by(path, e);
        if format_of(&database).map_err(broken)?.is_none() {
            create_tables(&database).map_err(broken)?;
        }
        Self::start(database, options, path)
    }

    fn start(database: Database, options: Options, path: &Path) -> Result<Self, OpenError> {
        let broken = |e: redb::Error| broken_by(path, e);
        require_format(path, &database)?;
        if let Some(at) = newest_event_at(&database).map_err(broken)? {
            options.clock.never_before(at).map_err(|behind| OpenError::ClockBehind {
                path: path.into(),
                written: behind.written.to_rfc3339(),
                present: behind.present.to_rfc3339(),
            })?;
        }
        let database = Arc::new(database);
        let (queue, commands) = channel();
        let (tell_failed, failed) = watch::channel(false);
        let writer = Writer {
            database: database.clone(),
            clock: options.clock,
            queue: commands,
            failed: tell_failed,
            on_commit: options.on_commit,
        };
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run())
            .map_err(|e| OpenError::Broken { path: path.into(), reason: e.to_string() })?;
        let reader = Reader::new(database.clone());
        let places = Arc::default();
        Ok(Self { database, reader, queue: Some(queue), places, writer: Some(writer), failed, path: path.into() })
    }

    /// What is known now: for point reads and what has a small limit. Lists go through [`Self::read`].
    pub fn snapshot(&self) -> Result<Snapshot> {
        self.reader.snapshot()
    }

    /// Changes something: `decide` reads the state and says which events shall happen, at the instant it is given.
    /// Returns when they are on disk; or with what `decide` refused, and then nothing was written. It is not asked if the
    /// warrant is no longer good by then.
    ///
    /// Goes on even if the caller stops waiting. Refused with [`Kind::ResourceExhausted`] while too many wait already, of
    /// everybody or of this account (`places` says how many).
    pub async fn change<T, F>(&self, warrant: Warrant, decide: F) -> Result<Changed<T>>
    where
        T: Send + 'static,
        F: FnOnce(&State<'_>, Timestamp) -> Result<Decision<T>> + Send + 'static,
    {
        let answer = self.submit(warrant, decide)?;
        answer.await.unwrap_or_else(|_| Err(Error::unavailable(CHANGES_NOT_STORED)))
    }

    /// [`Self::change`] for callers without a runtime: the command line.
    pub fn change_blocking<T, F>(&self, warrant: Warrant, decide: F) -> Result<Changed<T>>
    where
        T: Send + 'static,
        F: FnOnce(&State<'_>, Timestamp) -> Result<Decision<T>> + Send + 'static,
    {
        let answer = self.submit(warrant, decide)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(Error::unavailable(CHANGES_NOT_STORED)))
    }

    fn submit<T, F>(&self, warrant: Warrant, decide: F) -> Result<oneshot::Receiver<Result<Changed<T>>>>
    where
        T: Send + 'static,
        F: FnOnce(&State<'_>, Timestamp) -> Result<Decision<T>> + Send + 'static,
    {
        let place = self.places.take(&warrant.editor).map_err(|none| match none {
            NoPlace::Full => Error::new(Kind::ResourceExhausted, "Too many changes are waiting; try again"),
            NoPlace::ShareTaken => Error::new(
                Kind::ResourceExhausted,
                "Too many changes of this caller are waiting; try again when some are answered",
            ),
        })?;
        let (reply, answer) = oneshot::channel();
        let command = Pending {
            editor: warrant.editor.clone(),
            decide: Some(|state: &State<'_>, now| {
                warrant.check(state, now)?;
                decide(state, now)
            }),
            outcome: Err(Error::unavailable(CHANGES_NOT_STORED)),
            receipts: Vec::new(),
            reply,
            place,
        };
        let queue = self.queue.as_ref().ok_or_else(|| Error::unavailable(CHANGES_NOT_STORED))?;
        queue.send(Box::new(command)).map_err(|_| Error::unavailable(CHANGES_NOT_STORED))?;
        Ok(answer)
    }

    /// The sealed key of this name.
    pub fn sealed_key(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let transaction = self.database.begin_read().map_err(Error::internal)?;
        let vault = transaction.open_table(VAULT).map_err(Error::internal)?;
        Ok(vault.get(name).map_err(Error::internal)?.map(|sealed| sealed.value().to_vec()))
    }

    /// How many events there are in all logs together.
    pub fn event_count(&self) -> Result<u64> {
        let transaction = self.database.begin_read().map_err(Error::internal)?;
        let positions = transaction.open_table(POSITIONS).map_err(Error::internal)?;
        let last = positions.last().map_err(Error::internal)?;
        Ok(last.map_or(0, |(position, _)| position.value()))
    }

    /// Whether changes are still accepted. Once false, it stays so until a restart.
    pub fn is_writable(&self) -> bool {
        // The writer is also gone if it panicked; then the channel is closed.
        self.failed.has_changed().is_ok() && !*self.failed.borrow()
    }

    /// Returns when changes are no longer accepted: the process should exit then, and be restarted.
    pub async fn failed(&self) {
        // An error says that the writer is gone, which is a failure as well.
        let _ = self.failed.clone().wait_for(|failed| *failed).await;
    }

    /// The size of the file. Zero if it is not a file.
    pub fn file_bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    pub(super) fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            // Only a panic in `apply` ends the writer early; it was logged, and the transaction was not committed.
            let _ = writer.join();
        }
    }
}

/// A new name is lost in a power cut unless its directory is synced as well as the file.
fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

fn builder(options: &Options) -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(options.cache_bytes);
    builder
}

fn open_error(path: &Path, error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::InUse { path: path.into() },
        other => OpenError::Broken { path: path.into(), reason: other.to_string() },
    }
}

fn broken_by(path: &Path, error: redb::Error) -> OpenError {
    OpenError::Broken { path: path.into(), reason: error.to_string() }
}

/// Looks at the file before it is opened for writing, which changes it, whosoever it is.
fn refuse_foreign(path: &Path, options: &Options) -> Result<(), OpenError> {
    match builder(options).open_read_only(path) {
        Ok(database) => require_format(path, &database),
        // What was not closed can be read only when it has been repaired.
        Err(DatabaseError::RepairAborted) => Ok(()),
        Err(error) => Err(open_error(path, error)),
    }
}

fn require_format(path: &Path, database: &impl ReadableDatabase) -> Result<(), OpenError> {
    match format_of(database).map_err(|e| broken_by(path, e))? {
        Some(FORMAT) => Ok(()),
        Some(found) => Err(OpenError::Format { path: path.into(), found }),
        None => Err(OpenError::Foreign { path: path.into() }),
    }
}

/// The file's format. `None` if it is new, or another program's.
fn format_of(database: &impl ReadableDatabase) -> Result<Option<u64>, redb::Error> {
    match database.begin_read()?.open_table(META) {
        Ok(meta) => Ok(meta.get(FORMAT_KEY)?.map(|format| format.value())),
        Err(TableError::Storage(error)) => Err(error.into()),
        // There is no table of this name, or one of another kind.
        Err(_) => Ok(None),
    }
}

/// Fills a new file with every table, so that readers need not ask whether there is one.
fn create_tables(database: &Database) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    // As the writer does, so that the first change is as safe as all later ones: after a commit in one phase, redb would
    // take the next one for done although it failed halfway.
    transaction.set_quick_repair(true);
    transaction.open_table(LOG)?;
    transaction.open_table(POSITIONS)?;
    transaction.open_table(STATE)?;
    transaction.open_table(VAULT)?;
    transaction.open_table(META)?.insert(FORMAT_KEY, FORMAT)?;
    transaction.commit()?;
    Ok(())
}

/// When the newest event happened that can be read: damage behind it, which `check` reports, must not disarm the guard.
fn newest_event_at(database: &Database) -> Result<Option<Timestamp>, redb::Error> {
    let transaction = database.begin_read()?;
    let events = transaction.open_table(LOG)?;
    for row in transaction.open_table(POSITIONS)?.iter()?.rev() {
        let (_, place) = row?;
        if let Some(event) = events.get(place.value())?.and_then(|bytes| log::read(bytes.value()).ok()) {
            return Ok(Some(event.at));
        }
    }
    Ok(None)
}
