//! The C2SP test vectors for `age`, without those for passphrases and for the text form.

use comity_evidence::inner::{self, InnerFault};
use comity_evidence::{Digest, VaultKey};
use std::io::Read;
use std::path::Path;

struct Vector {
    name: String,
    expect: String,
    payload: Option<String>,
    keys: Vec<VaultKey>,
    file: Vec<u8>,
}

fn vector(path: &Path) -> Vector {
    let bytes = std::fs::read(path).unwrap();
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let field = |wanted: &str| {
        head.lines().filter_map(|line| line.split_once(": ")).find(|(name, _)| *name == wanted)
    };
    let keys = head.lines().filter_map(|line| line.strip_prefix("identity: "));
    let mut file = bytes[end + 2..].to_vec();
    if field("compressed").is_some() {
        let mut whole = Vec::new();
        flate2::read::ZlibDecoder::new(file.as_slice()).read_to_end(&mut whole).unwrap();
        file = whole;
    }
    Vector {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        expect: field("expect").unwrap().1.to_owned(),
        payload: field("payload").map(|(_, hash)| hash.to_owned()),
        keys: keys.map(|key| key.parse().unwrap()).collect(),
        file,
    }
}

#[test]
fn every_vector_of_the_specification_ends_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let vector = vector(&entry.unwrap().path());
        let mut content = Vec::new();
        let opened = inner::open(&vector.keys, vector.file.as_slice(), &mut content);
        let name = &vector.name;
        match vector.expect.as_str() {
            "success" => {
                let opened = opened.unwrap_or_else(|fault| panic!("{name}: {fault}"));
                assert_eq!(Some(opened.plain.sha256.to_string()), vector.payload, "{name}");
                assert_eq!(opened.cipher.sha256, Digest::of(&vector.file), "{name}");
            }
            "no match" => assert!(matches!(opened, Err(InnerFault::NotForThisKey)), "{name}: {opened:?}"),
            "HMAC failure" => assert!(matches!(opened, Err(InnerFault::Damaged)), "{name}: {opened:?}"),
            "header failure" => {
                assert!(matches!(opened, Err(InnerFault::NotAnAgeFile)), "{name}: {opened:?}");
            }
            "payload failure" => {
                let refused = matches!(opened, Err(InnerFault::Damaged | InnerFault::NotAnAgeFile));
                assert!(refused, "{name}: {opened:?}");
                // What came out until then is a true beginning.
                let released = Digest::of(&content).to_string();
                assert!(vector.payload.is_none_or(|hash| hash == released), "{name}");
            }
            other => panic!("{name}: {other}"),
        }
        seen += 1;
    }
    assert_eq!(seen, 85);
}
