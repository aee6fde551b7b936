//! `countersign dev`: a whole server from nothing, for one machine and its user.

mod directory;
mod greeting;

use super::{
    Failure, failure,
    open::{Opened, runtime},
};
use crate::{
    app::{
        Settings,
        bootstrap::{self, Names},
    },
    config::{self, Config},
    daemon,
    error::Error,
    server::{LocalCa, Server, ServerOptions, Shutdown, Tls, signals::Signals},
    telemetry::logs,
};
use clap::Args;
use directory::{Demo, Directory};
use std::{net::SocketAddr, path::PathBuf};

#[derive(Args)]
pub struct Options {
    /// Keep everything in this directory [default: a fresh temporary one, removed on exit]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address and port; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8443", value_parser = config::address)]
    listen: SocketAddr,
    /// Accept a --listen address that other machines can reach
    #[arg(long)]
    allow_remote: bool,
    /// Write a JSON description of the server to this file once it answers
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Print nothing
    #[arg(long)]
    quiet: bool,
}

const CACHE_BYTES: usize = 64 << 20;

pub fn run(options: Options) -> Result<(), Failure> {
    if !options.listen.ip().is_loopback() && !options.allow_remote {
        return Err(failure(format!(
            "{} can be reached from other machines, and the server's secrets are made for trying out; \
             use a loopback address, or --allow-remote if you mean it",
            options.listen
        )));
    }
    logs::init(logs::Format::Text, logs::Level::Warn);
    let directory = Directory::open(options.data_dir.clone())?;
    let opened = Opened::existing_or_new(&directory.database(), CACHE_BYTES)?;
    let demo = prepare(&directory, &opened)?;
    let ca = LocalCa::create_or_load(directory.path(), &[], opened.clock.now())?;
    let tls = Tls::from_files(ca.certificate, ca.key)?;
    runtime()?.block_on(serve(&options, &directory, tls, opened, &demo))
}

/// Reads what an earlier start left, or fills the directory.
fn prepare(directory: &Directory, opened: &Opened) -> Result<Demo, Failure> {
    let is_filled = opened.store.snapshot()?.state().find_instance()?.is_some();
    if is_filled {
        return directory.read_demo();
    }
    let master = super::init::master_key(&directory.master_key())?;
    let names = Names { host: "localhost", org: "Dev", admin: "admin", demo: Some("demo") };
    let keep = |created: &bootstrap::Created| directory.write(created).map_err(|e| Error::invalid(e.0));
    bootstrap::initialize(&opened.store, &master, &opened.clock, &opened.random, &names, keep)?;
    directory.read_demo()
}

async fn serve(options: &Options, directory: &Directory, tls: Tls, opened: Opened, demo: &Demo) -> Result<(), Failure> {
    let shutdown = Shutdown::new();
    let signals = Signals::install()?;
    let bound = Server::bind(ServerOptions::new(options.listen, tls.clone(), opened.metrics.clone())).await?;
    let url = format!("https://localhost:{}", bound.local_addr().port());
    let app = opened.into_app(&directory.master_key(), settings(url.clone()))?;
    let served = tokio::spawn(daemon::serve(bound, app, shutdown.clone()));
    tokio::spawn(signals.run(shutdown, move || {
        // It has logged what is wrong, and the old certificate goes on.
        let _ = tls.reload();
    }));
    if let Some(file) = &options.ready_file {
        greeting::write_ready_file(file, &url, directory, demo)?;
    }
    if !options.quiet {
        super::terminal::say(&greeting::text(&url, directory, demo));
    }
    served.await.map_err(failure)??;
    Ok(())
}

/// The defaults of a real server.
fn settings(issuer: String) -> Settings {
    let Config { tokens, secrets, .. } = Config::default();
    Settings {
        issuer,
        host: "localhost".into(),
        access_token_lifetime: tokens.access_token_lifetime.duration(),
        id_token_lifetime: tokens.id_token_lifetime.duration(),
        rotation_grace: secrets.rotation_grace.duration(),
        signing_algorithm: tokens.signing_algorithm,
        jwt_type: tokens.jwt_type.name().into(),
        metrics: true,
        throttle: Config::default().throttle.in_effect(),
        trusted_proxies: Vec::new(),
    }
}
