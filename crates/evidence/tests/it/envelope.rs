//! Both envelopes: what went in comes out, and of anything else nothing does.

use comity_evidence::inner::{self, InnerFault, Sealed};
use comity_evidence::outer::{CHUNK, OuterFault, OuterReader, OuterWriter, ReleaseKey};
use comity_evidence::{Digest, KeyFault, KeyKind, VaultKey, VaultRecipient, read_keys, read_recipients};
use proptest::prelude::*;
use std::io::{self, Read, Write};

const KINDS: [KeyKind; 2] = [KeyKind::Classic, KeyKind::PostQuantum];
/// Where chunks begin and end.
const LENGTHS: [usize; 7] = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 77];

fn key(kind: KeyKind, byte: u8) -> VaultKey {
    VaultKey::from_seed(kind, &[byte; 32])
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect()
}

fn sealed(recipients: &[VaultRecipient], content: &[u8]) -> (Vec<u8>, Sealed) {
    let mut file = Vec::new();
    let sealed = inner::seal(recipients, content, &mut file).unwrap();
    (file, sealed)
}

fn opened(keys: &[VaultKey], file: &[u8]) -> Result<(Vec<u8>, Sealed), InnerFault> {
    let mut content = Vec::new();
    inner::open(keys, file, &mut content).map(|opened| (content, opened))
}

#[test]
fn a_file_opens_for_each_of_its_vaults_with_the_hashes_of_its_sealing() {
    for kind in KINDS {
        let keys = [key(kind, 1), key(kind, 2), key(kind, 3)];
        let recipients: Vec<_> = keys.iter().map(VaultKey::recipient).collect();
        for length in LENGTHS {
            let whole = content(length);
            let (file, sealed) = sealed(&recipients, &whole);
            assert_eq!((sealed.plain.sha256, sealed.plain.bytes), (Digest::of(&whole), length as u64));
            assert_eq!((sealed.cipher.sha256, sealed.cipher.bytes), (Digest::of(&file), file.len() as u64));
            for key in &keys {
                let (out, opened) = opened(std::slice::from_ref(key), &file).unwrap();
                assert_eq!((out, opened), (whole.clone(), sealed));
            }
            let stranger = opened(&[key(kind, 9)], &file);
            assert!(matches!(stranger, Err(InnerFault::NotForThisKey)));
        }
    }
}

#[test]
fn a_file_that_was_cut_changed_or_continued_does_not_open() {
    for kind in KINDS {
        let key = key(kind, 1);
        let (file, _) = sealed(&[key.recipient()], &content(2 * CHUNK));
        for cut in [0, 1, 20, 60, file.len() - CHUNK, file.len() - 17, file.len() - 1] {
            assert!(opened(std::slice::from_ref(&key), &file[..cut]).is_err(), "cut at {cut}");
        }
        for at in (0..file.len()).step_by(997).chain(0..300) {
            let mut other = file.clone();
            other[at] ^= 1;
            assert!(opened(std::slice::from_ref(&key), &other).is_err(), "byte {at}");
        }
        let longer = [file.as_slice(), b"x"].concat();
        assert!(matches!(opened(std::slice::from_ref(&key), &longer), Err(InnerFault::Damaged)));
    }
}

#[test]
fn recipients_are_few_and_of_one_kind() {
    let seal = |recipients: &[VaultRecipient]| inner::seal(recipients, io::empty(), io::sink());
    let [classic, hybrid] = KINDS.map(|kind| key(kind, 1).recipient());
    let fault = |sealed: Result<Sealed, InnerFault>| match sealed {
        Err(InnerFault::Recipients(fault)) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(seal(&[])), KeyFault::None);
    assert_eq!(fault(seal(&[classic.clone(), hybrid.clone()])), KeyFault::Mixed);
    assert_eq!(fault(seal(&[hybrid.clone(), classic.clone()])), KeyFault::Mixed);
    assert_eq!(fault(seal(&vec![classic; 33])), KeyFault::TooMany);
    // The largest header that is written is one that is read.
    let (file, _) = sealed(&vec![hybrid; 32], b"x");
    assert_eq!(opened(&[key(KeyKind::PostQuantum, 1)], &file).unwrap().0, b"x");
}

#[test]
fn an_endless_header_and_the_text_form_are_refused() {
    let endless = b"age-encryption.org/v1\n".chain(io::repeat(b'-'));
    assert!(inner::open(&[key(KeyKind::Classic, 1)], endless, io::sink()).is_err());
    let endless = b"age-encryption.org/v1\n-> ".chain(io::repeat(b'a'));
    let refused = inner::open(&[key(KeyKind::Classic, 1)], endless, io::sink());
    assert!(matches!(refused, Err(InnerFault::Header)), "{refused:?}");
    let lines = "-> a\n\n".repeat(1 << 20);
    let long = b"age-encryption.org/v1\n".chain(lines.as_bytes());
    let refused = inner::open(&[key(KeyKind::Classic, 1)], long, io::sink());
    assert!(matches!(refused, Err(InnerFault::Header)), "{refused:?}");
    let armored = b"-----BEGIN AGE ENCRYPTED FILE-----\n";
    let refused = inner::open(&[key(KeyKind::Classic, 1)], armored.as_slice(), io::sink());
    assert!(matches!(refused, Err(InnerFault::Armored)));
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is full"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_disk_that_fails_is_told_as_that() {
    let key = key(KeyKind::Classic, 1);
    let whole = content(3 * CHUNK);
    let (file, _) = sealed(&[key.recipient()], &whole);
    let half = file[..file.len() / 2].chain(Broken);
    let told = |result: Result<Sealed, InnerFault>| match result {
        Err(InnerFault::Io(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let keys = std::slice::from_ref(&key);
    assert!(told(inner::open(keys, half, io::sink())).contains("the disk is gone"));
    assert!(told(inner::open(keys, file.as_slice(), Broken)).contains("the disk is full"));
    assert!(told(inner::seal(&[key.recipient()], whole.as_slice(), Broken)).contains("the disk is full"));
    assert!(told(inner::seal(&[key.recipient()], Broken, io::sink())).contains("the disk is gone"));
}

#[test]
fn keys_are_written_and_read_in_one_way() {
    for kind in KINDS {
        let key = VaultKey::generate(kind).unwrap();
        let (secret, public) = (key.to_text(), key.recipient().to_string());
        assert_eq!(secret.parse::<VaultKey>().as_ref(), Ok(&key));
        assert_eq!(public.parse::<VaultRecipient>().as_ref(), Ok(&key.recipient()));
        assert_ne!(key, VaultKey::generate(kind).unwrap());
        assert!(!format!("{key:?}").contains(secret.as_str()));
        for other in [secret.to_lowercase(), format!("{} ", *secret), secret[..70].to_owned(), public.clone()]
        {
            assert_eq!(other.parse::<VaultKey>(), Err(KeyFault::NotAKey), "{other}");
        }
        for other in [public.to_uppercase(), format!("{public} "), secret.to_string()] {
            assert_eq!(other.parse::<VaultRecipient>(), Err(KeyFault::NotARecipient));
        }
        let file = format!("# the vault of 2026\n\n{}\n", *secret);
        assert_eq!(read_keys(&file).as_ref(), Ok(&vec![key.clone()]));
        assert_eq!(read_recipients(&format!("{public}\r\n")), Ok(vec![key.recipient()]));
        assert_eq!(read_keys("# nothing\n"), Err(KeyFault::File));
        assert_eq!(read_keys(&format!("{}\nrubbish\n", *secret)), Err(KeyFault::NotAKey));
    }
    // The example of the specification.
    let example = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    let public = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
    assert_eq!(example.parse::<VaultKey>().unwrap().recipient().to_string(), public);
}

fn wrapped(key: &ReleaseKey, object: &str, inner: &[u8]) -> Vec<u8> {
    let mut writer = OuterWriter::new(key, object, Vec::new()).unwrap();
    writer.write_all(inner).unwrap();
    writer.finish().unwrap()
}

fn unwrapped(key: &ReleaseKey, object: &str, file: &[u8]) -> Result<Vec<u8>, io::Error> {
    let mut inner = Vec::new();
    OuterReader::new(key, object, file)?.read_to_end(&mut inner)?;
    Ok(inner)
}

#[test]
fn an_outer_envelope_opens_to_what_was_put_in() {
    let key = ReleaseKey::generate().unwrap();
    for length in LENGTHS {
        let file = wrapped(&key, "object-1", &content(length));
        assert_eq!(unwrapped(&key, "object-1", &file).unwrap(), content(length));
        assert!(unwrapped(&key, "object-2", &file).is_err());
        assert!(unwrapped(&ReleaseKey::generate().unwrap(), "object-1", &file).is_err());
    }
}

#[test]
fn the_format_is_the_documented_one() {
    let file = wrapped(&ReleaseKey::from_bytes(&[7; 32]), "object-1", &content(CHUNK));
    assert_eq!(&file[..16], b"comity envelope\x01");
    assert_eq!(file.len(), 16 + 19 + CHUNK + 16);
    let mut later = file.clone();
    later[15] = 2;
    let refused = OuterReader::new(&ReleaseKey::from_bytes(&[7; 32]), "object-1", later.as_slice());
    assert!(matches!(refused.err(), Some(OuterFault::Version(2))));
    let other = OuterReader::new(&ReleaseKey::from_bytes(&[7; 32]), "object-1", &file[1..]);
    assert!(matches!(other.err(), Some(OuterFault::NotAnEnvelope)));
}

#[test]
fn chunks_cannot_be_cut_off_left_out_moved_repeated_or_taken_from_elsewhere() {
    let key = ReleaseKey::generate().unwrap();
    let file = wrapped(&key, "object-1", &content(4 * CHUNK + 5));
    let again = wrapped(&key, "object-1", &content(4 * CHUNK + 5));
    let (head, body) = file.split_at(35);
    let chunks: Vec<&[u8]> = body.chunks(CHUNK + 16).collect();
    let elsewhere: Vec<&[u8]> = again[35..].chunks(CHUNK + 16).collect();
    let [first, b, c, d, last] = chunks[..] else { panic!("five chunks") };
    let orders: [&[&[u8]]; 10] = [
        &[],
        &[first, b, c, d],
        &[first, b, c, last],
        &[b, c, d, last],
        &[b, first, c, d, last],
        &[first, first, b, c, d, last],
        &[first, b, c, d, last, last],
        &[first, b, c, d, &last[..last.len() - 1]],
        &[first, elsewhere[1], c, d, last],
        &[first, b, c, d, elsewhere[4]],
    ];
    for (number, order) in orders.iter().enumerate() {
        let mut reader =
            OuterReader::new(&key, "object-1", head.chain(io::Cursor::new(order.concat()))).unwrap();
        let mut got = Vec::new();
        assert!(reader.read_to_end(&mut got).is_err(), "order {number}");
        assert!(content(4 * CHUNK + 5).starts_with(&got), "order {number} gave other bytes");
        // It does not turn into an end when it is asked again.
        assert!(reader.read(&mut [0; 10]).is_err(), "order {number}");
    }
    assert_eq!(unwrapped(&key, "object-1", &[head, &chunks.concat()].concat()).unwrap().len(), 4 * CHUNK + 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_byte_of_an_outer_envelope_can_be_changed(
        at in any::<prop::sample::Index>(), bit in 0..8, length in 0..3 * CHUNK
    ) {
        let key = ReleaseKey::from_bytes(&[5; 32]);
        let mut file = wrapped(&key, "object-1", &content(length));
        let at = at.index(file.len());
        file[at] ^= 1_u8 << bit;
        prop_assert!(unwrapped(&key, "object-1", &file).is_err());
    }

    #[test]
    fn envelopes_stream_in_pieces_of_any_size(pieces in prop::collection::vec(0..2 * CHUNK, 0..6)) {
        let key = ReleaseKey::from_bytes(&[5; 32]);
        let mut writer = OuterWriter::new(&key, "o", Vec::new()).unwrap();
        let mut whole = Vec::new();
        for piece in pieces {
            writer.write_all(&content(piece)).unwrap();
            whole.extend(content(piece));
        }
        let file = writer.finish().unwrap();
        prop_assert_eq!(unwrapped(&key, "o", &file).unwrap(), whole);
    }
}
