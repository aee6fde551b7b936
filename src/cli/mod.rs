//! The command line. Each command is a file; what they share is in `open` and `terminal`.

mod check;
mod dev;
mod import;
mod init;
mod open;
mod recover;
mod rotate;
mod serve;
mod terminal;

use crate::{
    config::{Config, ConfigError, ExternalUrl, Overrides, Serving, check_config, environment},
    error::Error,
};
use clap::{Args, Parser, Subcommand};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Identities for machines: service accounts, secrets and tokens from one binary, with nothing beside it.
#[derive(Parser)]
#[command(name = "countersign", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a server to try things out: everything is made on the fly, on this machine only
    Dev(dev::Options),
    /// Create the database, the master key and the first administrator of a real server
    Init(init::Options),
    /// Run the server
    Serve(ConfigOptions),
    /// Print a configuration to begin with: every key, explained, with its default
    Config,
    /// Say what is wrong with a configuration, or show what it amounts to
    CheckConfig(CheckConfigOptions),
    /// Replay the log of a stopped server and compare it with what requests read
    Check(ConfigOptions),
    /// Give a stopped server a new signing key; the old one stays published until its last token ends
    ///
    /// A running server is told by POST /v1/signing_keys/_rotate instead.
    RotateSigningKey(ConfigOptions),
    /// Take the organisations, machine users and secrets of another system into a stopped server
    Import(import::Options),
    /// Let the operator of a stopped server in again: give a machine user the role IAM_OWNER, and a token for a day
    Recover(recover::Options),
}

/// Where the configuration comes from. Flags overrule the environment, which overrules the file.
#[derive(Args)]
struct ConfigOptions {
    /// The configuration file; `countersign config` prints one to begin with
    #[arg(long, env = "COUNTERSIGN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Args)]
struct CheckConfigOptions {
    /// The configuration file, as --config names it for every command
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigOptions,
}

/// Settings on the command line.
#[derive(Args)]
struct Flags {
    /// Set one key, as in --set tokens.access_token_lifetime=1h
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    set: Vec<(String, String)>,
}

/// The file that explains every key, for those who have the program alone.
const REFERENCE: &str = include_str!("../../config/countersign.toml");

/// Why a command failed: what is printed before the process exits with 1.
struct Failure(String);

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Dev(options) => dev::run(options),
        Command::Init(options) => init::run(options),
        Command::Serve(options) => serve::run(&options),
        Command::Config => {
            terminal::say(REFERENCE.trim_end());
            Ok(())
        }
        Command::CheckConfig(options) => report(&options),
        Command::Check(options) => check::run(&options),
        Command::RotateSigningKey(options) => rotate::run(&options),
        Command::Import(options) => import::run(&options),
        Command::Recover(options) => recover::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(reason)) => {
            terminal::complain(&reason);
            ExitCode::FAILURE
        }
    }
}

fn report(options: &CheckConfigOptions) -> Result<(), Failure> {
    let CheckConfigOptions { file, config } = options;
    let file = file.as_deref().or(config.config.as_deref());
    let report = check_config(file, environment(), config.flags.overrides());
    terminal::say(&report.map_err(|error| incomplete(file, error))?);
    Ok(())
}

/// A configuration that says too little may be one that was not named.
fn incomplete(file: Option<&Path>, error: ConfigError) -> Failure {
    match file {
        Some(_) => error.into(),
        None => Failure(format!("{error}\nThere is no configuration file: name one with --config FILE")),
    }
}

impl ConfigOptions {
    fn load(&self) -> Result<Config, Failure> {
        Ok(Config::load(self.config.as_deref(), environment(), self.flags.overrides())?)
    }

    /// What a command needs to know that makes or changes something, with the server stopped.
    fn issuer<'a>(&self, config: &'a Config) -> Result<&'a ExternalUrl, Failure> {
        config.issuer().map_err(|error| incomplete(self.config.as_deref(), error))
    }

    /// What only a server needs to know.
    fn serving<'a>(&self, config: &'a Config) -> Result<Serving<'a>, Failure> {
        config.serving().map_err(|error| incomplete(self.config.as_deref(), error))
    }
}

impl Flags {
    fn overrides(&self) -> Overrides {
        let mut overrides = Overrides::default();
        for (key, value) in &self.set {
            overrides.set(format!("--set {key}"), key, value);
        }
        overrides
    }
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error.reason())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self(error.to_string())
    }
}

/// For errors whose text is for the operator.
fn failure(error: impl std::fmt::Display) -> Failure {
    Failure(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
