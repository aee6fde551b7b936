//! TLS: the settings of the one port, and a certificate that can be exchanged while it is open.

use super::{certificate::Files, drain::Shutdown};
use crate::error::{Error, Result};
use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::{
        CryptoProvider,
        aws_lc_rs::{Ticketer, default_provider},
    },
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// What a listener needs to speak TLS 1.2 and 1.3 (RFC 5246, RFC 8446). Clones share one certificate.
#[derive(Debug, Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    current: Arc<Current>,
    files: Arc<Files>,
}

/// The certificate that new handshakes are shown.
#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl Tls {
    /// From a PEM chain and a PEM key (PKCS#8, PKCS#1 or SEC 1), which [`Self::reload`] reads again.
    ///
    /// Fails if a file is missing or not what it should be, if others may read the key, or if the two do not belong
    /// together. The error's message names the file and says what to do.
    pub fn from_files(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Result<Self> {
        let files = Files { certificate: certificate.into(), key: key.into() };
        let provider = default_provider();
        let first = files.load(&provider)?;
        Self::new(first, files, provider)
    }

    /// Reads the files again. Handshakes from now on see the new certificate; connections that are open stay open.
    ///
    /// If the new files are no good the old certificate stays, a warning is logged, and the error is returned.
    pub fn reload(&self) -> Result<()> {
        let files = &self.files;
        match files.load(self.config.crypto_provider()) {
            Ok(fresh) => {
                self.current.0.store(Arc::new(fresh));
                tracing::info!(certificate = %files.certificate.display(), "the TLS certificate was loaded again");
                Ok(())
            }
            Err(error) => {
                tracing::warn!(reason = %error.message, "the TLS certificate was not loaded again, the old one stays");
                Err(error)
            }
        }
    }

    /// Looks at the files at this interval and reloads when they have changed, until the shutdown begins.
    ///
    /// A file that cannot be used is reported once, not at every look: the next change of either file tries again. So
    /// a renewal that replaces the two files one after the other needs no care.
    pub async fn follow(self, interval: Duration, shutdown: Shutdown) {
        let mut seen = self.files.stamp();
        let watch = async {
            loop {
                tokio::time::sleep(interval).await;
                // Taken before the files are read, so that a change in between is seen at the next look.
                let stamp = self.files.stamp();
                if stamp != seen {
                    seen = stamp;
                    // Logged by `reload`, and the old certificate goes on.
                    let _ = self.reload();
                }
            }
        };
        tokio::select! {
            () = shutdown.wait() => {}
            () = watch => {}
        }
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    fn new(first: CertifiedKey, files: Files, provider: CryptoProvider) -> Result<Self> {
        let current = Arc::new(Current(ArcSwap::from_pointee(first)));
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(Error::internal)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // Tickets need no memory per client, unlike sessions kept here; their keys live in memory and rotate.
        config.ticketer = Ticketer::new().map_err(Error::internal)?;
        Ok(Self { config: Arc::new(config), current, files: Arc::new(files) })
    }
}

impl ResolvesServerCert for Current {
    /// One certificate for every name: clients that connect by address send none.
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}
