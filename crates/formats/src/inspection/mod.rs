//! A bounded look at the bytes of a file (T27, T28, T30): what it is, what an archive would unpack to, which columns a
//! table has. Everything is read once, front to back; nothing is executed, rendered, decoded to pixels or put on a disk.
//! It bounds what it reads and keeps; who calls it bounds time, memory and what else the process may do.

mod budget;
mod kind;
mod leaf;
mod name;
mod picture;
mod table;
mod tar;
mod zip;

pub use name::extension;

use budget::{Budget, MOST_LEVELS, Raw, Unpacked, drain};
use comity_domain::inspection::{Finding, Inspection, Table};
use flate2::bufread::MultiGzDecoder;
use kind::{Class, HEAD, Sniffed, sniff};
use std::io::{self, BufRead, BufReader, Read};

/// The test file on which virus scanners have agreed (EICAR), in two halves, so that no scanner takes this program for it.
const TEST_FILE: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];

/// What somebody says of a file; nothing of it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Claims<'a> {
    /// The ending of its name in lower case, without its dot; empty where there is none.
    pub extension: &'a str,
    /// The media type that its sender stated; empty where none was.
    pub media_type: &'a str,
}

/// What one look has at hand.
struct Look<'a> {
    budget: &'a Budget,
}

/// Inspects a file. `most_unpacked` bytes may come out of all archives in it.
pub fn inspect(content: &mut dyn BufRead, claims: Claims<'_>, most_unpacked: u64) -> Inspection {
    let budget = Budget::new(most_unpacked);
    let look = Look { budget: &budget };
    let mut raw = Raw { inner: content, budget: &budget };
    let seen = look.content(&mut raw, claims, 0);
    let (media_type, table) = match seen {
        Ok((media_type, table)) => (media_type, table),
        Err(finding) => {
            budget.find(finding);
            ("application/octet-stream", None)
        }
    };
    let entries = budget.entries();
    Inspection { media_type: media_type.to_owned(), findings: budget.found(), entries, table }
}

impl Look<'_> {
    /// Looks at a file, at the top or in `level` archives. What ends the look is the error; the rest is noted.
    fn content(
        &self,
        source: &mut dyn BufRead,
        claims: Claims<'_>,
        level: u32,
    ) -> Result<(&'static str, Option<Table>), Finding> {
        let mut head = Vec::with_capacity(HEAD);
        let read = (&mut *source).take(HEAD as u64).read_to_end(&mut head);
        read.map_err(|_| self.unreadable(level))?;
        let sniffed = sniff(&head);
        self.judge(sniffed, &head, claims)?;
        let mut whole = head.as_slice().chain(source);
        let archive = matches!(sniffed.class, Class::Zip | Class::Gzip | Class::Tar);
        if archive && level >= MOST_LEVELS {
            return Err(Finding::NestedTooDeep);
        }
        match sniffed.class {
            Class::Zip => {
                return zip::look(&mut whole, self, claims.extension, level).map(|kind| (kind, None));
            }
            Class::Gzip => self.gzip(&mut whole, claims, level)?,
            Class::Tar => tar::look(&mut whole, self, level)?,
            _ => {
                let seen = leaf::look(&mut whole, sniffed, &head, claims.extension);
                let seen = seen.map_err(|_| self.unreadable(level))?;
                seen.findings.into_iter().for_each(|finding| self.budget.find(finding));
                let media_type = if seen.table.is_some() { "text/csv" } else { sniffed.media_type };
                return Ok((media_type, seen.table));
            }
        }
        Ok((sniffed.media_type, None))
    }

    fn unreadable(&self, level: u32) -> Finding {
        if level == 0 { Finding::Uninspectable } else { self.budget.broken() }
    }

    /// What the head alone shows.
    fn judge(&self, sniffed: Sniffed, head: &[u8], claims: Claims<'_>) -> Result<(), Finding> {
        let (fits, as_said) = (sniffed.fits(claims.extension), sniffed.is_as_said(claims.media_type));
        if head.starts_with(TEST_FILE.concat().as_bytes()) {
            return Err(Finding::TestSignature);
        }
        if sniffed.class == Class::Executable && !(fits && as_said) {
            return Err(Finding::HiddenExecutable);
        }
        if picture::pixels(head).is_some_and(|pixels| pixels > picture::MOST_PIXELS) {
            return Err(Finding::PixelFlood);
        }
        let found = [
            (sniffed.is_run(claims.extension), Finding::Executable),
            (sniffed.class == Class::Closed, Finding::NotOpened),
            (sniffed.class == Class::EndToEnd, Finding::EndToEnd),
            (sniffed.class == Class::Markup, Finding::ActiveContent),
            (!fits, Finding::OtherThanNamed),
            (!as_said, Finding::OtherThanSaid),
        ];
        found.into_iter().filter(|(found, _)| *found).for_each(|(_, finding)| self.budget.find(finding));
        Ok(())
    }

    /// One entry of an archive; a table in it is no table of this file.
    fn entry(&self, content: &mut dyn BufRead, name: &[u8], level: u32) -> Result<(), Finding> {
        let extension = extension(&String::from_utf8_lossy(name));
        let claims = Claims { extension: &extension, media_type: "" };
        self.content(content, claims, level + 1).map(drop)
    }

    /// RFC 1952, all members.
    fn gzip(&self, source: &mut dyn BufRead, claims: Claims<'_>, level: u32) -> Result<(), Finding> {
        self.budget.entry()?;
        let mut content = BufReader::new(Unpacked::new(MultiGzDecoder::new(source), self.budget));
        self.fill(&mut content)?;
        let named = content.get_ref().inner.header().and_then(|header| header.filename()).map(<[u8]>::to_vec);
        if let Some(name) = &named {
            name::check(name)?;
        }
        // What is in it is called as it is, without the ending, and `tgz` says as much as `tar.gz`.
        let inner = match (named, claims.extension) {
            (Some(name), _) => name,
            (None, "tgz") => b"a.tar".to_vec(),
            (None, _) => b"a".to_vec(),
        };
        self.entry(&mut content, &inner, level)?;
        drain(&mut content).map(drop).map_err(|_| self.budget.broken())
    }

    fn fill(&self, content: &mut dyn BufRead) -> Result<(), Finding> {
        let filled: io::Result<&[u8]> = content.fill_buf();
        filled.map(drop).map_err(|_| self.budget.broken())
    }
}
