//! `countersign serve`: a real server.

use super::{
    ConfigOptions, Failure, failure,
    open::{Opened, runtime},
};
use crate::{
    app::{App, Settings},
    config::{Config, ExternalUrl, Serving, TlsSource},
    daemon,
    limits::TLS_POLL_INTERVAL,
    server::{LocalCa, Server, ServerOptions, Shutdown, Tls, signals::Signals, systemd},
    telemetry::logs,
    time::Clock,
};

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let config = options.load()?;
    let level = logs::init(config.logs.format, config.logs.level);
    let serving = options.serving(&config)?;
    let opened = Opened::existing(&config.storage)?;
    let tls = tls(&config, &serving, &opened.clock)?;
    let app = opened.into_app(&config.storage.master_key_path(), settings(&config, serving.external_url))?;
    let reload_level = || match (&level, options.load()) {
        (Some(handle), Ok(fresh)) => handle.set(fresh.logs.level),
        (None, Ok(_)) => {}
        (_, Err(Failure(reason))) => tracing::warn!(reason, "the configuration is wrong; the old log level stays"),
    };
    runtime()?.block_on(serve(&config, &serving, tls, app, reload_level))
}

async fn serve(
    config: &Config,
    serving: &Serving<'_>,
    tls: Tls,
    app: App,
    reload_level: impl Fn(),
) -> Result<(), Failure> {
    let shutdown = Shutdown::new();
    let signals = Signals::install()?;
    let max_connections = usize::try_from(config.server.max_connections.get()).unwrap_or(usize::MAX);
    let bound = Server::bind(ServerOptions {
        max_connections,
        drain_limit: config.server.drain.duration(),
        proxy_protocol: config.server.proxy_protocol.then(|| config.server.trusted_proxies.as_slice().into()),
        ..ServerOptions::new(config.server.listen, tls.clone(), app.metrics.clone())
    })
    .await?;
    let status = format!("serving {} on {}", serving.external_url, bound.local_addr());
    let watched = app.clone();
    let beside = async {
        tokio::join!(
            tls.clone().follow(TLS_POLL_INTERVAL, shutdown.clone()),
            systemd::watchdog(move || watched.store.is_writable()),
            signals.run(shutdown.clone(), || {
                systemd::reloading();
                reload_level();
                // It has logged what is wrong, and the old certificate goes on.
                let _ = tls.reload();
                systemd::ready(&status);
            }),
            async {
                shutdown.wait().await;
                systemd::stopping();
            },
        )
    };
    tracing::info!("{status}");
    systemd::ready(&status);
    tokio::select! {
        served = daemon::serve(bound, app, shutdown.clone()) => Ok(served?),
        _ = beside => Err(failure("the tasks beside the server ended")),
    }
}

fn tls(config: &Config, serving: &Serving<'_>, clock: &Clock) -> Result<Tls, Failure> {
    match serving.tls {
        TlsSource::Files { certificate, key } => Ok(Tls::from_files(certificate, key)?),
        TlsSource::SelfSigned => {
            let dir = config.storage.path.parent().unwrap_or_else(|| std::path::Path::new("."));
            let ca = LocalCa::create_or_load(dir, &[serving.external_url.host().to_owned()], clock.now())?;
            tracing::warn!(ca = %ca.ca.display(), "the certificate is self-signed: clients must be given this CA");
            Ok(Tls::from_files(ca.certificate, ca.key)?)
        }
    }
}

/// What use cases need to know of the configuration.
pub fn settings(config: &Config, issuer: &ExternalUrl) -> Settings {
    Settings {
        issuer: issuer.as_str().to_owned(),
        host: issuer.host().to_owned(),
        access_token_lifetime: config.tokens.access_token_lifetime.duration(),
        id_token_lifetime: config.tokens.id_token_lifetime.duration(),
        rotation_grace: config.secrets.rotation_grace.duration(),
        signing_algorithm: config.tokens.signing_algorithm,
        jwt_type: config.tokens.jwt_type.name().to_owned(),
        metrics: config.metrics.enabled,
        throttle: config.throttle.in_effect(),
        trusted_proxies: config.server.trusted_proxies.as_slice().to_vec(),
    }
}
