//! Files and directories of the listener. Private ones are [`crate::keys::file`]'s.

use crate::error::{Error, Kind, Result};
use std::{
    fs::{DirBuilder, File},
    io::{self, Read},
    os::unix::fs::DirBuilderExt,
    path::Path,
};

/// The largest PEM file that is read, in bytes: a long chain is a tenth of it.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Reads a file that may be public.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
    let length = read.map_err(|e| refused(format!("{}: cannot be read: {e}", path.display())))?;
    if length as u64 > MAX_FILE_BYTES {
        return Err(refused(format!("{}: this file is larger than {MAX_FILE_BYTES} bytes", path.display())));
    }
    Ok(bytes)
}

/// Makes a directory, and those above it, that only the owner may enter. One that exists is left as it is.
pub(super) fn create_private_dir(path: &Path) -> Result<()> {
    let made: io::Result<()> = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|e| refused(format!("{}: the directory cannot be made: {e}", path.display())))
}

fn refused(text: String) -> Error {
    Error::new(Kind::FailedPrecondition, text)
}
