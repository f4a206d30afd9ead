//! Where a bundle lies: a folder, or one archive. It never follows a link, and unpacks nothing.

use super::zip::Archive;
use super::{FILES, MAX_NAMES};
use comity_ledger::bundle::Refusal;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub(super) enum Place {
    Folder(PathBuf),
    Archive(Archive),
}

pub(super) fn invalid<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Invalid(why.into()))
}

/// What a failure to read says of a bundle: a part that is damaged is no part that cannot be read.
pub(super) fn unreadable(name: &str, error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::NotFound => Refusal::Invalid(format!("{name}: it is missing")),
        io::ErrorKind::InvalidData => Refusal::Invalid(format!("{name}: {error}")),
        _ => Refusal::Undecided(format!("{name}: {error}")),
    }
}

impl Place {
    pub(super) fn at(path: &Path) -> Result<Self, Refusal> {
        let unread = |error: &io::Error| Refusal::Undecided(format!("{}: {error}", path.display()));
        if fs::metadata(path).map_err(|error| unread(&error))?.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let file = File::open(path).map_err(|error| unread(&error))?;
        Archive::read(file, MAX_NAMES).map(Self::Archive)
    }

    /// The names of all files; nothing but files, in this folder and in the one of the delivered files.
    pub(super) fn names(&self) -> Result<BTreeSet<String>, Refusal> {
        match self {
            Self::Folder(folder) => names(folder),
            Self::Archive(archive) => Ok(archive.names().map(str::to_owned).collect()),
        }
    }

    /// The content of a file from its beginning.
    pub(super) fn open(&self, name: &str) -> io::Result<Box<dyn Read + Send + '_>> {
        match self {
            Self::Folder(folder) => Ok(Box::new(File::open(folder.join(name))?)),
            Self::Archive(archive) => {
                let content = archive.content(name).ok_or(io::ErrorKind::NotFound)?;
                Ok(Box::new(content))
            }
        }
    }

    /// A file that is read whole, within its bound.
    pub(super) fn small(&self, name: &str, most: usize) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::new();
        let read = self.open(name).and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes));
        match read {
            Err(error) => Err(unreadable(name, &error)),
            Ok(read) if read > most => invalid(format!("{name}: longer than {most} bytes")),
            Ok(_) => Ok(bytes),
        }
    }
}

fn names(folder: &Path) -> Result<BTreeSet<String>, Refusal> {
    let mut names = BTreeSet::new();
    let told = |name: &str, error: &io::Error| Refusal::Undecided(format!("{name}: {error}"));
    for (prefix, place) in [(String::new(), folder.to_owned()), (format!("{FILES}/"), folder.join(FILES))] {
        let entries = fs::read_dir(&place).map_err(|error| told(&place.to_string_lossy(), &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| told(&prefix, &error))?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(|error| told(&name, &error))?;
            if kind.is_dir() && name == FILES {
                continue;
            }
            if !kind.is_file() {
                return invalid(format!("{name}: neither a file nor a folder that a bundle has"));
            }
            names.insert(name);
            if names.len() > MAX_NAMES {
                return invalid(format!("more than {MAX_NAMES} files"));
            }
        }
    }
    Ok(names)
}
