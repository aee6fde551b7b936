//! `countersign init`: a real server's first day.

use super::{
    ConfigOptions, Failure, failure,
    open::Opened,
    terminal::{note, say},
};
use crate::{
    app::bootstrap::{self, Names},
    config::{exposed_directory, missing_directory},
    error::Error,
    keys::{MasterKey, file},
    random::Random,
};
use clap::Args;
use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    config: ConfigOptions,
    /// The first organisation's name
    #[arg(long, value_name = "NAME", default_value = "Countersign")]
    org: String,
    /// The administrator's user name
    #[arg(long, value_name = "NAME", default_value = "admin")]
    admin: String,
    /// Where to write the administrator's personal access token [default: admin.pat beside the database]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

const CACHE_BYTES: usize = 16 << 20;

pub fn run(options: Options) -> Result<(), Failure> {
    let config = options.config.load()?;
    let issuer = options.config.issuer(&config)?;
    let database = &config.storage.path;
    let token_file = options.token_file.unwrap_or_else(|| database.with_file_name("admin.pat"));
    let _alone = lock_directory_of(database)?;
    let drafts = Drafts::of(database, &token_file);
    drafts.remove_leftovers()?;
    for (path, what) in [(database, "a database"), (&token_file, "such a file")] {
        if path.exists() {
            return Err(failure(format!("{}: there is {what} already; nothing was changed", path.display())));
        }
    }
    let key_file = config.storage.master_key_path();
    let master = master_key(&key_file)?;
    let names = Names { host: issuer.host(), org: &options.org, admin: &options.admin, demo: None };
    drafts.fill(&master, &names).and_then(|()| drafts.publish()).inspect_err(|_| drop(drafts.remove_leftovers()))?;
    say(&format!(
        "database             {}\nmaster key           {}  (keep a copy elsewhere: without it the database is worthless)\n\
         administrator token  {}",
        database.display(),
        key_file.display(),
        token_file.display(),
    ));
    if let Some(problem) = exposed_directory(database) {
        note(&format!("warning: {problem}"));
    }
    Ok(())
}

/// Keeps other `init`s out of the directory for as long as the lock is held, which ends with the process.
fn lock_directory_of(database: &Path) -> Result<File, Failure> {
    if let Some(problem) = missing_directory(database) {
        return Err(failure(problem));
    }
    let directory = database.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unusable = |e: io::Error| failure(format!("{}: {e}", directory.display()));
    let lock = File::open(directory).map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            Err(failure(format!("{}: another `countersign init` is at work here", directory.display())))
        }
        Err(TryLockError::Error(e)) => Err(unusable(e)),
    }
}

/// What `init` makes, under names of its own until all of it is whole: the token first, then the database, which is what
/// counts. Whatever instant the process is killed at, the next `init` can tell what it left.
struct Drafts<'a> {
    files: [Draft<'a>; 2],
}

struct Draft<'a> {
    path: PathBuf,
    /// The name that it shall have.
    goal: &'a Path,
}

impl<'a> Drafts<'a> {
    fn of(database: &'a Path, token: &'a Path) -> Self {
        Self { files: [token, database].map(Draft::of) }
    }

    /// Removes what an `init` left that was killed. Needs the lock.
    fn remove_leftovers(&self) -> Result<(), Failure> {
        let [token, database] = &self.files;
        // Without its database the token opens nothing.
        if token.is_published() && !database.goal.exists() {
            remove(token.goal)?;
        }
        remove(&token.path)?;
        remove(&database.path)
    }

    /// Makes the database, and writes down the administrator's token.
    fn fill(&self, master: &MasterKey, names: &Names<'_>) -> Result<(), Failure> {
        let [token, database] = &self.files;
        let opened = Opened::new(&database.path, CACHE_BYTES)?;
        let keep = |created: &bootstrap::Created| {
            let text = created.admin_token.expose();
            file::create_private(&token.path, text.as_bytes()).map_err(|e| Error::invalid(e.to_string()))
        };
        bootstrap::initialize(&opened.store, master, &opened.clock, &opened.random, names, keep)?;
        Ok(())
    }

    fn publish(&self) -> Result<(), Failure> {
        self.files.iter().try_for_each(|draft| file::link(&draft.path, draft.goal)).map_err(failure)?;
        self.files.iter().try_for_each(|draft| remove(&draft.path))
    }
}

impl<'a> Draft<'a> {
    fn of(goal: &'a Path) -> Self {
        let name = goal.file_name().unwrap_or_default().display().to_string();
        Self { path: goal.with_file_name(format!(".{name}.init")), goal }
    }

    /// Whether the file has both names.
    fn is_published(&self) -> bool {
        let identity = |path: &Path| fs::symlink_metadata(path).map(|about| (about.dev(), about.ino())).ok();
        identity(self.goal).is_some_and(|goal| Some(goal) == identity(&self.path))
    }
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failure(format!("{}: {e}", path.display()))),
        _ => Ok(()),
    }
}

/// The key in the file, which an operator may have put there, or a new one.
pub fn master_key(path: &Path) -> Result<MasterKey, Failure> {
    if path.exists() {
        return MasterKey::read(path).map_err(failure);
    }
    let master = MasterKey::generate(&Random::from_os()?);
    master.write_new(path).map_err(failure)?;
    Ok(master)
}
