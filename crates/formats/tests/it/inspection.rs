//! What the inspection says of honest files, of bombs, tricks and lies; and that it ends whatever it is given.

mod made;

use comity_domain::inspection::{Finding, Inspection};
use comity_formats::inspection::{Claims, extension, inspect};
use made::{Entry, bodies, ended, gzipped, tar, tar_entry, zip, zipped};
use proptest::prelude::*;
use std::io::{BufReader, Read};

const MEBIBYTE: usize = 1024 * 1024;
/// What archives may unpack to in these tests, in bytes.
const MOST: u64 = 64 * 1024 * 1024;
const EICAR: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];
const PROGRAM: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0";

fn eicar() -> Vec<u8> {
    EICAR.concat().into_bytes()
}

fn look(name: &str, content: &[u8]) -> Inspection {
    let extension = extension(name);
    let claims = Claims { extension: &extension, media_type: "" };
    let report = inspect(&mut BufReader::new(content), claims, MOST);
    assert!(report.is_sound());
    report
}

fn found(name: &str, content: &[u8]) -> Vec<Finding> {
    look(name, content).findings
}

#[track_caller]
fn refused(name: &str, content: &[u8], finding: Finding) {
    assert_eq!(look(name, content).refused(), Some(finding), "{name}: {:?}", found(name, content));
}

#[test]
fn what_is_as_it_should_be_has_no_finding() {
    let csv = b"address,subscriber\n203.0.113.7,example\n";
    let docx =
        zipped(&[Entry::new("[Content_Types].xml", b"<?xml"), Entry::new("word/document.xml", b"<?xml")]);
    let follows = Entry { flags: 8, ..Entry::new("answer.csv", csv) };
    let honest: [(&str, Vec<u8>, &str); 12] = [
        ("answer.csv", csv.to_vec(), "text/csv"),
        ("letter.txt", b"Dear Sir,\nattached.\n".to_vec(), "text/plain"),
        ("answer.json", b"{\"a\": 1}".to_vec(), "application/json"),
        ("answer.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>".to_vec(), "application/pdf"),
        ("answer.zip", zip("answer.csv", csv), "application/zip"),
        ("answer.zip", zipped(&[Entry::stored("a/", b""), Entry::stored("a/b.csv", csv)]), "application/zip"),
        ("answer.zip", zipped(&[follows]), "application/zip"),
        ("answer.zip", ended(Vec::new(), &[]), "application/zip"),
        ("letter.docx", docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("answer.tar", tar(&[("a/", b'5', b""), ("a/answer.csv", b'0', csv)]), "application/x-tar"),
        ("answer.csv.gz", gzipped(csv), "application/gzip"),
        ("answer.tar.gz", gzipped(&tar(&[("answer.csv", b'0', csv)])), "application/gzip"),
    ];
    for (name, content, media_type) in honest {
        let report = look(name, &content);
        assert_eq!((report.findings, report.media_type.as_str()), (Vec::new(), media_type), "{name}");
    }
}

#[test]
fn the_columns_of_a_table_are_told_and_those_in_an_archive_are_not() {
    let csv = b"address,subscriber\n203.0.113.7,example\n";
    let table = look("answer.csv", csv).table.unwrap();
    assert_eq!((table.columns, table.rows), (vec!["address".to_owned(), "subscriber".to_owned()], 1));
    assert!(look("answer.zip", &zip("answer.csv", csv)).table.is_none());
}

#[test]
fn the_test_file_of_the_scanners_is_found_wherever_it_lies() {
    let nested = zip("outer.zip", &zip("eicar.com", &eicar()));
    let hidden = tar(&[("a.txt", b'0', b"harmless"), ("eicar.com", b'0', &eicar())]);
    let document =
        zipped(&[Entry::new("[Content_Types].xml", b"<?xml"), Entry::new("word/embeddings/o.bin", &eicar())]);
    let files: [(&str, Vec<u8>); 6] = [
        ("eicar.com", eicar()),
        ("eicar.zip", zip("eicar.com", &eicar())),
        ("eicar.zip", nested),
        ("eicar.tar.gz", gzipped(&hidden)),
        ("eicar.gz", gzipped(&eicar())),
        ("letter.docx", document),
    ];
    for (name, content) in files {
        refused(name, &content, Finding::TestSignature);
    }
}

#[test]
fn a_bomb_of_bombs_is_refused() {
    let mut bomb = vec![0; 4 * MEBIBYTE];
    for level in 0..5 {
        let entries: Vec<Entry> =
            (0..8).map(|number| Entry::new(&format!("{level}-{number}.zip"), &bomb)).collect();
        bomb = zipped(&entries);
    }
    assert!(bomb.len() < MEBIBYTE, "{}", bomb.len());
    let report = look("42.zip", &bomb).refused();
    assert!(matches!(report, Some(Finding::NestedTooDeep | Finding::UnpacksTooLarge)), "{report:?}");
}

#[test]
fn archives_in_archives_end_at_the_third() {
    let inner = zip("a.txt", b"text");
    let third = zip("2.zip", &zip("1.zip", &inner));
    assert!(found("3.zip", &third).is_empty());
    refused("4.zip", &zip("3.zip", &third), Finding::NestedTooDeep);
    refused("4.gz", &gzipped(&third), Finding::NestedTooDeep);
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let zeros = vec![0; 8 * MEBIBYTE];
    refused("zeros.gz", &gzipped(&zeros), Finding::UnpacksTooLarge);
    refused("zeros.zip", &zip("zeros", &zeros), Finding::UnpacksTooLarge);
    refused("zeros.tgz", &gzipped(&tar(&[("zeros", b'0', &zeros)])), Finding::UnpacksTooLarge);
    // Well packed, but little.
    assert_eq!(found("zeros.gz", &gzipped(&vec![b' '; MEBIBYTE / 2])), [Finding::Blank]);
    // Badly packed, and too much.
    let noise: Vec<u8> =
        (0..2 * MEBIBYTE).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    let claims = Claims { extension: "zip", media_type: "" };
    let archive = zip("noise.bin", &noise);
    let report = inspect(&mut archive.as_slice(), claims, MEBIBYTE as u64);
    assert_eq!(report.refused(), Some(Finding::UnpacksTooLarge));
}

#[test]
fn a_size_that_nobody_could_store_is_refused_before_it_is_read() {
    let huge = Entry { bytes: 281_474_976_710_656, ..Entry::new("flat", b"little") };
    let (archive, _) = bodies(&[huge]);
    refused("flat.zip", &archive, Finding::UnpacksTooLarge);
}

#[test]
fn entries_that_overlap_or_hide_are_refused() {
    let kernel = Entry::new("a", &vec![b'a'; 1_000]);
    let (archive, places) = bodies(std::slice::from_ref(&kernel));
    let twice =
        [kernel.central(places[0]), Entry { name: b"b".to_vec(), ..kernel.clone() }.central(places[0])];
    refused("same.zip", &ended(archive.clone(), &twice), Finding::OverlappingEntries);
    let again = [kernel.central(places[0]), kernel.central(places[0])];
    refused("again.zip", &ended(archive.clone(), &again), Finding::OverlappingEntries);
    // An entry within the content of another.
    let inner = zip("inner", b"x");
    let outer = Entry::stored("outer", &inner);
    let (archive, places) = bodies(std::slice::from_ref(&outer));
    let within = places[0] + archive.len() - inner.len();
    let list = [outer.central(places[0]), Entry::new("inner", b"x").central(within)];
    refused("within.zip", &ended(archive, &list), Finding::OverlappingEntries);
    // One that is not in the list, and one that is only there.
    let (archive, places) = bodies(&[kernel.clone(), Entry::new("secret", b"x")]);
    refused("hidden.zip", &ended(archive, &[kernel.central(places[0])]), Finding::OverlappingEntries);
    let (archive, places) = bodies(std::slice::from_ref(&kernel));
    let invented = [kernel.central(places[0]), Entry::new("more", b"x").central(4_000)];
    refused("invented.zip", &ended(archive, &invented), Finding::OverlappingEntries);
}

#[test]
fn more_entries_than_are_allowed_are_refused() {
    let entries: Vec<Entry> = (0..10_001).map(|n| Entry::stored(&format!("{n}"), b"")).collect();
    refused("many.zip", &zipped(&entries), Finding::TooManyEntries);
    refused("many.zip", &zip("inner.zip", &zipped(&entries[..10_000])), Finding::TooManyEntries);
    assert_eq!(look("many.zip", &zipped(&entries[..10_000])).entries, 10_000);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in ["../up", "/root", "a\\b", "c:x", "a/../../b", "new\nline", "invoice\u{202e}fdp.exe"] {
        refused("trick.zip", &zip(name, b"x"), Finding::PathTrick);
    }
    for name in ["../up", "/root", "a/../../b"] {
        refused("trick.tar", &tar(&[(name, b'0', b"x")]), Finding::PathTrick);
    }
    let link = Entry { mode: 0o120_777, ..Entry::stored("link", b"/etc/passwd") };
    refused("link.zip", &zipped(&[link]), Finding::PathTrick);
    refused("link.tar", &tar(&[("link", b'2', b"")]), Finding::PathTrick);
    let mut longer = tar_entry("././@LongLink", b'L', b"../../up\0");
    longer.extend(tar(&[("fine", b'0', b"x")]));
    refused("long.tar", &longer, Finding::PathTrick);
    let mut extended = tar_entry("pax", b'x', b"16 path=../../x\n");
    extended.extend(tar(&[("fine", b'0', b"x")]));
    refused("pax.tar", &extended, Finding::PathTrick);
}

#[test]
fn a_damaged_archive_is_refused_wherever_it_is_cut() {
    let whole = zipped(&[Entry::new("a.csv", b"a,b\n1,2\n"), Entry::stored("b.txt", b"text")]);
    for end in 4..whole.len() {
        assert!(look("cut.zip", &whole[..end]).refused().is_some(), "cut at {end}");
    }
    let whole = tar(&[("a.csv", b'0', b"a,b\n1,2\n")]);
    for end in (512..1_500).step_by(61) {
        refused("cut.tar", &whole[..end], Finding::ArchiveDamaged);
    }
    let whole = gzipped(b"a,b\n1,2\n");
    for end in 4..whole.len() {
        refused("cut.gz", &whole[..end], Finding::ArchiveDamaged);
    }
    let wrong = Entry { bytes: 3, ..Entry::new("a.csv", b"a,b\n1,2\n") };
    refused("wrong.zip", &zipped(&[wrong]), Finding::ArchiveDamaged);
}

#[test]
fn what_only_a_password_opens_is_told() {
    let locked = Entry { flags: 1, ..Entry::stored("locked.csv", b"0123456789ab content") };
    assert_eq!(found("locked.zip", &zipped(std::slice::from_ref(&locked))), [Finding::Encrypted]);
    // Sizes that follow, and a record of sizes within the content that is not the one.
    let content = [b"PK\x07\x08\0\0\0\0\x09\0\0\0\0\0\0\0".as_slice(), b"more"].concat();
    let follows = Entry { flags: 9, packed: content, ..locked };
    assert_eq!(found("locked.zip", &zipped(&[follows, Entry::new("a.txt", b"b")])), [Finding::Encrypted]);
    assert_eq!(found("answer.csv.age", b"age-encryption.org/v1\n-> X25519 abc\n"), [Finding::EndToEnd]);
    let pdf = b"%PDF-1.7\ntrailer << /Encrypt 5 0 R >>";
    assert_eq!(found("locked.pdf", pdf), [Finding::Encrypted]);
    assert_eq!(found("packed.7z", b"7z\xbc\xaf\x27\x1c\0\x04rest of it\0\0\0\0"), [Finding::NotOpened]);
    let other = Entry { method: 93, ..Entry::new("a.txt", b"text") };
    assert_eq!(found("other.zip", &zipped(&[other])), [Finding::NotOpened]);
}

#[test]
fn a_program_under_another_name_is_refused_and_one_under_its_own_is_told() {
    for name in ["invoice.pdf", "answer.csv", "picture.jpg", "letter.docx"] {
        refused(name, PROGRAM, Finding::HiddenExecutable);
    }
    refused("answer.zip", &zip("invoice.pdf", PROGRAM), Finding::HiddenExecutable);
    refused("answer.csv", b"#!/bin/sh\nrm -rf /\n", Finding::HiddenExecutable);
    assert_eq!(found("sample.elf", PROGRAM), [Finding::Executable]);
    assert_eq!(found("sample", PROGRAM), [Finding::Executable]);
    assert_eq!(found("answer.zip", &zip("tool.sh", b"#!/bin/sh\necho\n")), [Finding::Executable]);
    assert_eq!(found("run.bat", b"@echo off\r\n"), [Finding::Executable]);
    let claims = Claims { extension: "", media_type: "application/pdf" };
    let report = inspect(&mut BufReader::new(PROGRAM), claims, MOST);
    assert_eq!(report.refused(), Some(Finding::HiddenExecutable));
}

#[test]
fn a_type_that_does_not_fit_is_told() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0rest\0";
    assert!(found("picture.png", png).is_empty());
    assert_eq!(found("answer.csv", png), [Finding::OtherThanNamed]);
    assert_eq!(found("answer.pdf", b"no such thing"), [Finding::OtherThanNamed]);
    assert_eq!(found("letter.docx", &zip("a.txt", b"text")), [Finding::OtherThanNamed]);
    assert!(found("whatever.xyz", b"text\n").is_empty());
    let claims = |said| Claims { extension: "", media_type: said };
    let said = |said, content: &[u8]| inspect(&mut BufReader::new(content), claims(said), MOST).findings;
    assert_eq!(said("application/pdf", png), [Finding::OtherThanSaid]);
    for fine in ["image/png", "IMAGE/PNG", "application/octet-stream", "", "made/up"] {
        assert!(said(fine, png).is_empty(), "{fine}");
    }
    for fine in ["text/csv", "application/vnd.ms-excel", "text/plain; charset=utf-8"] {
        assert!(said(fine, b"a,b\n1,2\n").is_empty(), "{fine}");
    }
}

#[test]
fn two_files_in_one_are_refused() {
    let picture = b"GIF89a\x10\0\x10\0\0\0\0rest of the picture\0";
    let both = [picture.as_slice(), &zip("a.txt", b"text")].concat();
    refused("picture.gif", &both, Finding::TwoFilesInOne);
    let late = [picture.as_slice(), b"\n%PDF-1.7\n"].concat();
    refused("picture.gif", &late, Finding::TwoFilesInOne);
    let pdf = [b"%PDF-1.7\n".as_slice(), &zip("a.txt", b"text")].concat();
    refused("answer.pdf", &pdf, Finding::TwoFilesInOne);
    let followed = [zip("a.txt", b"text"), b"%PDF-1.7".to_vec()].concat();
    refused("answer.zip", &followed, Finding::TwoFilesInOne);
    assert!(found("answer.zip", &zipped(&[Entry::stored("a.pdf", b"%PDF-1.7\n")])).is_empty());
}

#[test]
fn a_picture_of_too_many_pixels_is_refused() {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend([0x80, 0, 0, 0, 0x80, 0, 0, 0, 8, 6, 0, 0, 0]);
    refused("flood.png", &png, Finding::PixelFlood);
    refused("flood.zip", &zip("flood.png", &png), Finding::PixelFlood);
}

#[test]
fn what_may_run_something_is_told() {
    for name in ["/JavaScript", "/Launch", "/OpenAction"] {
        let pdf = format!("%PDF-1.7\n1 0 obj << {name} (app.alert(1)) >>");
        assert_eq!(found("a.pdf", pdf.as_bytes()), [Finding::ActiveContent], "{name}");
        // Also where two pieces meet.
        let late = format!("%PDF-1.7\n{}{name} x", " ".repeat(8 * 1024 - 9 - 4));
        assert_eq!(found("a.pdf", late.as_bytes()), [Finding::ActiveContent], "{name}");
    }
    assert_eq!(found("a.html", b"<!DOCTYPE html><p>x"), [Finding::ActiveContent]);
    assert_eq!(found("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), [Finding::ActiveContent]);
    let macros = zipped(&[Entry::new("xl/workbook.xml", b"<?xml"), Entry::new("xl/vbaProject.bin", b"\0x")]);
    assert_eq!(found("a.xlsm", &macros), [Finding::ActiveContent]);
    let csv = b"name,value\nx,=HYPERLINK(1)\n";
    assert_eq!(found("a.csv", csv), [Finding::FormulaCells]);
}

#[test]
fn a_blank_document_is_told() {
    for blank in [b"".as_slice(), b"   \r\n\n\t ", &[0; 5_000]] {
        assert!(found("basis", blank).contains(&Finding::Blank));
    }
    assert!(!found("basis.txt", b"  .  ").contains(&Finding::Blank));
}

#[test]
fn a_loop_of_objects_in_a_document_is_not_followed() {
    let object = |n: u32| format!("{n} 0 obj << /Type /ObjStm /Extends {n} 0 R >> endobj\n");
    let objects = (0..20_000).map(object).collect::<Vec<_>>().concat();
    let pdf = format!("%PDF-1.7\n{objects}");
    assert!(found("loop.pdf", pdf.as_bytes()).is_empty());
}

#[test]
fn a_very_long_file_is_read_in_part_and_that_is_told() {
    let claims = Claims { extension: "", media_type: "" };
    let mut endless = BufReader::new(std::io::repeat(b'x').take(200 * MEBIBYTE as u64));
    let report = inspect(&mut endless, claims, MOST);
    assert_eq!(report.findings, [Finding::PartlyRead]);
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let noise = proptest::collection::vec(any::<u8>(), 0..4_000);
    let honest = prop_oneof![
        Just(zip("a.csv", b"a,b\n1,2\n")),
        Just(zipped(&[Entry { flags: 8, ..Entry::new("b", b"bb") }, Entry::stored("c/", b"")])),
        Just(zip("x.zip", &zip("y.tar", &tar(&[("z", b'0', b"z")])))),
        Just(tar(&[("a", b'0', b"aaa"), ("b", b'5', b"")])),
        Just(gzipped(&tar(&[("a", b'0', b"aaa")]))),
        Just(b"%PDF-1.7\n/JavaScript".to_vec()),
        Just(b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11".to_vec()),
    ];
    let changed = (honest, proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6));
    let changed = changed.prop_map(|(mut bytes, changes)| {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    });
    prop_oneof![noise, changed]
}

proptest! {
    #[test]
    fn no_bytes_make_the_inspector_fail(bytes in hostile(), ending in "[a-z]{0,4}") {
        let claims = Claims { extension: &ending, media_type: "" };
        let report = inspect(&mut BufReader::with_capacity(97, bytes.as_slice()), claims, MOST);
        prop_assert!(report.is_sound());
        let again = inspect(&mut BufReader::new(bytes.as_slice()), claims, MOST);
        prop_assert!(report == again, "the size of the pieces makes a difference");
    }
}
