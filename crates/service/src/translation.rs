//! Every text that people read, in both working languages, from the files in `translations/`.
//! It may assume that the embedded files are whole, because a test reads them all.
//! It never decides what is said: callers name a key and give values, and a missing key stays visible.

use comity_domain::clock::Length;
use comity_domain::refusal::{NonExecutionCode, Refusal};
use comity_domain::term::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use unic_langid::LanguageIdentifier;

const ENGLISH: [(&str, &str); 2] = [
    ("en/domain.ftl", include_str!("../../../translations/en/domain.ftl")),
    ("en/pages.ftl", include_str!("../../../translations/en/pages.ftl")),
];
const FRENCH: [(&str, &str); 2] = [
    ("fr/domain.ftl", include_str!("../../../translations/fr/domain.ftl")),
    ("fr/pages.ftl", include_str!("../../../translations/fr/pages.ftl")),
];

/// Integers beyond this are written as they came: the formatter counts in floating point.
const EXACT: u64 = 1 << 53;

/// The texts of both languages; cloning shares them.
#[derive(Clone)]
pub struct Translator {
    english: Arc<Texts>,
    french: Arc<Texts>,
}

/// The texts of one language.
struct Texts {
    bundle: FluentBundle<FluentResource>,
    keys: BTreeSet<String>,
}

impl fmt::Debug for Translator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Translator").field("keys", &self.english.keys.len()).finish_non_exhaustive()
    }
}

impl Translator {
    /// The texts that are part of the program.
    #[expect(clippy::unwrap_used, reason = "the files are part of the program and a test reads each of them")]
    pub fn embedded() -> Self {
        // Unwrap safety: the files are compiled in, and a test fails when one of them cannot be read.
        let read = |language, files| Arc::new(Texts::read(language, files).unwrap());
        Self { english: read(Language::English, &ENGLISH), french: read(Language::French, &FRENCH) }
    }

    const fn texts(&self, language: Language) -> &Arc<Texts> {
        match language {
            Language::English => &self.english,
            Language::French => &self.french,
        }
    }

    /// The text of `key` with `args` filled in; `⟦key⟧` where there is none.
    ///
    /// A value that is a plain integer counts as a number, so that plurals agree with it.
    pub fn text(&self, language: Language, key: &str, args: &[(&str, &str)]) -> String {
        let texts = self.texts(language);
        let Some(pattern) = texts.bundle.get_message(key).and_then(|message| message.value()) else {
            return format!("⟦{key}⟧");
        };
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            values.set(*name, number(value).unwrap_or_else(|| FluentValue::from(*value)));
        }
        // A value that was not given is written as `{$name}`, which readers and tests see.
        let mut faults = Vec::new();
        texts.bundle.format_pattern(pattern, Some(&values), &mut faults).into_owned()
    }

    /// Whether there is a text for `key`.
    pub fn has(&self, language: Language, key: &str) -> bool {
        self.texts(language).keys.contains(key)
    }

    /// Every key of a language, in alphabetical order.
    pub fn keys(&self, language: Language) -> impl Iterator<Item = &str> {
        self.texts(language).keys.iter().map(String::as_str)
    }

    /// What is wrong, with the refusal's values in words.
    pub fn refusal(&self, language: Language, refusal: &Refusal) -> String {
        self.refused(language, &refusal.message_key(), refusal)
    }

    /// What to do about it.
    pub fn remedy(&self, language: Language, refusal: &Refusal) -> String {
        self.refused(language, &refusal.remedy_key(), refusal)
    }

    /// A length in words, such as `5 working days`.
    pub fn length(&self, language: Language, length: Length) -> String {
        self.text(language, length.unit_key(), &[("count", &length.count().to_string())])
    }

    fn refused(&self, language: Language, key: &str, refusal: &Refusal) -> String {
        let words: Vec<(&str, String)> = refusal
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), self.in_words(language, value)))
            .collect();
        let args: Vec<(&str, &str)> = words.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.text(language, key, &args)
    }

    /// Lengths and codes stand in a refusal as they stand in the record; people read them in words.
    fn in_words(&self, language: Language, value: &str) -> String {
        if let Ok(length) = value.parse::<Length>() {
            return self.length(language, length);
        }
        match value.parse::<NonExecutionCode>() {
            Ok(code) => format!("{code} ({})", self.text(language, &format!("code-{code}"), &[])),
            Err(_) => value.to_owned(),
        }
    }
}

/// A value that may agree with a plural; `007` or `+1` is a name, not a number.
fn number(value: &str) -> Option<FluentValue<'static>> {
    let number: i64 = value.parse().ok()?;
    (number.unsigned_abs() < EXACT && number.to_string() == value).then(|| FluentValue::from(number))
}

/// What is wrong with a file of texts: the file and what its reader says.
#[derive(Debug)]
struct TextFault(
    #[expect(dead_code, reason = "read through Debug, when a text file of the program is broken")] String,
);

impl Texts {
    fn read(language: Language, files: &[(&str, &str)]) -> Result<Self, TextFault> {
        let locale: LanguageIdentifier =
            language.as_str().parse().map_err(|fault| TextFault(format!("{language}: {fault:?}")))?;
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Pages isolate foreign text themselves, and mails and messages must stay plain.
        bundle.set_use_isolating(false);
        let mut keys = BTreeSet::new();
        for (name, text) in files {
            let resource = FluentResource::try_new((*text).to_owned())
                .map_err(|(_, faults)| TextFault(format!("{name}: {faults:?}")))?;
            bundle.add_resource(resource).map_err(|faults| TextFault(format!("{name}: {faults:?}")))?;
            keys.extend(text.lines().filter_map(key_of).map(str::to_owned));
        }
        keys.retain(|key| bundle.get_message(key).is_some_and(|message| message.value().is_some()));
        Ok(Self { bundle, keys })
    }
}

/// The key that a line of a file begins; the format has keys, and nothing else with a letter, in the first column.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end();
    let sign = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.bytes().all(sign)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_domain::party::{OrganisationKind, Role, Side};
    use comity_domain::procedure::{CheckKind, Section, written};
    use comity_domain::refusal::RefusalCode;
    use comity_domain::request::{RequestAct, RequestState};
    use comity_domain::term::{
        AuthoriserType, Compulsion, DataCategory, Independence, ItemOutcome, Priority, RequestKind,
    };
    use comity_domain::{clock, identifier};

    /// Every key that the domain can produce.
    fn wanted() -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        let mut all = |vocabulary: &str, words: Vec<&str>| {
            keys.extend(words.into_iter().map(|word| format!("{vocabulary}-{word}")));
        };
        all("state", RequestState::ALL.iter().map(|w| w.as_str()).collect());
        all("priority", Priority::ALL.iter().map(|w| w.as_str()).collect());
        all("kind", RequestKind::ALL.iter().map(|w| w.as_str()).collect());
        all("compulsion", Compulsion::ALL.iter().map(|w| w.as_str()).collect());
        all("category", DataCategory::ALL.iter().map(|w| w.as_str()).collect());
        all("role", Role::ALL.iter().map(|w| w.as_str()).collect());
        all("organisation-kind", OrganisationKind::ALL.iter().map(|w| w.as_str()).collect());
        all("side", Side::ALL.iter().map(|w| w.as_str()).collect());
        all("outcome", ItemOutcome::ALL.iter().map(|w| w.as_str()).collect());
        all("authoriser", AuthoriserType::ALL.iter().map(|w| w.as_str()).collect());
        all("independence", Independence::ALL.iter().map(|w| w.as_str()).collect());
        all("section", Section::ALL.iter().map(|w| w.as_str()).collect());
        all("check", CheckKind::ALL.iter().map(|w| w.as_str()).collect());
        all("act", RequestAct::ALL.iter().map(|w| w.as_str()).collect());
        all("code", NonExecutionCode::ALL.iter().map(|w| w.as_str()).collect());
        for code in RefusalCode::ALL {
            keys.push(format!("refusal-{code}"));
            keys.push(format!("refusal-{code}-remedy"));
        }
        keys.extend(written::term_keys());
        let lists =
            [clock::EXPLANATION_KEYS, clock::UNIT_KEYS, identifier::FAULT_KEYS, identifier::TYPE_KEYS];
        keys.extend(lists.into_iter().flatten().map(|key| (*key).to_owned()));
        keys
    }

    #[test]
    fn every_word_of_the_domain_is_written_in_both_languages() {
        let translator = Translator::embedded();
        for language in [Language::English, Language::French] {
            let missing: Vec<String> =
                wanted().into_iter().filter(|key| !translator.has(language, key)).collect();
            assert!(missing.is_empty(), "{language}: {missing:?}");
        }
    }

    #[test]
    fn both_languages_have_the_same_keys() {
        let translator = Translator::embedded();
        let keys = |language| translator.keys(language).map(str::to_owned).collect::<BTreeSet<_>>();
        let (english, french) = (keys(Language::English), keys(Language::French));
        assert_eq!(english.difference(&french).collect::<Vec<_>>(), Vec::<&String>::new());
        assert_eq!(french.difference(&english).collect::<Vec<_>>(), Vec::<&String>::new());
    }
}
