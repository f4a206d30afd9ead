//! Every paper of the demonstration, as its people get it: through the server and the program that sets papers.

use crate::demo::Demo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// One person of each side that the stories have.
const READERS: [&str; 7] = [
    "Amélie Laurent",
    "Erik Lindqvist",
    "Inès Dubois",
    "Priya Rao",
    "Étienne Moreau",
    "Martin Okafor",
    "Giulia Ferrari",
];

/// So many papers of each kind and language are looked at, for each reader.
const EACH: usize = 2;

fn get(demo: &Demo, who: &str, path: &str) -> Vec<u8> {
    let authorization = format!("Bearer {}", demo.token(who));
    let answer =
        ureq::get(format!("{}{path}", demo.base_url())).header("authorization", authorization).call();
    let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
    answer.body_mut().read_to_vec().unwrap()
}

fn json(demo: &Demo, who: &str, path: &str) -> Value {
    serde_json::from_slice(&get(demo, who, path)).unwrap()
}

fn poppler(program: &str, arguments: &[&str], file: &Path) -> String {
    let mut command = Command::new(program);
    command.args(arguments).arg(file);
    if program == "pdftotext" {
        command.arg("-");
    }
    let output =
        command.output().unwrap_or_else(|error| panic!("{program}: {error}; `make packages` brings it"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The program lies beside the server once the workspace is built, which is how both are shipped.
#[test]
fn the_program_that_sets_papers_lies_beside_the_server() {
    let beside = Path::new(env!("CARGO_BIN_EXE_comity")).parent().unwrap().join("comity-papers");
    assert!(beside.is_file(), "{} is not there: build or test with --workspace", beside.display());
}

#[test]
fn every_paper_that_a_dossier_offers_is_printed_in_both_languages() {
    let demo = Demo::start("papers");
    let folder = demo.data().with_file_name("papers-printed");
    std::fs::create_dir_all(&folder).unwrap();
    let mut printed: BTreeMap<String, usize> = BTreeMap::new();
    for who in READERS {
        let queue = json(&demo, who, "/api/v1/requests?ended=true&limit=200");
        let mut mine: BTreeMap<String, usize> = BTreeMap::new();
        for row in queue["rows"].as_array().unwrap() {
            let id = row["id"].as_str().unwrap();
            let dossier = json(&demo, who, &format!("/api/v1/requests/{id}"));
            for kind in dossier["papers"].as_array().unwrap().iter().filter_map(Value::as_str) {
                for language in ["en", "fr"] {
                    let seen = mine.entry(format!("{kind}-{language}")).or_default();
                    *seen += 1;
                    if *seen > EACH {
                        continue;
                    }
                    let path = format!("/api/v1/requests/{id}/papers/{kind}?language={language}");
                    let file = folder.join(format!("{kind}-{language}-{}-{seen}.pdf", who.replace(' ', "_")));
                    std::fs::write(&file, get(&demo, who, &path)).unwrap();
                    whole(&file, &dossier, kind, language);
                    *printed.entry(format!("{kind}-{language}")).or_default() += 1;
                }
            }
        }
    }
    let kinds = [
        "request",
        "non-execution",
        "receipt",
        "certificate",
        "epoc",
        "epoc-pr",
        "epoc-non-execution",
        "tcy-preservation",
    ];
    for kind in kinds {
        for language in ["en", "fr"] {
            let name = format!("{kind}-{language}");
            assert!(printed.contains_key(&name), "no paper {name} was printed: {printed:?}");
        }
    }
}

/// A paper that an independent reader takes for what it is to be.
fn whole(file: &Path, dossier: &Value, kind: &str, language: &str) {
    let name = file.display();
    let meta = poppler("pdfinfo", &["-meta"], file);
    for said in ["<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"] {
        assert!(meta.contains(said), "{name}: {said}: {meta}");
    }
    assert!(meta.contains(&format!("<rdf:li>{language}</rdf:li>")), "{name}: {meta}");
    assert!(poppler("pdfinfo", &[], file).contains("Tagged:          yes"), "{name}");
    let text = poppler("pdftotext", &["-layout"], file);
    let reference = dossier["reference"].as_str().unwrap();
    let pages = text.matches('\u{c}').count();
    assert!(text.matches(reference).count() >= pages, "{name}: {text}");
    let of = if language == "en" { format!("Page 1 of {pages}") } else { format!("Page 1 sur {pages}") };
    assert!(text.contains(&of), "{name}: {of}: {text}");
    assert!(!text.contains('⟦') && !text.contains("{$") && !text.contains("[U+"), "{name}: {text}");
    if kind == "epoc" && dossier["side"] == "PROVIDER" {
        let kept = if language == "en" {
            "recorded here; not for this reader"
        } else {
            "non destiné à ce lecteur"
        };
        assert!(text.contains(kept), "{name}: {text}");
    }
}
