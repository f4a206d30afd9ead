//! `comity verify program`: the files that an instance gives to browsers are those that its ledger tells of (T41).
//! It sees what is given to itself. Asked from another place, by another name, it sees what is given there.

use super::{Trust, Verdict, shown, undecided};
use crate::ledger::Fetched;
use comity_ledger::bundle::{Bundle, Refusal, Subject, hex};
use comity_ledger::verify::Source;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Most files that a manifest may name.
const MOST_FILES: usize = 1_000;
/// A page that anybody may open.
const PAGE: &str = "sign-in";

/// What a manifest says of a file.
#[derive(Deserialize)]
struct File {
    bytes: u64,
    sha256: String,
    integrity: String,
}

pub(super) fn run(address: &str, trust: &Trust) -> Verdict {
    let source = Fetched::new(address);
    let bundle = shown(address, Bundle::parse(&fetched(&source, "ledger/program")?)?, trust)?;
    let Subject::Program { manifest: recorded } = &bundle.subject else {
        return Err(Refusal::Invalid(format!("{address}: what it gives as its program is none")));
    };
    let manifest = fetched(&source, "assets/manifest.json")?;
    if hex(&Sha256::digest(&manifest)) != *recorded {
        return Err(Refusal::Invalid(format!("{address}: its manifest is not the one on record")));
    }
    let files: BTreeMap<String, File> = serde_json::from_slice(&manifest)
        .map_err(|error| Refusal::Invalid(format!("{address}: its manifest: {error}")))?;
    if files.len() > MOST_FILES {
        return Err(undecided(format!("{} files; at most {MOST_FILES} are fetched", files.len())));
    }
    for (name, file) in &files {
        let bytes = fetched(&source, &format!("assets/{name}"))?;
        if bytes.len() as u64 != file.bytes || hex(&Sha256::digest(&bytes)) != file.sha256 {
            return Err(Refusal::Invalid(format!("{address}: {name} is not the one on record")));
        }
    }
    let page = fetched(&source, PAGE)?;
    let scripts = scripts(&String::from_utf8_lossy(&page), &files);
    let scripts = scripts.map_err(|why| Refusal::Invalid(format!("{address}/{PAGE}: {why}")))?;
    println!(
        "  {} files are those on record; /{PAGE} loads {scripts} of them as scripts and no other",
        files.len()
    );
    Ok(())
}

/// How many scripts a page loads, each by a digest of the manifest.
fn scripts(page: &str, files: &BTreeMap<String, File>) -> Result<usize, String> {
    let mut count = 0;
    let lower = page.to_ascii_lowercase();
    for (at, _) in lower.match_indices("<script") {
        let tag = page[at..].split('>').next().unwrap_or_default();
        let digest = tag.split("integrity=\"").nth(1).and_then(|rest| rest.split('"').next());
        if !digest.is_some_and(|digest| files.values().any(|file| file.integrity == digest)) {
            return Err(format!("a script that is not on record: {tag:?}"));
        }
        count += 1;
    }
    Ok(count)
}

fn fetched(source: &Fetched, path: &str) -> Result<Vec<u8>, Refusal> {
    source.read(path).map_err(undecided)?.ok_or_else(|| undecided(format!("{path}: there is no such file")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_without_its_digest_is_found() {
        let file = File { bytes: 1, sha256: String::new(), integrity: "sha384-good".to_owned() };
        let files = BTreeMap::from([("a.js".to_owned(), file)]);
        let known = r#"<script type="module" src="/a.js" integrity="sha384-good"></script>"#;
        assert_eq!(scripts(known, &files), Ok(1));
        assert_eq!(scripts("<p>none</p>", &files), Ok(0));
        for other in [
            r#"<script src="/a.js"></script>"#,
            r#"<SCRIPT src="/a.js" integrity="sha384-other"></SCRIPT>"#,
            "<script>alert(1)</script>",
        ] {
            assert!(scripts(&format!("{known}{other}"), &files).is_err(), "{other}");
        }
    }
}
