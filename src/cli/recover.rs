//! `countersign recover`: the way back in, when no administrator can act any more.

use super::{ConfigOptions, Failure, open::Opened, serve::settings, terminal::say};
use crate::{
    app::recovery::{self, Recovered},
    error::Error,
    keys::file,
};
use clap::Args;
use std::{fs, path::PathBuf};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    config: ConfigOptions,
    /// The machine user that shall be the administrator; it is made if there is none of this name
    #[arg(long, value_name = "NAME", default_value = "recovery")]
    user: String,
    /// Where to write the personal access token [default: recovery.pat beside the database]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Print the token, and write no file
    #[arg(long, conflicts_with = "token_file")]
    print: bool,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let config = options.config.load()?;
    let issuer = options.config.issuer(&config)?;
    let opened = Opened::existing(&config.storage)?;
    let app = opened.into_app(&config.storage.master_key_path(), settings(&config, issuer))?;
    let beside = || config.storage.path.with_file_name("recovery.pat");
    let token_file = (!options.print).then(|| options.token_file.clone().unwrap_or_else(beside));
    let mut said = String::new();
    let mut written = false;
    let keep = |recovered: &Recovered| {
        let Recovered { user_name, token, expires } = recovered;
        let place = match &token_file {
            Some(path) => {
                file::create_private(path, token.expose().as_bytes()).map_err(|e| Error::invalid(e.to_string()))?;
                written = true;
                path.display().to_string()
            }
            None => token.expose().to_owned(),
        };
        said = format!(
            "administrator        {user_name}\ntoken                {place}\ngood until           {}",
            expires.to_rfc3339()
        );
        Ok(())
    };
    if let Err(error) = recovery::recover(&app, &options.user, keep) {
        if let Some(path) = token_file.filter(|_| written) {
            // It opens nothing.
            let _ = fs::remove_file(path);
        }
        return Err(error.into());
    }
    say(&said);
    Ok(())
}
