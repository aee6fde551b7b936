//! Looks at the files that the settings name, so that an operator hears of a wrong path or mode before the start.

use super::settings::{Config, TlsSource};
use crate::keys::file;
use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

/// What was found: errors keep the server from working or a secret from being one, warnings may.
#[derive(Debug, Default, PartialEq)]
pub struct Findings {
    pub errors: Vec<String>,
    pub warnings: Vec<String>,
}

/// What a database must not grant.
const ANY_ACCESS_OF_OTHERS: u32 = 0o007;
/// What its directory must not grant.
const ANY_ACCESS_BUT_THE_OWNERS: u32 = 0o077;

/// Looks at the certificate, the keys and the database's place. Reads no more than the certificate.
pub fn examine(config: &Config) -> Findings {
    let mut findings = Findings::default();
    if let Ok(serving) = config.serving()
        && let TlsSource::Files { certificate, key } = serving.tls
    {
        findings.certificate(certificate);
        findings.secret("tls.key", key);
    }
    findings.storage(config);
    findings
}

impl Findings {
    fn certificate(&mut self, path: &Path) {
        match fs::read(path) {
            Err(error) => self.unreadable("tls.certificate", path, &error),
            Ok(bytes) if !String::from_utf8_lossy(&bytes).contains("-----BEGIN CERTIFICATE-----") => {
                self.errors.push(format!("tls.certificate: {}: this file holds no PEM certificate", path.display()));
            }
            Ok(_) => {}
        }
    }

    /// A file that only the server may read.
    fn secret(&mut self, key: &str, path: &Path) {
        if let Err(error) = file::check_private(path) {
            self.errors.push(format!("{key}: {error}"));
        }
    }

    fn storage(&mut self, config: &Config) {
        let database = &config.storage.path;
        self.warnings.extend(exposed_directory(database).map(|problem| format!("storage.path: {problem}")));
        let master_key = config.storage.master_key_path();
        match fs::metadata(database) {
            Ok(metadata) => {
                let mode = metadata.permissions().mode() & 0o777;
                if mode & ANY_ACCESS_OF_OTHERS != 0 {
                    let path = database.display();
                    self.warnings.push(format!(
                        "storage.path: {path}: others can read this file (its mode is {mode:04o}); run: chmod 600 {path}"
                    ));
                }
                self.secret("storage.master_key", &master_key);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.warnings.extend(missing_directory(database).map(|problem| format!("storage.path: {problem}")));
                match master_key.exists() {
                    true => self.secret("storage.master_key", &master_key),
                    false => self.warnings.push(format!(
                        "storage.master_key: {}: there is no such file, nor a database; `countersign init` makes both",
                        master_key.display()
                    )),
                }
            }
            Err(error) => self.unreadable("storage.path", database, &error),
        }
    }

    /// Being refused is a warning only: the server may run as another user than the one who checks.
    fn unreadable(&mut self, key: &str, path: &Path, error: &io::Error) {
        let problem = format!("{key}: {}: cannot be read: {error}", path.display());
        match error.kind() {
            io::ErrorKind::PermissionDenied => self.warnings.push(problem),
            _ => self.errors.push(problem),
        }
    }
}

/// What is wrong if the directory is not there in which the database will be made.
pub fn missing_directory(database: &Path) -> Option<String> {
    let directory = directory_of(database);
    let path = directory.display();
    (!directory.is_dir()).then(|| format!("{path}: there is no such directory; run: install -d -m 700 {path}"))
}

/// What is wrong if others can enter the directory of the database.
pub fn exposed_directory(database: &Path) -> Option<String> {
    let directory = directory_of(database);
    let path = directory.display();
    let mode = fs::metadata(directory).ok()?.permissions().mode() & 0o777;
    let is_exposed = mode & ANY_ACCESS_BUT_THE_OWNERS != 0;
    is_exposed
        .then(|| format!("{path}: others can enter this directory (its mode is {mode:04o}); run: chmod 700 {path}"))
}

fn directory_of(database: &Path) -> &Path {
    database.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ExternalUrl;
    use std::path::PathBuf;

    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Self {
            let place = tempfile::tempdir().expect("a directory");
            fs::set_permissions(place.path(), fs::Permissions::from_mode(0o700)).expect("mode");
            Self(place)
        }

        fn file(&self, name: &str, text: &str, mode: u32) -> PathBuf {
            let path = self.0.path().join(name);
            fs::write(&path, text).expect("write");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
            path
        }

        fn config(&self) -> Config {
            let mut config = Config { external_url: ExternalUrl::parse("https://x"), ..Config::default() };
            config.storage.path = self.0.path().join("countersign.redb");
            config.tls.self_signed = true;
            config
        }
    }

    #[test]
    fn before_the_first_start_nothing_has_to_be_there() {
        let place = Place::new();
        let findings = examine(&place.config());
        assert!(findings.errors.is_empty(), "{findings:?}");
        assert!(findings.warnings[0].contains("master.key: there is no such file, nor a database"), "{findings:?}");

        place.file("countersign.redb", "", 0o600);
        let findings = examine(&place.config());
        assert!(findings.errors[0].starts_with("storage.master_key: "), "a database without its key: {findings:?}");
    }

    #[test]
    fn what_others_can_read_is_named_with_the_command_that_mends_it() {
        let place = Place::new();
        let key = place.file("master.key", "", 0o644);
        place.file("countersign.redb", "", 0o604);
        let findings = examine(&place.config());
        assert!(findings.errors[0].ends_with(&format!("chmod 600 {}", key.display())), "{findings:?}");
        assert!(findings.warnings[0].contains("mode is 0604"), "{findings:?}");
        fs::set_permissions(place.0.path(), fs::Permissions::from_mode(0o750)).expect("mode");
        let findings = examine(&place.config());
        let expected = format!("(its mode is 0750); run: chmod 700 {}", place.0.path().display());
        assert!(findings.warnings[0].ends_with(&expected), "{findings:?}");
    }

    #[test]
    fn certificate_and_key_have_to_be_there() {
        let place = Place::new();
        let mut config = place.config();
        config.tls.self_signed = false;
        config.tls.certificate = Some(place.file("tls.crt", "not PEM", 0o644));
        config.tls.key = Some(place.0.path().join("nowhere.key"));
        let findings = examine(&config);
        assert!(findings.errors[0].ends_with("holds no PEM certificate"), "{findings:?}");
        assert!(findings.errors[1].contains("nowhere.key: there is no such file"), "{findings:?}");

        config.tls.certificate = Some(place.file("tls.crt", "-----BEGIN CERTIFICATE-----\n", 0o644));
        config.tls.key = Some(place.file("tls.key", "", 0o600));
        assert_eq!(examine(&config).errors, Vec::<String>::new());
    }
}
