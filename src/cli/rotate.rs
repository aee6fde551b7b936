//! `countersign rotate-signing-key`: the next token is signed by a new key.

use super::{
    ConfigOptions, Failure,
    open::{Opened, runtime},
    serve::settings,
    terminal::say,
};
use crate::app::settings;

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let config = options.load()?;
    let issuer = options.issuer(&config)?;
    let opened = Opened::existing(&config.storage)?;
    let app = opened.into_app(&config.storage.master_key_path(), settings(&config, issuer))?;
    let kid = runtime()?.block_on(settings::signing_keys::replace(&app))?;
    say(&format!("new {} key {kid}; restart the server to use it", config.tokens.signing_algorithm));
    Ok(())
}
