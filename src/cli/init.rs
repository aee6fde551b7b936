//! `countersign init`: a real server's first day.

use super::{ConfigOptions, Failure, failure, open::Opened, terminal::say};
use crate::{
    app::bootstrap::{self, Names},
    error::Error,
    keys::{MasterKey, file},
    random::Random,
};
use clap::Args;
use std::path::{Path, PathBuf};

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

pub fn run(options: Options) -> Result<(), Failure> {
    let config = options.config.load()?;
    let serving = config.serving()?;
    let database = &config.storage.path;
    if database.exists() {
        return Err(failure(format!("{}: there is a database already; nothing was changed", database.display())));
    }
    let token_file = options.token_file.unwrap_or_else(|| database.with_file_name("admin.pat"));
    if token_file.exists() {
        return Err(failure(format!("{}: there is such a file already; nothing was changed", token_file.display())));
    }
    let key_file = config.storage.master_key_path();
    let master = master_key(&key_file)?;
    let opened = Opened::existing_or_new(database, 16 << 20)?;
    let names = Names { host: serving.external_url.host(), org: &options.org, admin: &options.admin, demo: None };
    let keep = |created: &bootstrap::Created| {
        let token = created.admin_token.expose();
        file::create_private(&token_file, token.as_bytes()).map_err(|e| Error::invalid(e.to_string()))
    };
    let made = bootstrap::initialize(&opened.store, &master, &opened.clock, &opened.random, &names, keep);
    if let Err(error) = made {
        // An empty database would keep the next `init` from trying again.
        drop(opened);
        let _ = std::fs::remove_file(database);
        return Err(error.into());
    }
    say(&format!(
        "database             {}\nmaster key           {}  (keep a copy elsewhere: without it the database is worthless)\n\
         administrator token  {}",
        database.display(),
        key_file.display(),
        token_file.display(),
    ));
    Ok(())
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
