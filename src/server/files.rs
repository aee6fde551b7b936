//! Files that nobody else may read.

use crate::error::{Error, Kind, Result};
use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::Path,
    process,
};
use zeroize::Zeroizing;

/// The largest PEM file that is read, in bytes: a long chain is a tenth of it.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Reads a file that may be public.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(|e| unreadable(path, &e))?;
    read_all(file, path)
}

/// Reads a file that holds a secret. Refuses one that others may read, and says what to run.
pub(super) fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path).map_err(|e| unreadable(path, &e))?;
    // Of the open file, not of the path: the path may name another file by now.
    let metadata = file.metadata().map_err(|e| unreadable(path, &e))?;
    if is_exposed(&metadata) {
        let path = path.display();
        return Err(Error::new(
            Kind::FailedPrecondition,
            format!("{path} can be read by other users of this machine; run: chmod 600 {path}"),
        ));
    }
    read_all(file, path).map(Zeroizing::new)
}

/// Writes a file that only its owner may read, in place of whatever is there. A reader sees the old or the new
/// content, never a part.
///
/// It is not flushed to the disk: what is written here is checked when it is loaded, and made anew if it was lost.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |e: io::Error| Error::new(Kind::FailedPrecondition, format!("cannot write {}: {e}", path.display()));
    let temporary = path.with_extension(format!("{}.tmp", process::id()));
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        // A file left by an earlier process keeps its mode through `open`.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(bytes)?;
        fs::rename(&temporary, path)
    };
    write().map_err(failed)
}

/// Makes a directory, and those above it, that only the owner may enter. One that exists is left as it is.
pub(super) fn create_private_dir(path: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|e| Error::new(Kind::FailedPrecondition, format!("cannot make the directory {}: {e}", path.display())))
}

/// Whether users may read or change it who should not. The group of a file that root owns may read: that is how
/// Debian's `ssl-cert` group and Kubernetes' `fsGroup` hand a key to a daemon.
fn is_exposed(metadata: &Metadata) -> bool {
    let forbidden = if metadata.uid() == 0 { 0o037 } else { 0o077 };
    metadata.mode() & forbidden != 0
}

fn read_all(file: File, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
    if length as u64 > MAX_FILE_BYTES {
        return Err(Error::new(Kind::FailedPrecondition, format!("{} is larger than 1 MiB", path.display())));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::new(Kind::FailedPrecondition, format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_file_is_refused_once_others_may_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key.pem");
        write_private(&path, b"secret").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(read_private(&path).unwrap().as_slice(), b"secret");

        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = read_private(&path).unwrap_err();
        assert!(refused.message.contains(&format!("chmod 600 {}", path.display())), "{}", refused.message);

        write_private(&path, b"again").unwrap();
        assert_eq!(read_private(&path).unwrap().as_slice(), b"again");
    }

    #[test]
    fn a_missing_file_is_named() {
        let missing = read_private(Path::new("/nonexistent/key.pem")).unwrap_err();
        assert!(missing.message.contains("/nonexistent/key.pem"), "{}", missing.message);
    }
}
