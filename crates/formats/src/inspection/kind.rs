//! What a file is by its first bytes, and whether that fits what it is called.
//! The names of some two hundred formats come from `file_format`; what follows from them is decided here.

use file_format::{FileFormat, Kind};

/// Bytes from the beginning by which a file is known.
pub(super) const HEAD: usize = 4_096;

/// What has to be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Zip,
    Gzip,
    Tar,
    /// An archive that is not opened here.
    Closed,
    Pdf,
    Picture,
    /// An office file of the kind before ZIP.
    OldOffice,
    Text,
    /// Text that a browser would run.
    Markup,
    Executable,
    /// Encrypted to a recipient (age).
    EndToEnd,
    Other,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sniffed {
    pub(super) class: Class,
    pub(super) media_type: &'static str,
    format: Option<FileFormat>,
}

/// Endings of text files that the table of formats does not know as such.
const TEXT: [&str; 26] = [
    "csv", "tsv", "tab", "txt", "log", "json", "jsonl", "ndjson", "xml", "html", "htm", "xhtml", "svg",
    "eml", "mbox", "md", "yaml", "yml", "toml", "ini", "sql", "ics", "vcf", "kml", "gpx", "rtf",
];

/// Endings of text files that are run by a double click.
const SCRIPT: [&str; 18] = [
    "bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "sh", "py", "pl", "rb",
    "reg", "scr", "com",
];

/// Endings of what is a ZIP archive inside.
const ZIPPED: [&str; 19] = [
    "zip", "docx", "docm", "xlsx", "xlsm", "pptx", "pptm", "vsdx", "odt", "ods", "odp", "odg", "epub", "jar",
    "apk", "kmz", "oxps", "cbz", "3mf",
];

/// Endings of office files of the kind before ZIP.
const COMPOUND: [&str; 8] = ["doc", "xls", "ppt", "msg", "msi", "pub", "vsd", "mpp"];

/// Endings that promise nothing.
const ANYTHING: [&str; 4] = ["bin", "dat", "raw", "bak"];

/// Knows a file by its head.
pub(super) fn sniff(head: &[u8]) -> Sniffed {
    let known = |class, media_type| Sniffed { class, media_type, format: None };
    if head.starts_with(b"age-encryption.org/v1") || head.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") {
        return known(Class::EndToEnd, "application/octet-stream");
    }
    if head.starts_with(b"%PDF-") {
        let format = Some(FileFormat::PortableDocumentFormat);
        return Sniffed { class: Class::Pdf, media_type: "application/pdf", format };
    }
    if is_text(head) {
        return text(head);
    }
    let format = FileFormat::from_bytes(head);
    let class = match format {
        FileFormat::Zip => Class::Zip,
        FileFormat::Gzip => Class::Gzip,
        FileFormat::TapeArchive => Class::Tar,
        FileFormat::CompoundFileBinary => Class::OldOffice,
        FileFormat::WindowsShortcut => Class::Executable,
        // Every variety of ZIP begins alike; what `file_format` makes of its first entry changes nothing.
        _ if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => Class::Zip,
        _ => match format.kind() {
            Kind::Executable => Class::Executable,
            Kind::Archive | Kind::Compressed | Kind::Package | Kind::Disk => Class::Closed,
            Kind::Image => Class::Picture,
            _ => Class::Other,
        },
    };
    if format == FileFormat::ArbitraryBinaryData && class != Class::Zip {
        return known(Class::Other, "application/octet-stream");
    }
    let kept = FileFormat::from_kind(format.kind()).iter().find(|known| **known == format);
    let media_type = match kept {
        _ if class == Class::Zip => "application/zip",
        Some(kept) => kept.media_type(),
        None => "application/octet-stream",
    };
    Sniffed { class, media_type, format: Some(format) }
}

/// Text in UTF-8 or an eight-bit alphabet: no control characters but those of lines.
fn is_text(head: &[u8]) -> bool {
    let plain = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c) || (*byte >= 0x20 && *byte != 0x7f);
    // The head may end within a character.
    let unicode = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    let high = || head.iter().filter(|byte| **byte >= 0x80).count();
    head.iter().all(plain) && (unicode || high() * 4 < head.len())
}

fn text(head: &[u8]) -> Sniffed {
    let known = |class, media_type| Sniffed { class, media_type, format: None };
    let body = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if head.starts_with(b"#!/") {
        return known(Class::Executable, "text/x-shellscript");
    }
    let begins = |word: &str| body.get(..word.len()).is_some_and(|b| b.eq_ignore_ascii_case(word.as_bytes()));
    if begins("<!doctype html") || begins("<html") || begins("<script") {
        return known(Class::Markup, "text/html");
    }
    if body.starts_with(b"<") && memchr::memmem::find(body, b"<svg").is_some() {
        return known(Class::Markup, "image/svg+xml");
    }
    if begins("<?xml") {
        return known(Class::Text, "application/xml");
    }
    if body.starts_with(b"{") || body.starts_with(b"[") {
        return known(Class::Text, "application/json");
    }
    known(Class::Text, "text/plain")
}

impl Sniffed {
    /// Whether it is what a name with this ending (lower case, no dot) promises.
    pub(super) fn fits(self, extension: &str) -> bool {
        let named = FileFormat::from_extension(extension);
        if extension.is_empty() || ANYTHING.contains(&extension) {
            return true;
        }
        match self.class {
            Class::Zip => ZIPPED.contains(&extension) || (named.is_empty() && !is_texts(extension)),
            Class::OldOffice => COMPOUND.contains(&extension),
            Class::Text | Class::Markup => {
                is_texts(extension) || named.is_empty() || named.iter().any(|format| is_textual(*format))
            }
            Class::Executable if self.format.is_none() => {
                SCRIPT.contains(&extension) || (named.is_empty() && !is_texts(extension))
            }
            Class::EndToEnd => extension == "age",
            _ => match self.format {
                None => named.is_empty() && !is_texts(extension),
                Some(format) if named.is_empty() => !is_texts(extension) && format.kind() != Kind::Executable,
                Some(format) => named.iter().any(|other| {
                    *other == format
                        || other.media_type() == format.media_type()
                        || (other.kind() == format.kind() && has_many_names(format))
                }),
            },
        }
    }

    /// Whether it is what its sender said, a media type.
    pub(super) fn is_as_said(self, said: &str) -> bool {
        let said = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let meant = FileFormat::from_media_type(&said);
        let vague = said.is_empty() || said == "application/octet-stream" || meant.is_empty();
        // What browsers say of a table in text, on machines with a spreadsheet.
        let spreadsheet = said == "application/vnd.ms-excel";
        match self.class {
            _ if vague || said == self.media_type => true,
            Class::Text | Class::Markup => spreadsheet || meant.iter().any(|format| is_textual(*format)),
            Class::Zip => meant.iter().any(|format| ZIPPED.contains(&format.extension())),
            Class::OldOffice => meant.iter().any(|format| COMPOUND.contains(&format.extension())),
            _ => self.format.is_some_and(|format| {
                meant.contains(&format)
                    || meant.iter().any(|other| other.kind() == format.kind() && has_many_names(format))
            }),
        }
    }

    /// Whether a text of this kind is run under a name with this ending.
    pub(super) fn is_run(self, extension: &str) -> bool {
        self.class == Class::Executable || (self.class == Class::Text && SCRIPT.contains(&extension))
    }
}

fn is_texts(extension: &str) -> bool {
    TEXT.contains(&extension)
}

fn is_textual(format: FileFormat) -> bool {
    let media_type = format.media_type();
    media_type.starts_with("text/")
        || ["xml", "json"].iter().any(|ending| media_type.ends_with(ending))
        || is_texts(format.extension())
        || SCRIPT.contains(&format.extension())
}

/// Sound, moving pictures and programs come in containers that are called by many names.
fn has_many_names(format: FileFormat) -> bool {
    matches!(format.kind(), Kind::Audio | Kind::Video | Kind::Executable)
}
