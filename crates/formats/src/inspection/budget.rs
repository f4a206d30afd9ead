//! How much one inspection may unpack, and the readers that count it.

use comity_domain::inspection::Finding;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};

/// Most entries of an archive, those of archives in it included (T28).
pub(super) const MOST_ENTRIES: u32 = 10_000;
/// Most archives in one another (T28).
pub(super) const MOST_LEVELS: u32 = 3;
/// So many bytes may come of one that came in (T28) …
const RATIO: u64 = 100;
/// … once more than this has come: a short text of blanks packs well and harms nobody. In bytes.
const FREE: u64 = 1024 * 1024;

/// What has been read, unpacked and found so far.
pub(super) struct Budget {
    most_unpacked: u64,
    raw: Cell<u64>,
    unpacked: Cell<u64>,
    entries: Cell<u32>,
    exceeded: Cell<bool>,
    found: RefCell<BTreeSet<Finding>>,
}

impl Budget {
    /// `most_unpacked` bytes may come of all archives together.
    pub(super) fn new(most_unpacked: u64) -> Self {
        Self {
            most_unpacked,
            raw: Cell::new(0),
            unpacked: Cell::new(0),
            entries: Cell::new(0),
            exceeded: Cell::new(false),
            found: RefCell::new(BTreeSet::new()),
        }
    }

    pub(super) fn find(&self, finding: Finding) {
        self.found.borrow_mut().insert(finding);
    }

    pub(super) fn found(&self) -> Vec<Finding> {
        self.found.borrow().iter().copied().collect()
    }

    pub(super) const fn entries(&self) -> u32 {
        self.entries.get()
    }

    /// One more entry of an archive.
    pub(super) fn entry(&self) -> Result<(), Finding> {
        self.entries.set(self.entries.get().saturating_add(1));
        if self.entries.get() > MOST_ENTRIES { Err(Finding::TooManyEntries) } else { Ok(()) }
    }

    /// An entry that says of itself how long it will be, in bytes.
    pub(super) const fn announced(&self, bytes: u64) -> Result<(), Finding> {
        if bytes > self.most_unpacked { Err(Finding::UnpacksTooLarge) } else { Ok(()) }
    }

    fn unpack(&self, bytes: usize) -> io::Result<()> {
        self.unpacked.set(self.unpacked.get().saturating_add(bytes as u64));
        let unpacked = self.unpacked.get();
        let allowed = self.raw.get().saturating_mul(RATIO).saturating_add(FREE);
        if unpacked > self.most_unpacked || unpacked > allowed {
            self.exceeded.set(true);
            return Err(io::Error::other("unpacks too large"));
        }
        Ok(())
    }

    /// What a failed read means: the bounds first, otherwise the archive.
    pub(super) fn broken(&self) -> Finding {
        if self.exceeded.get() { Finding::UnpacksTooLarge } else { Finding::ArchiveDamaged }
    }
}

/// The file itself: what is taken of it is what may be unpacked a hundredfold.
pub(super) struct Raw<'a> {
    pub(super) inner: &'a mut dyn BufRead,
    pub(super) budget: &'a Budget,
}

impl Read for Raw<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.budget.raw.set(self.budget.raw.get().saturating_add(read as u64));
        Ok(read)
    }
}

impl BufRead for Raw<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.budget.raw.set(self.budget.raw.get().saturating_add(amount as u64));
        self.inner.consume(amount);
    }
}

/// What comes out of an archive.
pub(super) struct Unpacked<'a, R> {
    pub(super) inner: R,
    pub(super) budget: &'a Budget,
    pub(super) bytes: u64,
}

impl<'a, R: Read> Unpacked<'a, R> {
    pub(super) const fn new(inner: R, budget: &'a Budget) -> Self {
        Self { inner, budget, bytes: 0 }
    }
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes = self.bytes.saturating_add(read as u64);
        self.budget.unpack(read)?;
        Ok(read)
    }
}

/// Knows where in an archive it is, in bytes.
pub(super) struct Tracked<'a> {
    pub(super) inner: &'a mut dyn BufRead,
    pub(super) at: u64,
}

impl Read for Tracked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.at = self.at.saturating_add(read as u64);
        Ok(read)
    }
}

impl BufRead for Tracked<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.at.saturating_add(amount as u64);
        self.inner.consume(amount);
    }
}

/// Reads to the end and gives the number of bytes.
pub(super) fn drain(source: &mut dyn BufRead) -> io::Result<u64> {
    let mut bytes = 0_u64;
    loop {
        let piece = source.fill_buf()?.len();
        if piece == 0 {
            return Ok(bytes);
        }
        source.consume(piece);
        bytes = bytes.saturating_add(piece as u64);
    }
}

/// Takes exactly so many bytes.
pub(super) fn exactly<const N: usize>(source: &mut dyn Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Takes so many bytes, few enough to be held.
pub(super) fn block(source: &mut dyn Read, bytes: usize) -> io::Result<Vec<u8>> {
    let mut block = vec![0; bytes];
    source.read_exact(&mut block)?;
    Ok(block)
}

/// Passes over so many bytes; an end before that is an error.
pub(super) fn skip(source: &mut dyn BufRead, bytes: u64) -> io::Result<()> {
    let skipped = drain(&mut source.take(bytes))?;
    if skipped == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
