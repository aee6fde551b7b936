//! The settings and their defaults. `config/countersign.toml` explains each to the operator.

use super::{
    error::ConfigError,
    external_url::ExternalUrl,
    networks::Networks,
    quantity::{Bytes, Count, GIB, HOUR, MIB, Seconds},
};
use crate::{
    authn,
    keys::Algorithm,
    limits::{MAX_ROTATION_GRACE, MAX_TOKEN_SECONDS, MIN_TOKEN_SECONDS},
    telemetry::logs,
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

/// How the server runs. Read once; what a reload may change is said at the field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// The issuer. `serve` needs it: see [`Config::serving`].
    pub external_url: Option<ExternalUrl>,
    pub server: Server,
    pub tls: Tls,
    pub storage: Storage,
    pub tokens: Tokens,
    pub secrets: Secrets,
    pub logs: Logs,
    pub metrics: Metrics,
    pub throttle: Throttle,
}

/// The listener.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    pub listen: SocketAddr,
    /// Connections at a time; further ones wait to be accepted.
    pub max_connections: Count<1, 1_000_000>,
    /// How long requests in flight may take to finish when the server stops.
    pub drain: Seconds<0, 600>,
    /// Who may say for whom a request is.
    pub trusted_proxies: Networks,
    /// Whether they say it at the beginning of each connection.
    pub proxy_protocol: bool,
}

/// Either `certificate` and `key`, or `self_signed`: [`Config::serving`] says which.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tls {
    /// PEM: the certificate, then its intermediates. The file is read again on reload.
    pub certificate: Option<PathBuf>,
    /// PEM: PKCS #8, PKCS #1 or SEC1. The file is read again on reload.
    pub key: Option<PathBuf>,
    /// A certificate made here, which clients trust only if they are given the CA in `ca.pem` beside the database.
    pub self_signed: bool,
}

/// The database and the key that seals its secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Storage {
    pub path: PathBuf,
    /// Where it is by default: [`Storage::master_key_path`].
    pub master_key: Option<PathBuf>,
    /// How much of the database is kept in memory.
    pub cache: Bytes<MIB, { 1024 * GIB }>,
    /// Whether to go by the clock although the newest event is much later.
    pub accept_later_events: bool,
}

/// What is minted.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    pub access_token_lifetime: Seconds<MIN_TOKEN_SECONDS, MAX_TOKEN_SECONDS>,
    pub id_token_lifetime: Seconds<MIN_TOKEN_SECONDS, MAX_TOKEN_SECONDS>,
    /// What new JWTs are signed with.
    pub signing_algorithm: Algorithm,
    /// The `typ` of access tokens.
    pub jwt_type: JwtType,
}

/// Client secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Secrets {
    /// How long a secret still counts that another one replaced, unless the request says it.
    pub rotation_grace: Seconds<0, { MAX_ROTATION_GRACE.as_secs() }>,
}

/// The `typ` header of JWT access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwtType {
    Jwt,
    /// RFC 9068.
    AtJwt,
}

/// Lines on standard error.
#[derive(Debug, Clone, PartialEq)]
pub struct Logs {
    pub format: logs::Format,
    /// Changes on reload.
    pub level: logs::Level,
}

/// Numbers for Prometheus.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// Whether `/debug/metrics` answers.
    pub enabled: bool,
}

/// How whoever guesses is slowed down.
#[derive(Debug, Clone, PartialEq)]
pub struct Throttle {
    pub enabled: bool,
    /// Free failures for one account from one address.
    pub failures: Count<1, 1000>,
    /// Free failures from one address for all accounts.
    pub failures_per_address: Count<1, 100_000>,
    /// The longest wait.
    pub longest_wait: Seconds<1, 3600>,
}

/// What must be set before the server can serve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Serving<'a> {
    pub external_url: &'a ExternalUrl,
    pub tls: TlsSource<'a>,
}

/// Where the server's certificate comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TlsSource<'a> {
    Files { certificate: &'a PathBuf, key: &'a PathBuf },
    SelfSigned,
}

impl Config {
    /// What has no default and every command needs that makes or changes something.
    pub fn issuer(&self) -> Result<&ExternalUrl, ConfigError> {
        let missing = "external_url: not set; set it to the URL by which clients reach the server, such as \
                       \"https://id.example.org\": every token names it as its issuer";
        self.external_url.as_ref().ok_or_else(|| ConfigError::new(vec![missing.to_owned()]))
    }

    /// What `serve` needs beyond defaults. The error names everything that is missing.
    pub fn serving(&self) -> Result<Serving<'_>, ConfigError> {
        match (self.issuer(), self.tls.source(), self.server.proxies()) {
            (Ok(external_url), Ok(tls), Ok(())) => Ok(Serving { external_url, tls }),
            (url, tls, proxies) => {
                let missing = url.err().map_or_else(Vec::new, |error| error.problems().to_vec());
                Err(ConfigError::new(missing.into_iter().chain(tls.err()).chain(proxies.err()).collect()))
            }
        }
    }
}

impl JwtType {
    /// As it stands in a token's header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jwt => "JWT",
            Self::AtJwt => "at+jwt",
        }
    }
}

impl Server {
    fn proxies(&self) -> Result<(), String> {
        match self.proxy_protocol && self.trusted_proxies.as_slice().is_empty() {
            true => Err("server.proxy_protocol: needs server.trusted_proxies, or nobody could connect".into()),
            false => Ok(()),
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8443)),
            max_connections: Count::of::<4096>(),
            drain: Seconds::of::<25>(),
            trusted_proxies: Networks::default(),
            proxy_protocol: false,
        }
    }
}

impl Tls {
    fn source(&self) -> Result<TlsSource<'_>, String> {
        let problem = match (&self.certificate, &self.key, self.self_signed) {
            (Some(certificate), Some(key), false) => return Ok(TlsSource::Files { certificate, key }),
            (None, None, true) => return Ok(TlsSource::SelfSigned),
            (_, _, true) => "tls.self_signed: excludes tls.certificate and tls.key; set only one of the two",
            (None, None, false) => "tls.certificate: not set; set it and tls.key, or tls.self_signed = true to try out",
            (None, Some(_), false) => "tls.certificate: not set, although tls.key is",
            (Some(_), None, false) => "tls.key: not set, although tls.certificate is",
        };
        Err(problem.to_owned())
    }
}

impl Storage {
    /// The configured file, or `master.key` next to the database.
    pub fn master_key_path(&self) -> PathBuf {
        self.master_key.clone().unwrap_or_else(|| self.path.with_file_name("master.key"))
    }
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            path: "/var/lib/countersign/countersign.redb".into(),
            master_key: None,
            cache: Bytes::of::<{ 64 * MIB }>(),
            accept_later_events: false,
        }
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            access_token_lifetime: Seconds::of::<{ 12 * HOUR }>(),
            id_token_lifetime: Seconds::of::<{ 12 * HOUR }>(),
            signing_algorithm: Algorithm::Rs256,
            jwt_type: JwtType::Jwt,
        }
    }
}

impl Default for Secrets {
    fn default() -> Self {
        Self { rotation_grace: Seconds::of::<0>() }
    }
}

impl Default for Logs {
    fn default() -> Self {
        Self { format: logs::Format::Text, level: logs::Level::Info }
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            enabled: true,
            failures: Count::of::<5>(),
            failures_per_address: Count::of::<100>(),
            longest_wait: Seconds::of::<300>(),
        }
    }
}

impl Throttle {
    /// What the server goes by.
    pub fn in_effect(&self) -> Option<authn::Throttle> {
        let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        self.enabled.then(|| authn::Throttle {
            failures: count(self.failures.get()),
            failures_of_network: count(self.failures_per_address.get()),
            longest: self.longest_wait.duration(),
        })
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self { enabled: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serving_needs_an_issuer_and_one_kind_of_certificate() {
        let nothing = Config::default().serving().expect_err("nothing is set").to_string();
        assert!(nothing.contains("external_url: not set") && nothing.contains("tls.certificate: not set"), "{nothing}");

        let external_url = ExternalUrl::parse("https://id.example.org");
        let mut config = Config { external_url, ..Config::default() };
        config.tls.self_signed = true;
        let serving = config.serving().expect("complete");
        assert_eq!((serving.external_url.host(), serving.tls), ("id.example.org", TlsSource::SelfSigned));

        config.tls.key = Some("key.pem".into());
        assert!(config.serving().expect_err("both").to_string().contains("excludes"));
        config.tls.self_signed = false;
        assert!(config.serving().expect_err("half").to_string().contains("although tls.key is"));
        config.tls.certificate = Some("crt.pem".into());
        assert!(matches!(config.serving().expect("complete").tls, TlsSource::Files { .. }));

        config.server.proxy_protocol = true;
        assert!(config.serving().expect_err("nobody may").to_string().contains("needs server.trusted_proxies"));
    }
}
