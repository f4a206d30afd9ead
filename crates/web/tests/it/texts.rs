//! Every text that a page asks for is written in both languages, and no text of the pages is written for nothing.
//! The templates and the code of the pages are read as they stand; what they ask for is never listed a second time.

use comity_domain::procedure::written;
use comity_domain::request::RequestAct;
use comity_domain::term::Language;
use comity_service::translation::Translator;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Literals of the pages' code that look like keys and are something else: names of form fields, anchors.
const NO_KEYS: &[&str] = &["remove-item", "s-what"];

/// Classes of the style sheet begin so; keys never do.
const CLASSES: &[&str] = &["is-", "by-"];

/// What the pages ask for.
#[derive(Default)]
struct Asked {
    /// Keys that are written out, with the file that names them.
    keys: BTreeMap<String, String>,
    /// Keys that are put together, with `*` for each word that is only known at run time, and the file.
    families: BTreeMap<String, String>,
}

impl Asked {
    fn read() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = vec![source.join("words.rs")];
        files.extend(std::fs::read_dir(source.join("pages")).unwrap().map(|entry| entry.unwrap().path()));
        let mut asked = Self::default();
        for path in files {
            let (name, text) =
                (path.file_name().unwrap().to_str().unwrap(), std::fs::read_to_string(&path).unwrap());
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("html") => asked.template(name, &text),
                Some("rs") => asked.code(name, &text),
                other => panic!("{name}: pages are templates and code, not {other:?}"),
            }
        }
        asked
    }

    /// Reads the calls of a template; a loop over literals stands for each of them.
    fn template(&mut self, file: &str, text: &str) {
        let mut loops: Vec<(String, Vec<String>)> = Vec::new();
        for expression in expressions(text) {
            if let Some((name, list)) =
                expression.strip_prefix("for ").and_then(|rest| rest.split_once(" in "))
            {
                let literals = if list.starts_with('[') { literals(list) } else { Vec::new() };
                loops.push((name.trim().to_owned(), literals));
            } else if expression.starts_with("endfor") {
                loops.pop();
            }
            self.calls(file, expression, &loops);
        }
        assert!(loops.is_empty(), "{file}: a loop is not closed, so its calls were not read as they stand");
    }

    /// Reads the calls of a source file without its tests and comments, and every literal that looks like a key.
    fn code(&mut self, file: &str, text: &str) {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n");
        self.calls(file, &code, &[]);
        for literal in literals(&code) {
            let class = CLASSES.iter().any(|start| literal.starts_with(start));
            if literal.contains('-')
                && looks_like_key(&literal)
                && !class
                && !NO_KEYS.contains(&literal.as_str())
            {
                self.keys.insert(literal, file.to_owned());
            }
        }
    }

    fn calls(&mut self, file: &str, text: &str, loops: &[(String, Vec<String>)]) {
        for (call, parts) in [
            (".t(", 1),
            (".t1(", 1),
            (".t2(", 1),
            (".w(", 2),
            (".k(", 3),
            ("words.with(", 1),
            ("call field(", 1),
        ] {
            for rest in text.split(call).skip(1) {
                let words: Vec<Vec<String>> =
                    arguments(rest).iter().take(parts).map(|argument| words(argument, loops)).collect();
                let Some(first) = words.first().filter(|first| *first != &["*"]) else { continue };
                let mut keys = first.clone();
                for next in &words[1..] {
                    keys = keys.iter().flat_map(|a| next.iter().map(move |b| format!("{a}-{b}"))).collect();
                }
                if call == "call field(" {
                    keys =
                        keys.iter().flat_map(|k| [format!("field-{k}"), format!("field-{k}-hint")]).collect();
                }
                for key in keys {
                    let kind = if key.contains('*') { &mut self.families } else { &mut self.keys };
                    kind.insert(key, file.to_owned());
                }
            }
        }
    }
}

/// What stands between `{{` and `}}`, and between `{%` and `%}`.
fn expressions(template: &str) -> impl Iterator<Item = &str> {
    let starts = ["{{", "{%"].into_iter().flat_map(|open| template.match_indices(open));
    let starts: BTreeSet<usize> = starts.map(|(at, _)| at).collect();
    starts.into_iter().map(|at| {
        let close = if template[at..].starts_with("{{") { "}}" } else { "%}" };
        let inside = template[at + 2..].split(close).next().unwrap();
        inside.trim_start_matches('-').trim()
    })
}

/// The arguments of a call, from behind its opening bracket to the closing one.
fn arguments(rest: &str) -> Vec<String> {
    let (mut found, mut depth, mut quoted) = (vec![String::new()], 0_u32, false);
    for c in rest.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted && depth == 0 => break,
            ')' | ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        found.last_mut().unwrap().push(c);
    }
    found.into_iter().map(|argument| argument.trim().to_owned()).collect()
}

/// What an argument may be: a literal, the literals of its loop, a text put together, or `*` for anything.
fn words(argument: &str, loops: &[(String, Vec<String>)]) -> Vec<String> {
    if let Some((_, list)) = loops.iter().rev().find(|(name, _)| name == argument)
        && !list.is_empty()
    {
        return list.clone();
    }
    let literal = literals(argument).into_iter().next();
    let whole = argument.starts_with('"') || argument.starts_with("&format!(");
    let known = literal
        .filter(|_| whole)
        .and_then(|text| if text.contains('{') { family(&text) } else { Some(text) });
    vec![known.unwrap_or_else(|| "*".to_owned())]
}

/// The literals of a piece of code in which no literal holds a quote.
fn literals(code: &str) -> Vec<String> {
    code.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn looks_like_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
}

/// A key with a place for a word at its end, such as `field-{name}`, as `field-*`.
fn family(text: &str) -> Option<String> {
    let (start, rest) = text.split_once("-{")?;
    (looks_like_key(start) && rest.find('}') == Some(rest.len() - 1)).then(|| format!("{start}-*"))
}

/// Whether a key belongs to a family; one `*` stands for one word without a dash.
fn fits(family: &str, key: &str) -> bool {
    let Some((start, end)) = family.split_once('*') else { return family == key };
    let word = key.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    word.is_some_and(|word| !word.is_empty() && !word.contains('-'))
}

/// What is asked for and not written.
fn missing(asked: &Asked, texts: &Translator, language: Language) -> Vec<String> {
    let alone = asked.keys.iter().filter(|(key, _)| !texts.has(language, key));
    let none = |family: &str| !texts.keys(language).any(|key| fits(family, key));
    let families = asked.families.iter().filter(|(family, _)| none(family));
    alone.chain(families).map(|(key, file)| format!("{file}: {key}")).collect()
}

#[test]
fn every_text_that_a_page_asks_for_is_written_in_both_languages() {
    let (asked, texts) = (Asked::read(), Translator::embedded());
    assert!(asked.keys.len() > 250, "only {} keys were found", asked.keys.len());
    assert!(asked.families.len() > 30, "only {} families were found", asked.families.len());
    for language in [Language::English, Language::French] {
        assert_eq!(missing(&asked, &texts, language), Vec::<String>::new(), "{language}");
    }
}

#[test]
fn every_act_that_has_a_form_says_what_it_is_in_both_languages() {
    let texts = Translator::embedded();
    let formless =
        [RequestAct::Draft, RequestAct::File, RequestAct::Revise, RequestAct::Tick, RequestAct::Freeze];
    for act in RequestAct::ALL.iter().filter(|act| !formless.contains(act)) {
        for language in [Language::English, Language::French] {
            assert!(texts.has(language, &format!("act-{act}-hint")), "{language}: {act}");
        }
    }
}

#[test]
fn no_text_of_the_pages_is_written_for_nothing() {
    let asked = Asked::read();
    let procedure: BTreeSet<String> =
        written::term_keys().into_iter().chain(written::KEYS.iter().map(|key| (*key).to_owned())).collect();
    let used = |key: &str| {
        asked.keys.contains_key(key)
            || procedure.contains(key)
            || asked.families.keys().any(|family| fits(family, key))
    };
    let written: BTreeSet<&str> = include_str!("../../../../translations/en/pages.ftl")
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once(" ="))
        .map(|(key, _)| key)
        .collect();
    assert!(written.len() > 300, "only {} texts were read", written.len());
    let unused: Vec<&&str> = written.iter().filter(|key| !used(key)).collect();
    assert_eq!(unused, Vec::<&&str>::new());
}

/// Which templates stand behind the script of a page of keys, and what all of them share.
const SCRIPTS: [(&str, &str); 4] = [
    ("account.ts", "officer_key.html"),
    ("organisation.ts", "vault.html"),
    ("prepare.ts", "prepare_sealed.html"),
    ("opening.ts", "opening.html"),
];

/// The sentences that a script chooses, by their names.
fn chosen(script: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/src/ts/vault").join(script);
    let text = std::fs::read_to_string(path).unwrap();
    let calls = ["Failure(", ".word("].into_iter().flat_map(|call| {
        text.split(call).skip(1).map(|rest| rest.split(')').next().unwrap()).collect::<Vec<_>>()
    });
    calls.flat_map(literals).filter(|word| looks_like_key(word)).collect()
}

#[test]
fn every_sentence_that_a_script_chooses_stands_in_its_page() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages");
    let words = |name: &str| -> BTreeSet<String> {
        let text = std::fs::read_to_string(pages.join(name)).unwrap();
        let lists = text.split("{% for word in [").skip(1);
        lists.flat_map(|rest| literals(rest.split(']').next().unwrap())).collect()
    };
    let shared = words("vault_words.html");
    let everywhere = ["officer.ts", "page.ts", "passkey.ts"].into_iter().flat_map(chosen);
    let common: BTreeSet<String> = everywhere.collect();
    assert!(common.len() > 12, "only {common:?} were found");
    assert_eq!(common.difference(&shared).collect::<Vec<_>>(), Vec::<&String>::new());
    for (script, page) in SCRIPTS {
        let there: BTreeSet<String> = shared.union(&words(page)).cloned().collect();
        let wanted = chosen(script);
        assert!(!wanted.is_empty(), "{script}");
        assert_eq!(wanted.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "{page}");
    }
}
