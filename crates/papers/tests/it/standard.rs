//! Every paper is archival and accessible, in its own language, and the same each time.

use crate::pdf::{Pdf, program};
use crate::sample::{LANGUAGES, in_language, items, paper, paper_of};
use comity_papers::paper::PaperLanguage;

#[test]
fn every_block_is_set_under_both_standards_in_both_languages() {
    for language in LANGUAGES {
        let name = format!("standard-{language:?}");
        let pdf = Pdf::of(&name, &in_language(language));
        let meta = pdf.info(&["-meta"]);
        for said in ["<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"] {
            assert!(meta.contains(said), "{said}: {meta}");
        }
        let info = pdf.info(&[]);
        assert!(info.contains("Tagged:          yes"), "{info}");
        assert!(info.contains("XA-NBP-2026-000147 – Request for stored data"), "{info}");
        assert!(info.contains("JavaScript:      no"), "{info}");
        let wanted = match language {
            PaperLanguage::English => "/Lang (en)",
            PaperLanguage::French => "/Lang (fr)",
        };
        assert!(pdf.objects().contains(wanted), "{wanted}");
    }
}

#[test]
fn another_reader_finds_headings_lists_and_tables_in_reading_order() {
    let pdf = Pdf::of("structure", &paper());
    let structure = pdf.info(&["-struct-text"]);
    for kind in ["Document", "H1", "H2", "Table", "TH", "TD", "TR", "L ", "LI", "LBody"] {
        assert!(structure.contains(kind), "{kind}: {structure}");
    }
    let order = [
        "Request for stored data",
        "European production order",
        "Copy for the requesting authority",
        "First section",
        "Preserve on receipt.",
        "Prosecutor",
        "Second section",
        "Period",
        "203.0.113.1:50412",
        "203.0.113.3:50412",
        "Claire Morel",
        "Take the proof",
        "The last words.",
    ];
    let mut from = 0;
    for words in order {
        let found = structure[from..].find(words);
        from += found.unwrap_or_else(|| panic!("{words} is not there, or too early: {structure}"));
    }
    assert!(!structure.contains("Page 1"), "the foot of a page is no content: {structure}");
    let objects = pdf.objects();
    assert!(objects.contains("/Scope /Column") && objects.contains("/Scope /Row"));
    assert!(objects.contains("/Summary"));
}

#[test]
fn the_foot_of_every_page_says_which_it_is() {
    let pdf = Pdf::of("foot", &paper_of(vec![items(100)]));
    let text = pdf.text();
    let pages = text.matches("Page ").count();
    assert!(pages > 3, "{pages}");
    for page in 1..=pages {
        assert!(text.contains(&format!("Page {page} of {pages}")), "{page}");
    }
    assert_eq!(text.matches("leaves 17–31.").count(), pages);
    assert!(text.matches("XA-NBP-2026-000147").count() >= pages);
    // The head of the table stands on each of them.
    assert_eq!(text.matches("Identifier").count(), pages);
    assert!(text.contains("203.0.113.100:50412"));
}

#[test]
fn equal_data_give_equal_bytes() {
    let (first, again) = (comity_papers::set(&paper()).unwrap(), comity_papers::set(&paper()).unwrap());
    assert!(first == again);
    let data = serde_json::to_vec(&paper()).unwrap();
    let (one, other) = (program(&[], &data), program(&[], &data));
    assert!(one.status.success(), "{}", String::from_utf8_lossy(&one.stderr));
    assert!(one.stdout == other.stdout && one.stdout == first);
    let mut later = paper();
    later.as_of.second += 1;
    assert!(comity_papers::set(&later).unwrap() != first);
}

#[test]
fn a_digest_can_be_copied_whole_out_of_the_document() {
    let pdf = Pdf::of("digest", &paper());
    assert!(pdf.text().contains(&"a3f5".repeat(16)), "{}", pdf.text());
}
