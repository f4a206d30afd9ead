//! Files beside the database: written beside their place, synced, put in their place, and the folder synced, so that a
//! crash leaves a whole file or none. It may assume that each path has one writer.
//! It never tries a failed sync again: what the disk then holds nobody knows, so the store stops for good.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::{Point, Shared};
use crate::fault::{Fault, FaultKind};

/// The files of one store; cloning it is cheap.
#[derive(Clone)]
pub(crate) struct Disk {
    shared: Arc<Shared>,
}

/// A file that is not in its place yet; dropped before its end it is removed.
pub(crate) struct Unfinished {
    disk: Disk,
    file: File,
    beside: PathBuf,
    place: PathBuf,
    finished: bool,
}

fn fault(what: &str, path: &Path, error: &std::io::Error) -> Fault {
    let kind = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => FaultKind::Full,
        _ => FaultKind::Other,
    };
    Fault::new(kind, format!("{what} {}: {error}", path.display()))
}

impl Disk {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Begins a file. *Errors*: its folder cannot be made or written, or the store has stopped.
    pub(crate) fn begin(&self, place: &Path) -> Result<Unfinished, Fault> {
        if self.shared.stopped() {
            return Err(Fault::stopped("a file"));
        }
        if let Some(folder) = place.parent() {
            self.make_folder(folder)?;
        }
        let mut name = place.as_os_str().to_owned();
        name.push(".new");
        let beside = PathBuf::from(name);
        let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside);
        let file = made.map_err(|error| fault("making", &beside, &error))?;
        Ok(Unfinished { disk: self.clone(), file, beside, place: place.to_owned(), finished: false })
    }

    /// Puts a whole file in its place, where there may be an older one. *Errors*: as each step of it.
    pub(crate) fn put(&self, place: &Path, bytes: &[u8]) -> Result<(), Fault> {
        let mut file = self.begin(place)?;
        file.write(bytes)?;
        file.finish()
    }

    /// Makes a folder and those above it, for its owner only. *Errors*: it cannot be made.
    pub(crate) fn make_folder(&self, folder: &Path) -> Result<(), Fault> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        let above = folder.parent().unwrap_or(folder);
        self.make_folder(above)?;
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(fault("making", folder, &error)),
            Ok(()) | Err(_) => self.sync_folder(above),
        }
    }

    /// Removes a file; a missing one is no error. *Errors*: it cannot be removed.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), Fault> {
        self.shared.strike(Point::Remove)?;
        match std::fs::remove_file(path) {
            Ok(()) => path.parent().map_or(Ok(()), |folder| self.sync_folder(folder)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(fault("removing", path, &error)),
        }
    }

    /// Removes a folder with its files; a missing one is no error. *Errors*: something in it cannot be removed.
    pub(crate) fn clear(&self, folder: &Path) -> Result<(), Fault> {
        self.shared.strike(Point::Remove)?;
        match std::fs::remove_dir_all(folder) {
            Ok(()) => folder.parent().map_or(Ok(()), |above| self.sync_folder(above)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(fault("removing", folder, &error)),
        }
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), Fault> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let synced = File::open(folder).and_then(|opened| self.struck(Point::Sync).and(opened.sync_all()));
        synced.map_err(|error| self.fail("syncing", folder, &error))
    }

    /// A fault that a test wants, in the form of one of the system's.
    fn struck(&self, point: Point) -> std::io::Result<()> {
        self.shared.strike(point).map_err(std::io::Error::other)
    }

    fn fail(&self, what: &str, path: &Path, error: &std::io::Error) -> Fault {
        let fault = Fault::new(FaultKind::Broken, format!("{what} {}: {error}", path.display()));
        self.shared.fail(&fault);
        fault
    }
}

impl Unfinished {
    /// Adds bytes. *Errors*: [`FaultKind::Full`], or the disk does not take them; the file is then to be given up.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let written = self.disk.struck(Point::Write).and_then(|()| self.file.write_all(bytes));
        written.map_err(|error| fault("writing", &self.beside, &error))
    }

    /// Puts the file in its place; it is durable when this returns. *Errors*: the sync or the renaming failed, and the
    /// store has stopped; or the folder was removed meanwhile.
    pub(crate) fn finish(mut self) -> Result<(), Fault> {
        let synced = self.disk.struck(Point::Sync).and_then(|()| self.file.sync_all());
        synced.map_err(|error| self.disk.fail("syncing", &self.beside, &error))?;
        let renamed =
            self.disk.struck(Point::Rename).and_then(|()| std::fs::rename(&self.beside, &self.place));
        match renamed {
            Ok(()) => self.finished = true,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(fault("its folder is gone:", &self.beside, &error));
            }
            Err(error) => return Err(self.disk.fail("renaming", &self.beside, &error)),
        }
        self.place.parent().map_or(Ok(()), |folder| self.disk.sync_folder(folder))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished
            && let Err(error) = std::fs::remove_file(&self.beside)
        {
            tracing::warn!(%error, "An unfinished file could not be removed");
        }
    }
}
