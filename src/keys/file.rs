//! Files that only their owner may read: the master key, private keys of TLS.

use crate::{
    error::{Error, Kind},
    limits::MAX_PRIVATE_FILE_BYTES,
};
use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};
use zeroize::Zeroizing;

/// Why a private file was not read or not written, for the one who runs the server.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{path}: this file is there already, and is not overwritten")]
    Exists { path: PathBuf },
    #[error("{path}: others than its owner can read this file (its mode is {mode:04o}); run: chmod 600 {path}")]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{path}: there is no such file")]
    Missing { path: PathBuf },
    #[error("{path}: this is not a regular file")]
    NotAFile { path: PathBuf },
    #[error("{path}: this file is larger than {MAX_PRIVATE_FILE_BYTES} bytes")]
    TooLarge { path: PathBuf },
    #[error("{path}: cannot be read: {reason}")]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("{path}: cannot be written: {reason}")]
    Unwritable { path: PathBuf, reason: io::Error },
}

impl From<FileError> for Error {
    /// A refusal at start: the text is for the operator.
    fn from(error: FileError) -> Self {
        Self::new(Kind::FailedPrecondition, error.to_string())
    }
}

/// What the owner of a file may do to it, and nobody else.
const OWNER_ONLY: u32 = 0o600;

/// Reads a file that only its owner can read, up to [`MAX_PRIVATE_FILE_BYTES`].
pub fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let (file, length) = open_private(path)?;
    // With some room beyond the end the vector never grows, which would leave a copy of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length as usize + 64));
    let read = file.take(length).read_to_end(&mut bytes);
    read.map_err(|reason| FileError::Unreadable { path: path.into(), reason })?;
    Ok(bytes)
}

/// Opens a file that only its owner can read, however large it is.
pub fn open(path: &Path) -> Result<File, FileError> {
    open_owned(path).map(|(file, _)| file)
}

/// Whether [`read_private`] would read the file; its content stays where it is.
pub fn check_private(path: &Path) -> Result<(), FileError> {
    open_private(path).map(|_| ())
}

/// The open file and its length, which is within [`MAX_PRIVATE_FILE_BYTES`].
fn open_private(path: &Path) -> Result<(File, u64), FileError> {
    let (file, length) = open_owned(path)?;
    match length <= MAX_PRIVATE_FILE_BYTES {
        true => Ok((file, length)),
        false => Err(FileError::TooLarge { path: path.into() }),
    }
}

/// What is checked is the open file, so that the name cannot be given to another one in between. The only group that
/// may read is root's, of a file of root's with mode 0440: such are the credentials that systemd passes to a service
/// with a user of its own, where the group's bits are really the mask of an access list.
fn open_owned(path: &Path) -> Result<(File, u64), FileError> {
    let unreadable = |reason: io::Error| match reason.kind() {
        io::ErrorKind::NotFound => FileError::Missing { path: path.into() },
        _ => FileError::Unreadable { path: path.into(), reason },
    };
    // To open a pipe would wait for somebody to write into it.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(FileError::NotAFile { path: path.into() });
    }
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(FileError::NotAFile { path: path.into() });
    }
    if !is_private(&about) {
        return Err(FileError::Exposed { path: path.into(), mode: about.mode() & 0o7777 });
    }
    Ok((file, about.len()))
}

/// Writes a new file that only its owner can read. When this returns, the file outlives a power cut.
///
/// Never overwrites. The file has its name only once it is whole, also if the process is killed.
pub fn create_private(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let created = write_draft(path, bytes).and_then(|draft| {
        let linked = link_new(&draft, path);
        // The error of the link is the one that helps.
        let _ = fs::remove_file(&draft);
        linked
    });
    created.map_err(|reason| named_error(path, reason))
}

/// Gives a whole file another name, which nothing has yet. When this returns, the name outlives a power cut.
pub fn link(file: &Path, path: &Path) -> Result<(), FileError> {
    link_new(file, path).map_err(|reason| named_error(path, reason))
}

fn named_error(path: &Path, reason: io::Error) -> FileError {
    match reason.kind() {
        io::ErrorKind::AlreadyExists => FileError::Exists { path: path.into() },
        _ => FileError::Unwritable { path: path.into(), reason },
    }
}

/// A rename would replace what has the name; a link does not.
fn link_new(file: &Path, path: &Path) -> io::Result<()> {
    fs::hard_link(file, path)?;
    sync_directory_of(path)
}

/// Writes a file that only its owner can read, in place of the one that may be there.
///
/// At every instant, and after a power cut, `path` has either the old content or the new. When this returns, it has the
/// new. A symbolic link at `path` is replaced, not followed.
pub fn write_private_atomically(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    replace(path, bytes).map_err(|reason| FileError::Unwritable { path: path.into(), reason })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = write_draft(path, bytes)?;
    if let Err(e) = fs::rename(&draft, path) {
        // The error of the rename is the one that helps.
        let _ = fs::remove_file(&draft);
        return Err(e);
    }
    sync_directory_of(path)
}

/// Writes the file beside its place.
fn write_draft(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let draft = draft_beside(path)?;
    // One that is there belongs to a process that is no more.
    match fs::remove_file(&draft) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    create_and_sync(&draft, bytes)?;
    Ok(draft)
}

/// A name in the same directory, as renames and links stay within a file system.
fn draft_beside(path: &Path) -> io::Result<PathBuf> {
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or_else(|| io::Error::other("the path names no file"))?;
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    Ok(path.with_file_name(format!(".{}.{}-{number}.tmp", name.display(), process::id())))
}

fn create_and_sync(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
        // The error of the write is the one that helps.
        let _ = fs::remove_file(path);
    })
}

/// A new name is lost in a power cut unless its directory is synced as well as the file.
fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

fn is_private(about: &Metadata) -> bool {
    permits_only_the_owner(about.mode(), about.uid(), about.gid())
}

fn permits_only_the_owner(mode: u32, uid: u32, gid: u32) -> bool {
    let is_credential_of_systemd = mode & 0o7777 == 0o440 && uid == 0 && gid == 0;
    mode & 0o077 == 0 || is_credential_of_systemd
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
    }

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).expect("metadata").mode() & 0o7777
    }

    #[test]
    fn what_others_can_read_is_refused_with_the_command_that_helps() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("tls.key");
        create_private(&path, b"secret").expect("written");
        for mode in [0o640, 0o620, 0o604, 0o601, 0o644, 0o666] {
            chmod(&path, mode);
            let refusal = read_private(&path).expect_err("exposed").to_string();
            assert!(refusal.ends_with(&format!("; run: chmod 600 {}", path.display())), "{refusal}");
            assert!(refusal.contains(&format!("(its mode is {mode:04o})")), "{refusal}");
        }
        for mode in [0o600, 0o400] {
            chmod(&path, mode);
            assert_eq!(**read_private(&path).expect("private"), *b"secret");
        }
    }

    #[test]
    fn a_group_reads_only_what_systemd_passes_on() {
        assert!(permits_only_the_owner(0o100440, 0, 0));
        assert!(!permits_only_the_owner(0o100440, 0, 100));
        assert!(!permits_only_the_owner(0o100440, 1000, 0));
        assert!(!permits_only_the_owner(0o100640, 0, 0));
        assert!(!permits_only_the_owner(0o100444, 0, 0));
    }

    #[test]
    fn what_is_no_file_or_too_large_is_refused() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("key");
        assert!(matches!(read_private(&path), Err(FileError::Missing { .. })));
        assert!(matches!(read_private(directory.path()), Err(FileError::NotAFile { .. })));
        create_private(&path, &vec![0; MAX_PRIVATE_FILE_BYTES as usize]).expect("written");
        assert_eq!(read_private(&path).expect("largest").len() as u64, MAX_PRIVATE_FILE_BYTES);
        OpenOptions::new().append(true).open(&path).and_then(|mut file| file.write_all(&[0])).expect("appended");
        assert!(matches!(read_private(&path), Err(FileError::TooLarge { .. })));
    }

    #[test]
    fn a_new_file_is_private_and_never_replaces_another() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("key");
        create_private(&path, b"first").expect("written");
        assert_eq!(mode_of(&path), 0o600);
        assert!(matches!(create_private(&path, b"second"), Err(FileError::Exists { .. })));
        assert_eq!(**read_private(&path).expect("read"), *b"first");
        assert_eq!(fs::read_dir(directory.path()).expect("listed").count(), 1, "no draft is left");
    }

    #[test]
    fn replacing_leaves_one_private_file_and_no_draft() {
        let directory = tempfile::tempdir().expect("directory");
        let (path, target) = (directory.path().join("key"), directory.path().join("target"));
        fs::write(&target, b"public").expect("written");
        symlink(&target, &path).expect("linked");
        write_private_atomically(&path, b"first").expect("replaced");
        write_private_atomically(&path, b"second").expect("replaced");
        assert_eq!((mode_of(&path), fs::read(&target).expect("read")), (0o600, b"public".to_vec()));
        assert_eq!(**read_private(&path).expect("read"), *b"second");
        assert_eq!(fs::read_dir(directory.path()).expect("listed").count(), 2);
        let nowhere = directory.path().join("missing").join("key");
        assert!(matches!(write_private_atomically(&nowhere, b""), Err(FileError::Unwritable { .. })));
    }

    #[test]
    fn a_draft_that_cannot_take_its_place_is_removed() {
        let directory = tempfile::tempdir().expect("directory");
        let occupied = directory.path().join("key");
        fs::create_dir(&occupied).expect("created");
        assert!(write_private_atomically(&occupied, b"secret").is_err());
        assert_eq!(fs::read_dir(directory.path()).expect("listed").count(), 1);
    }
}
