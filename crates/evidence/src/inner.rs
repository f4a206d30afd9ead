//! The inner envelope: an `age` file (C2SP `age` v1) for one or more vaults, made and opened in one pass.
//! Whoever has an exported key opens it with `age` alone. A file that was cut is noticed only at its end: until
//! [`open`] has returned, what it wrote may be the beginning of something else, and the caller throws it away.
//! The text form of `age` (`-----BEGIN AGE ENCRYPTED FILE-----`) is not taken: it is a third longer, and a second way of
//! writing the same bytes would give one file two hashes.

use crate::hash::{BLOCK, Hasher, Tee, Weighed, read_some};
use crate::vault::{KeyFault, VaultKey, VaultRecipient};
use age::DecryptError;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::thread;

/// The longest header that is read, in bytes: [`crate::MAX_RECIPIENTS`] of the largest kind.
const MAX_HEADER: usize = 64 * 1024;
/// The most lines of a header. The crate `age` reads a header again from its beginning with each line, so that many short
/// ones would cost more than they could ever be worth.
const MAX_LINES: usize = 256;
/// The first line of every file.
const FIRST_LINE: &[u8] = b"age-encryption.org/v1\n";
/// Characters of a full line of a stanza's body; the last line has fewer.
const BODY_LINE: usize = 64;
/// How a stanza ends that is for nobody.
const GREASE: &str = "-grease";
/// How the text form of `age` begins.
const ARMOR: &[u8] = b"-----BEGIN AGE";

/// What went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// The content.
    pub plain: Weighed,
    /// The `age` file.
    pub cipher: Weighed,
}

/// Why a file was not sealed or opened; what was written until then is to be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum InnerFault {
    /// The recipients.
    #[error(transparent)]
    Recipients(#[from] KeyFault),
    /// Another kind of file, or another version of `age`.
    #[error("not an age file of version 1")]
    NotAnAgeFile,
    /// The text form.
    #[error("the text form of age is not taken; `age -d` reads it")]
    Armored,
    /// The header is longer than any that is written here.
    #[error("the header is longer than {MAX_HEADER} bytes or {MAX_LINES} lines")]
    Header,
    /// None of the keys is one that it was sealed to.
    #[error("it was not sealed to this key")]
    NotForThisKey,
    /// Changed, cut, or continued.
    #[error("the file is not what was sealed: it was changed or cut")]
    Damaged,
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Seals a content to all of these recipients, to its end. Three threads: this one encrypts, two hash.
///
/// # Errors
/// [`InnerFault::Recipients`], [`InnerFault::Io`].
pub fn seal(
    recipients: &[VaultRecipient],
    mut content: impl Read,
    file: impl Write,
) -> Result<Sealed, InnerFault> {
    VaultRecipient::check(recipients)?;
    let encryptor = age::Encryptor::with_recipients(recipients.iter().map(VaultRecipient::as_age));
    let encryptor = encryptor.map_err(|error| InnerFault::Io(io::Error::other(error.to_string())))?;
    thread::scope(|scope| {
        let mut plain = Hasher::start(scope);
        let mut writer = encryptor.wrap_output(Tee { stream: file, hasher: Hasher::start(scope) })?;
        let mut block = vec![0; BLOCK];
        loop {
            let read = read_some(&mut content, &mut block)?;
            if read == 0 {
                break;
            }
            plain.take(&block[..read])?;
            writer.write_all(&block[..read])?;
        }
        let mut tee = writer.finish()?;
        tee.flush()?;
        Ok(Sealed { plain: plain.finish()?, cipher: tee.hasher.finish()? })
    })
}

/// Opens a file with the first of these keys that fits, to its end.
///
/// # Errors
/// [`InnerFault`]; then `content` has got something that is to be thrown away.
pub fn open(keys: &[VaultKey], file: impl Read, mut content: impl Write) -> Result<Sealed, InnerFault> {
    thread::scope(|scope| {
        let mut file = BufReader::with_capacity(BLOCK, Tee { stream: file, hasher: Hasher::start(scope) });
        if file.fill_buf()?.starts_with(ARMOR) {
            return Err(InnerFault::Armored);
        }
        let header = io::Cursor::new(header(&mut file)?);
        let decryptor = age::Decryptor::new_buffered(header.chain(&mut file)).map_err(told)?;
        let identities: Vec<Box<dyn age::Identity>> = keys.iter().map(VaultKey::identity).collect();
        let reader = decryptor.decrypt(identities.iter().map(|identity| &**identity));
        let mut reader = reader.map_err(told)?;
        let (mut plain, mut block) = (Hasher::start(scope), vec![0; BLOCK]);
        loop {
            let read = read_some(&mut reader, &mut block).map_err(damaged)?;
            if read == 0 {
                break;
            }
            plain.take(&block[..read])?;
            content.write_all(&block[..read])?;
        }
        content.flush()?;
        drop(reader);
        Ok(Sealed { plain: plain.finish()?, cipher: file.into_inner().hasher.finish()? })
    })
}

/// What the header of a file says without any key: the kinds of its recipients, in its order. This is all that an instance
/// can know of a sealed file. What `age` adds to keep readers tolerant, a stanza that ends in `-grease`, is no recipient.
///
/// # Errors
/// [`InnerFault::NotAnAgeFile`], [`InnerFault::Armored`], [`InnerFault::Header`]; [`InnerFault::Io`] while reading.
pub fn stanzas(mut file: impl BufRead) -> Result<Vec<String>, InnerFault> {
    if file.fill_buf()?.starts_with(ARMOR) {
        return Err(InnerFault::Armored);
    }
    let header = header(&mut file)?;
    let text = String::from_utf8(header).map_err(|_| InnerFault::NotAnAgeFile)?;
    let named = text.lines().filter_map(|line| line.strip_prefix("-> "));
    let kinds = named.map(|line| line.split(' ').next().unwrap_or_default());
    Ok(kinds.filter(|kind| !kind.ends_with(GREASE)).map(str::to_owned).collect())
}

/// Reads a header and no further, within its bounds and in the form that the specification gives it.
fn header(file: &mut impl BufRead) -> Result<Vec<u8>, InnerFault> {
    let (mut header, mut in_body) = (Vec::new(), false);
    for number in 0..MAX_LINES {
        let begun = header.len();
        file.take((MAX_HEADER - begun) as u64).read_until(b'\n', &mut header)?;
        let Some(line) = header[begun..].strip_suffix(b"\n") else {
            let cut = header.len() < MAX_HEADER;
            return Err(if cut { InnerFault::NotAnAgeFile } else { InnerFault::Header });
        };
        let fits = match (number, in_body) {
            (0, _) => header == FIRST_LINE,
            (_, false) if line.starts_with(b"---") => return Ok(header),
            (_, false) => line.starts_with(b"-> "),
            (_, true) => !line.starts_with(b"-") && line.len() <= BODY_LINE,
        };
        if !fits {
            return Err(InnerFault::NotAnAgeFile);
        }
        in_body = number > 0 && (!in_body || line.len() == BODY_LINE);
    }
    Err(InnerFault::Header)
}

/// What the crate `age` says, in our words.
fn told(error: DecryptError) -> InnerFault {
    match error {
        DecryptError::NoMatchingKeys => InnerFault::NotForThisKey,
        DecryptError::InvalidMac => InnerFault::Damaged,
        DecryptError::Io(error) if !is_content(&error) => InnerFault::Io(error),
        _ => InnerFault::NotAnAgeFile,
    }
}

fn damaged(error: io::Error) -> InnerFault {
    if is_content(&error) { InnerFault::Damaged } else { InnerFault::Io(error) }
}

/// Whether an error tells of the bytes and not of where they lie.
fn is_content(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}
