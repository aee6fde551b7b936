//! The server's settings: flags over environment over file over defaults.
//!
//! * The file is TOML; `config/countersign.toml` is its reference, with every key and its default.
//! * A key is set from the environment by `COUNTERSIGN_` and its path in capitals, with two underscores between section
//!   and key: `server.listen` is `COUNTERSIGN_SERVER__LISTEN`. A variable that begins so and names no key is an error,
//!   but for `COUNTERSIGN_CONFIG` (the file's path) and what Kubernetes sets for a Service of this name.
//! * Under systemd, the credentials `master.key`, `tls.crt` and `tls.key` stand in for the defaults of their keys.
//!
//! Whatever is wrong is reported at once and with its place; nothing is silently ignored or corrected. No setting holds
//! a secret, only the paths of files that do.

mod error;
mod external_url;
mod files;
mod keys;
mod layers;
mod networks;
mod quantity;
mod report;
mod settings;
mod value;

pub use error::ConfigError;
pub use external_url::ExternalUrl;
pub use files::{exposed_directory, missing_directory};
pub use quantity::{Bytes, Count, Seconds};
pub use report::check_config;
pub use settings::{Config, JwtType, Logs, Metrics, Server, Serving, Storage, Tls, TlsSource, Tokens};

use layers::Layers;
use std::{net::SocketAddr, path::Path};

/// What the command line sets. It overrules everything else.
#[derive(Debug, Clone, Default)]
pub struct Overrides(Vec<Override>);

#[derive(Debug, Clone)]
struct Override {
    flag: String,
    path: String,
    value: String,
}

impl Config {
    /// Reads the settings from `file` (defaults only, if there is none), the environment and the command line.
    /// Fails with every problem of all of them. Looks at no other file: [`check_config`] does.
    pub fn load(
        file: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
        overrides: Overrides,
    ) -> Result<Self, ConfigError> {
        Layers::read(file, env, &overrides).map(|layers| layers.config)
    }

    /// Reads the settings from the text of a file alone, for the fuzzer.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Layers::of_text(text).map(|layers| layers.config)
    }
}

impl Overrides {
    /// Sets the key at `path`. `flag` is what the operator wrote, such as `--listen`, for errors and reports.
    pub fn set(&mut self, flag: impl Into<String>, path: impl Into<String>, value: impl Into<String>) {
        self.0.push(Override { flag: flag.into(), path: path.into(), value: value.into() });
    }
}

/// An address to listen on, as the key `server.listen` has it; or what is wrong with it.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    value::Value::read(&value::Raw::Text(text))
}

/// The process's environment, as far as it can concern the settings. Bytes that are no UTF-8 become U+FFFD, so that the
/// error is about the variable; `std::env::vars` would end the process.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (lossy(name), lossy(value)))
}

#[cfg(test)]
mod tests;
