//! `countersign rotate-signing-key`: the next token is signed by a new key.

use super::{
    ConfigOptions, Failure, failure,
    open::{Opened, runtime},
    serve::settings,
    terminal::say,
};
use crate::{app::settings, keys::MasterKey};

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let config = options.load()?;
    let serving = config.serving()?;
    let opened = Opened::existing(&config.storage)?;
    let master = MasterKey::read(&config.storage.master_key_path()).map_err(failure)?;
    let app = opened.into_app(master, settings(&config, &serving))?;
    let kid = runtime()?.block_on(settings::signing_keys::replace(&app))?;
    say(&format!("new {} key {kid}; restart the server to use it", config.tokens.signing_algorithm));
    Ok(())
}
