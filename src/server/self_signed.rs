//! A certificate for a machine that has none: a small authority of its own, and one certificate signed by it.

use super::{
    certificate::{Pem, parse},
    files,
};
use crate::{
    error::{Error, Result},
    keys::file,
    time::Timestamp,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// How long a certificate made here lives. Apple's clients refuse more than 398 days.
const LIFE: Duration = Duration::from_secs(397 * DAY);
/// One with less time left than this is replaced at the next start.
const RENEW_BEFORE: Duration = Duration::from_secs(30 * DAY);
/// How far a client's clock may lag behind.
const CLOCK_SKEW: Duration = Duration::from_secs(3600);
const DAY: u64 = 86_400;

/// The names that every certificate made here is for.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Where a local authority keeps its files. Only the owner may read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalCa {
    /// The authority's certificate, for clients to trust.
    pub ca: PathBuf,
    /// The server's certificate.
    pub certificate: PathBuf,
    /// The server's private key.
    pub key: PathBuf,
}

impl LocalCa {
    /// The certificate in `dir`, or a new one if there is none that a client would accept for `localhost`,
    /// `127.0.0.1`, `::1` and all of `names` for another 30 days. Names are DNS names or addresses.
    ///
    /// The authority's key is forgotten as soon as it has signed: whoever trusts `ca.pem` trusts this one certificate,
    /// and nobody can make another. A new certificate therefore comes with a new `ca.pem`.
    ///
    /// Fails if a name cannot stand in a certificate or the directory cannot be written.
    pub fn create_or_load(dir: &Path, names: &[String], now: Timestamp) -> Result<Self> {
        let tls = dir.join("tls");
        let paths = Self { ca: dir.join("ca.pem"), certificate: tls.join("cert.pem"), key: tls.join("key.pem") };
        let names: Vec<String> = LOCAL_NAMES.into_iter().map(String::from).chain(names.iter().cloned()).collect();
        if !paths.are_good(&names, now + RENEW_BEFORE) {
            files::create_private_dir(&tls)?;
            let made = Made::new(names, now).map_err(|e| Error::invalid(format!("cannot make a certificate: {e}")))?;
            file::write_private_atomically(&paths.key, made.key.as_bytes())?;
            file::write_private_atomically(&paths.certificate, made.certificate.as_bytes())?;
            file::write_private_atomically(&paths.ca, made.ca.as_bytes())?;
        }
        Ok(paths)
    }

    /// Whether a client that trusts the authority would accept the server under each name at that time, and the key is
    /// the certificate's. This also finds files that were lost, cut short, or come from two different runs.
    fn are_good(&self, names: &[String], at: Timestamp) -> bool {
        self.verify(names, at).is_some()
    }

    fn verify(&self, names: &[String], at: Timestamp) -> Option<()> {
        let (ca, certificate) = (files::read(&self.ca).ok()?, files::read(&self.certificate).ok()?);
        let key = file::read_private(&self.key).ok()?;
        let provider = Arc::new(default_provider());
        let pair = parse(Pem { name: "", text: &certificate }, Pem { name: "", text: &key }, &provider).ok()?;

        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&ca).ok()?).ok()?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().ok()?;
        let at = UnixTime::since_unix_epoch(Duration::from_secs(at.seconds().try_into().ok()?));
        for name in names {
            let name = ServerName::try_from(name.as_str()).ok()?;
            verifier.verify_server_cert(pair.end_entity_cert().ok()?, &[], &name, &[], at).ok()?;
        }
        Some(())
    }
}

/// What is written, as PEM.
struct Made {
    ca: String,
    certificate: String,
    key: zeroize::Zeroizing<String>,
}

impl Made {
    fn new(names: Vec<String>, now: Timestamp) -> Result<Self, rcgen::Error> {
        let mut ca = valid_from(now, CertificateParams::new(Vec::new())?, "Countersign local CA");
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(ca, KeyPair::generate()?)?;

        let mut leaf = valid_from(now, CertificateParams::new(names)?, "Countersign");
        leaf.is_ca = IsCa::ExplicitNoCa;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // RFC 5280 section 4.2.1.1 demands it, and OpenSSL's strict mode, Python's default, checks.
        leaf.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = leaf.signed_by(&key, &issuer)?;

        Ok(Self { ca: issuer.pem(), certificate: certificate.pem(), key: key.serialize_pem().into() })
    }
}

fn valid_from(now: Timestamp, mut params: CertificateParams, common_name: &str) -> CertificateParams {
    let now = date_time_ymd(1970, 1, 1) + Duration::from_secs(now.seconds().max(0).unsigned_abs());
    params.not_before = now - CLOCK_SKEW;
    params.not_after = now + LIFE;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn a_certificate_is_kept_until_a_month_before_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let at = |days: u64| {
            LocalCa::create_or_load(dir.path(), &[], NOW + Duration::from_secs(days * DAY)).unwrap();
            fs::read(dir.path().join("ca.pem")).unwrap()
        };
        let first = at(0);
        assert_eq!(at(366), first);
        assert_ne!(at(368), first);
    }

    #[test]
    fn a_new_name_or_a_broken_file_makes_a_new_one() {
        let dir = tempfile::tempdir().unwrap();
        let make = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            let paths = LocalCa::create_or_load(dir.path(), &names, NOW).unwrap();
            assert!(paths.are_good(&names, NOW));
            fs::read(paths.certificate).unwrap()
        };
        let first = make(&[]);
        let named = make(&["box.internal", "10.1.2.3"]);
        assert_ne!(first, named);
        assert_eq!(make(&["10.1.2.3"]), named);
        fs::write(dir.path().join("tls/key.pem"), "").unwrap();
        assert_ne!(make(&["10.1.2.3"]), named);
    }

    #[test]
    fn a_name_that_cannot_stand_in_a_certificate_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(LocalCa::create_or_load(dir.path(), &["b\u{e9}".into()], NOW).is_err());
    }
}
