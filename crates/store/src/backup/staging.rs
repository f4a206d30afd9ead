//! Where a backup is put back before it is known to be whole: a folder inside the data folder, from which its files go
//! to their places in the end. It never leaves what could be served before that end, and nothing at all where it fails.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::{BackupFault, KeyFiles};

/// The folder's name; an instance does not open beside one.
pub const STAGING: &str = "restoring";

/// The key files of a data folder, and whether every instance has it.
pub const KEY_FILES: &[(&str, bool)] =
    &[("instance.key", true), ("ledger.key", true), ("witness.key", false)];

/// A data folder that is to be.
pub struct Staging {
    data: PathBuf,
    folder: PathBuf,
    promoted: bool,
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> BackupFault {
    move |error| BackupFault::Refused(format!("{}: {error}", path.display()))
}

impl Staging {
    /// Begins one in an empty data folder, which is made where there is none. *Errors*: it is not empty; it cannot be
    /// written.
    pub fn begin(data: &Path) -> Result<Self, BackupFault> {
        std::fs::create_dir_all(data).map_err(failed(data))?;
        let folder = data.join(STAGING);
        if folder.exists() {
            return Err(BackupFault::Refused(format!(
                "{}: a restore was broken off here, or is running. When none is running, remove this folder and begin \
                 again",
                folder.display()
            )));
        }
        let found = std::fs::read_dir(data).map_err(failed(data))?.flatten();
        // A file system's own folder is nobody's data.
        if let Some(other) = found.map(|entry| entry.file_name()).find(|name| name != "lost+found") {
            return Err(BackupFault::Refused(format!(
                "{} is not empty: there is {}. A backup is restored into an empty folder only",
                data.display(),
                other.display()
            )));
        }
        DirBuilder::new().mode(0o700).create(&folder).map_err(failed(&folder))?;
        Ok(Self { data: data.to_owned(), folder, promoted: false })
    }

    /// Where the instance lies meanwhile.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes the key files, for their owner only. *Errors*: they cannot be written.
    pub fn put_keys(&self, files: &KeyFiles) -> Result<(), BackupFault> {
        for (name, bytes) in files {
            let path = self.folder.join(name);
            let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            let written = written.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
            written.map_err(failed(&path))?;
        }
        Ok(())
    }

    /// Puts everything in its place, durable when this returns. The ledger's checkpoints come first, so that an instance
    /// that is started in the middle of this refuses for want of the database, which comes last.
    ///
    /// *Errors*: a file cannot be moved; the message says which.
    pub fn promote(mut self, database: Option<&str>) -> Result<(), BackupFault> {
        self.promoted = true;
        let names = ["ledger", "blobs", "witness.key", "ledger.key", "instance.key"];
        for name in names.into_iter().chain(database) {
            let (from, to) = (self.folder.join(name), self.data.join(name));
            if from.exists() {
                std::fs::rename(&from, &to).map_err(failed(&to))?;
                self.sync()?;
            }
        }
        std::fs::remove_dir_all(&self.folder).map_err(failed(&self.folder))?;
        self.sync()
    }

    fn sync(&self) -> Result<(), BackupFault> {
        File::open(&self.data).and_then(|folder| folder.sync_all()).map_err(failed(&self.data))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.promoted
            && let Err(error) = std::fs::remove_dir_all(&self.folder)
        {
            tracing::warn!(%error, "What a failed restore has left could not be removed: {}", self.folder.display());
        }
    }
}
