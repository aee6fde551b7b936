//! Where `dev` keeps its things.

use super::super::{Failure, failure};
use crate::{app::bootstrap::Created, keys::file, random::Random};
use serde::{Deserialize, Serialize};
use std::{
    fmt::Display,
    fs::{self, DirBuilder, OpenOptions},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// A directory that only its owner can enter.
pub struct Directory {
    path: PathBuf,
    is_temporary: bool,
}

/// The machine user that is ready for use: what `demo.json` holds.
#[derive(Serialize, Deserialize)]
pub struct Demo {
    pub org_id: String,
    pub user_id: String,
    pub client_id: String,
    pub client_secret: String,
}

/// Says that the directory is `dev`'s. The first file in it, so that whatever lies beside it may be made anew.
const MARKER: &str = ".countersign-dev";

impl Directory {
    /// The directory at `path`, made if need be, or a temporary one that is removed when this is dropped. Refuses one
    /// that holds anything `dev` did not make: it may be a real server's, whose keys and tokens have the same names.
    pub fn open(path: Option<PathBuf>) -> Result<Self, Failure> {
        let is_temporary = path.is_none();
        let path = match path {
            Some(path) => path,
            None => std::env::temp_dir().join(format!("countersign-dev-{:016x}", Random::from_os()?.number())),
        };
        let unusable = |e| failure(format!("{}: {e}", path.display()));
        if path.is_file() {
            return Err(failure(format!("{}: this is a file; dev needs a directory", path.display())));
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        let directory = Self { path, is_temporary };
        let is_empty = fs::read_dir(&directory.path).map_err(|e| directory.failure(e))?.next().is_none();
        if !is_empty && !directory.is_marked() {
            return Err(directory.failure(
                "this directory holds what was not made by `countersign dev`; use a new or an empty one, or `countersign \
                 serve`",
            ));
        }
        directory.refuse_visitors()?;
        if is_empty {
            // Nothing is in it, so that it is whole as soon as it is there.
            let created = OpenOptions::new().create_new(true).write(true).mode(0o600).open(directory.path.join(MARKER));
            created.map_err(|e| directory.failure(e))?;
        }
        Ok(directory)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn database(&self) -> PathBuf {
        self.path.join("countersign.redb")
    }

    pub fn master_key(&self) -> PathBuf {
        self.path.join("master.key")
    }

    pub fn admin_token(&self) -> PathBuf {
        self.path.join("admin.pat")
    }

    pub fn ca(&self) -> PathBuf {
        self.path.join("ca.pem")
    }

    fn demo(&self) -> PathBuf {
        self.path.join("demo.json")
    }

    /// Writes down the secrets of a new database.
    pub fn write(&self, created: &Created) -> Result<(), Failure> {
        file::write_private_atomically(&self.admin_token(), created.admin_token.expose().as_bytes())
            .map_err(failure)?;
        let Some(demo) = &created.demo else { return Ok(()) };
        let demo = Demo {
            org_id: created.org.to_string(),
            user_id: demo.user.to_string(),
            client_id: demo.client_id.clone(),
            client_secret: demo.client_secret.expose().to_owned(),
        };
        let json = serde_json::to_vec_pretty(&demo).map_err(failure)?;
        file::write_private_atomically(&self.demo(), &json).map_err(failure)
    }

    pub fn read_demo(&self) -> Result<Demo, Failure> {
        let json = file::read_private(&self.demo()).map_err(failure)?;
        serde_json::from_slice(&json).map_err(|e| failure(format!("{}: {e}", self.demo().display())))
    }

    /// Only `dev` writes either of these files.
    fn is_marked(&self) -> bool {
        self.path.join(MARKER).exists() || self.demo().exists()
    }

    /// Refuses a directory that others can enter.
    fn refuse_visitors(&self) -> Result<(), Failure> {
        let path = self.path.display();
        let mode = fs::metadata(&self.path).map_err(|e| self.failure(e))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(self.failure(format!("others can enter this directory; run: chmod 700 {path}")));
        }
        Ok(())
    }

    fn failure(&self, reason: impl Display) -> Failure {
        failure(format!("{}: {reason}", self.path.display()))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if self.is_temporary {
            // Nothing can be done about a directory that cannot be removed, and it is in the place for such.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
