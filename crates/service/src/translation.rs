//! Every text that people read, in both working languages, from the files in `translations/`.
//! It may assume that the embedded files are whole, because a test reads them all.
//! It never decides what is said: callers name a key and give values, and a missing key stays visible.

use comity_domain::clock::Length;
use comity_domain::refusal::Refusal;
use comity_domain::term::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use unic_langid::LanguageIdentifier;

const ENGLISH: [(&str, &str); 4] = [
    ("en/domain.ftl", include_str!("../../../translations/en/domain.ftl")),
    ("en/identifier.ftl", include_str!("../../../translations/en/identifier.ftl")),
    ("en/pages.ftl", include_str!("../../../translations/en/pages.ftl")),
    ("en/papers.ftl", include_str!("../../../translations/en/papers.ftl")),
];
const FRENCH: [(&str, &str); 4] = [
    ("fr/domain.ftl", include_str!("../../../translations/fr/domain.ftl")),
    ("fr/identifier.ftl", include_str!("../../../translations/fr/identifier.ftl")),
    ("fr/pages.ftl", include_str!("../../../translations/fr/pages.ftl")),
    ("fr/papers.ftl", include_str!("../../../translations/fr/papers.ftl")),
];

/// The attribute of a text that says the same without its values, for callers that have none.
const BARE: &str = "bare";

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
    /// Every key, with its text where that is the same each time: a page asks for some hundred of them.
    keys: BTreeMap<String, Option<String>>,
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
    /// A value that is a plain integer counts as a number, so that plurals agree with it. Where a value is missing,
    /// the text's shorter form is given; a text without one shows the gap as `{$name}`.
    pub fn text(&self, language: Language, key: &str, args: &[(&str, &str)]) -> String {
        let texts = self.texts(language);
        if args.is_empty()
            && let Some(Some(same)) = texts.keys.get(key)
        {
            return same.clone();
        }
        let missing = || format!("⟦{key}⟧");
        let Some(message) = texts.bundle.get_message(key) else { return missing() };
        let Some(pattern) = message.value() else { return missing() };
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            values.set(*name, number(value).unwrap_or_else(|| FluentValue::from(*value)));
        }
        let mut faults = Vec::new();
        let whole = texts.bundle.format_pattern(pattern, Some(&values), &mut faults);
        match message.get_attribute(BARE) {
            Some(bare) if !faults.is_empty() => {
                texts.bundle.format_pattern(bare.value(), None, &mut Vec::new()).into_owned()
            }
            Some(_) | None => whole.into_owned(),
        }
    }

    /// Whether there is a text for `key`.
    pub fn has(&self, language: Language, key: &str) -> bool {
        self.texts(language).keys.contains_key(key)
    }

    /// Every key of a language, in alphabetical order.
    pub fn keys(&self, language: Language) -> impl Iterator<Item = &str> {
        self.texts(language).keys.keys().map(String::as_str)
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
            .map(|(name, value)| (name.as_str(), self.in_words(language, name, value)))
            .collect();
        let args: Vec<(&str, &str)> = words.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.text(language, key, &args)
    }

    /// Roles, lengths and codes stand in a refusal as they stand in the record; people read them in words.
    fn in_words(&self, language: Language, name: &str, value: &str) -> String {
        match name {
            "role" | "roles" => {
                let role = |role: &str| self.text(language, &format!("role-{role}"), &[]);
                value.split(',').map(role).collect::<Vec<_>>().join(", ")
            }
            "code" => format!("{value} ({})", self.text(language, &format!("code-{value}"), &[])),
            _ => match value.parse::<Length>() {
                Ok(length) => self.length(language, length),
                Err(_) => value.to_owned(),
            },
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
        let keys = keys.into_iter().filter_map(|key| {
            let pattern = bundle.get_message(&key)?.value()?;
            let mut faults = Vec::new();
            let same = bundle.format_pattern(pattern, None, &mut faults).into_owned();
            Some((key, faults.is_empty().then_some(same)))
        });
        Ok(Self { keys: keys.collect(), bundle })
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
    use comity_domain::inspection::Finding;
    use comity_domain::party::{AccreditationState, OrganisationKind, OrganisationStatus, Role, Side};
    use comity_domain::procedure::{
        CheckKind, NoticeActor, OnExpiry, PausedBy, Section, Stop, Trigger, written,
    };
    use comity_domain::refusal::{NonExecutionCode, RefusalCode};
    use comity_domain::request::{Channel, FindingRule, Giving, RequestAct, RequestState, RevocationCause};
    use comity_domain::term::{
        AuthoriserType, Certainty, Compulsion, DataCategory, ExportPurpose, Independence, ItemOutcome,
        Priority, RequestKind,
    };
    use comity_domain::{clock, identifier};
    use std::collections::BTreeMap;

    const LANGUAGES: [Language; 2] = [Language::English, Language::French];

    /// The events whose sentence has values, with the names that the history gives them.
    const EVENT_VALUES: &[(&str, &[&str])] = &[
        ("drafted", &["procedure"]),
        ("submitted", &["items"]),
        ("returned", &["reason"]),
        ("authorised", &["authoriser"]),
        ("filed", &["format", "items"]),
        ("acknowledged", &["reference"]),
        ("checked", &["check", "passed"]),
        ("asked", &["code"]),
        ("amended", &["items", "reason"]),
        ("item_accepted", &["item", "outcome"]),
        ("item_ended", &["codes", "item", "outcome"]),
        ("package_prepared", &["files", "items"]),
        ("package_discarded", &["reason"]),
        ("package_released", &["files", "items"]),
        ("package_opened", &["items", "purpose"]),
        ("receipt_confirmed", &["found", "remark"]),
        ("deletion_confirmed", &["statement"]),
        ("withdrawn", &["reason"]),
        ("frozen", &["cause"]),
        ("thawed", &["anew", "reason"]),
        ("fraud_found", &["reason"]),
        ("clock_started", &["clock", "due"]),
        ("clock_paused", &["clock", "due"]),
        ("clock_resumed", &["clock", "due"]),
        ("clock_extended", &["clock", "due", "reason"]),
        ("clock_stopped", &["clock", "due"]),
        ("clock_expired", &["clock", "due"]),
        ("hold_started", &["until"]),
        ("hold_extended", &["reason", "until"]),
        ("conversion_announced", &["reference"]),
        ("hold_reminded", &["days"]),
        ("hold_ended", &["end", "reason", "reference"]),
    ];

    /// Words without a list in the domain.
    const SINGLE: &[&str] = &[
        "reading-running",
        "reading-paused",
        "reading-overdue",
        "reading-met",
        "reading-missed",
        "hold-held",
        "hold-conversion_announced",
        "hold-converted",
        "hold-released",
        "hold-lapsed",
        "clock-pause-frozen",
        "clock-extension-by-authority",
        "identifier-type-missing",
        "identifier-type-missing-remedy",
    ];

    const TASKS: &[&str] = &[
        "write",
        "review",
        "authorise",
        "send",
        "answer",
        "confirm",
        "follow_up",
        "close",
        "acknowledge",
        "verify",
        "decide",
        "release",
        "review_freeze",
    ];

    /// More exact messages than those of the refusal codes.
    const DETAILS: &[&str] = &[
        "field-one-line",
        "field-date",
        "field-choice",
        "field-yes-no",
        "field-telephone",
        "field-email",
        "field-number",
        "field-sha256",
        "field-statement",
        "check-time",
        "receipt-open",
        "email-taken",
        "token-of-another",
        "object-known",
    ];

    /// The names of all events, as the domain's own table spells them.
    fn event_names() -> Vec<&'static str> {
        let source = include_str!("../../domain/src/request/event.rs");
        let (_, table) = source.split_once("pub const fn name(").unwrap();
        table
            .lines()
            .filter_map(|line| line.split_once("=> \"")?.1.split_once('"'))
            .map(|(name, _)| name)
            .collect()
    }

    /// Every key that the domain can produce.
    fn wanted() -> Vec<String> {
        let mut keys = vocabularies();
        for code in RefusalCode::ALL.iter().map(|code| code.as_str()).chain(DETAILS.iter().copied()) {
            keys.extend([format!("refusal-{code}"), format!("refusal-{code}-remedy")]);
        }
        for kind in
            ["task", "answered", "reminder", "expired", "lapsed", "frozen", "thawed", "recall", "incident"]
        {
            keys.extend([format!("notice-{kind}-subject"), format!("notice-{kind}-body")]);
        }
        keys.extend(written::term_keys());
        let lists = [
            clock::EXPLANATION_KEYS,
            clock::UNIT_KEYS,
            identifier::FAULT_KEYS,
            identifier::TYPE_KEYS,
            written::KEYS,
            SINGLE,
        ];
        keys.extend(lists.into_iter().flatten().map(|key| (*key).to_owned()));
        keys
    }

    fn vocabularies() -> Vec<String> {
        let mut keys = Vec::new();
        macro_rules! all {
            ($($words:ty: $($before:literal + $after:literal),+;)*) => {
                $($(keys.extend(<$words>::ALL.iter().map(|w| format!("{}-{}{}", $before, w.as_str(), $after)));)+)*
            };
        }
        all! {
            RequestState: "state" + "", "state" + "-meaning"; Priority: "priority" + ""; RequestKind: "kind" + "";
            Compulsion: "compulsion" + ""; DataCategory: "category" + ""; Role: "role" + "";
            OrganisationKind: "organisation-kind" + ""; Side: "side" + ""; ItemOutcome: "outcome" + "";
            Giving: "giving" + ""; AuthoriserType: "authoriser" + ""; Independence: "independence" + "";
            Section: "section" + ""; CheckKind: "check" + "", "check" + "-hint"; Certainty: "certainty" + "";
            NoticeActor: "notice-actor" + ""; OnExpiry: "on-expiry" + ""; Trigger: "trigger" + "";
            Channel: "channel" + ""; AccreditationState: "standing" + "", "standing" + "-meaning";
            RevocationCause: "cause" + ""; OrganisationStatus: "organisation-status" + "";
            FindingRule: "finding" + ""; ExportPurpose: "export-purpose" + "";
            Stop: "stop" + ""; PausedBy: "paused-by" + "", "clock-pause" + "";
            Finding: "finding" + "", "finding" + "-remedy";
            RequestAct: "act" + "", "act" + "-done"; NonExecutionCode: "code" + "", "code" + "-meaning";
        }
        keys.extend(event_names().into_iter().map(|name| format!("event-{name}")));
        keys.extend(TASKS.iter().map(|task| format!("task-{task}")));
        keys
    }

    /// The names of the values that each text of a language has.
    fn values(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let files = match language {
            Language::English => ENGLISH,
            Language::French => FRENCH,
        };
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut key = String::new();
        for line in files.iter().flat_map(|(_, text)| text.lines()).filter(|line| !line.starts_with('#')) {
            key = key_of(line).map_or(key, str::to_owned);
            let names = found.entry(key.clone()).or_default();
            for after in line.split('$').skip(1) {
                names.insert(after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
            }
        }
        found
    }

    #[test]
    fn every_word_of_the_domain_is_written_in_both_languages() {
        assert_eq!(event_names().len(), 41, "the domain has other events than this test reads");
        let translator = Translator::embedded();
        for language in LANGUAGES {
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

    #[test]
    fn a_text_has_the_same_values_in_both_languages() {
        let french = values(Language::French);
        for (key, names) in values(Language::English) {
            assert_eq!(Some(&names), french.get(&key), "{key}");
        }
    }

    #[test]
    fn no_text_shows_a_gap_when_its_values_are_given() {
        let translator = Translator::embedded();
        for language in LANGUAGES {
            for (key, names) in values(language).iter().filter(|(key, _)| translator.has(language, key)) {
                let args: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "3")).collect();
                let text = translator.text(language, key, &args);
                assert!(!text.contains("{$") && !text.contains('⟦'), "{language} {key}: {text}");
                assert!(!text.trim().is_empty(), "{language} {key}");
            }
        }
    }

    #[test]
    fn a_sentence_of_the_history_uses_only_values_that_the_history_gives() {
        let given: BTreeMap<&str, &[&str]> = EVENT_VALUES.iter().copied().collect();
        let used = values(Language::English);
        for name in event_names() {
            let names: Vec<&str> = used[&format!("event-{name}")].iter().map(String::as_str).collect();
            let known = given.get(name).copied().unwrap_or_default();
            assert!(names.iter().all(|name| known.contains(name)), "{name}: {names:?}");
        }
    }

    #[test]
    fn a_refusal_reads_well_without_its_values() {
        let translator = Translator::embedded();
        for language in LANGUAGES {
            for code in RefusalCode::ALL {
                let refusal = Refusal::new(*code);
                for text in [translator.refusal(language, &refusal), translator.remedy(language, &refusal)] {
                    assert!(!text.contains("{$") && !text.contains('⟦'), "{language} {code}: {text}");
                }
            }
        }
    }

    #[test]
    fn the_values_of_a_refusal_are_put_into_words() {
        let translator = Translator::embedded();
        let long = Refusal::new(RefusalCode::WindowTooLong).with("max", clock::Length::CalendarDays(90));
        assert!(translator.refusal(Language::English, &long).contains("90 days"));
        assert!(translator.refusal(Language::French, &long).contains("90 jours"));
        let code = Refusal::new(RefusalCode::CodeForState).with("code", NonExecutionCode::DualCriminality);
        assert!(translator.refusal(Language::French, &code).contains("N14 (Double incrimination)"));
        let roles = Refusal::new(RefusalCode::NotPermitted).with("roles", "analyst,reviewer");
        assert!(translator.refusal(Language::French, &roles).contains("Analyste, Réviseur"));
    }

    #[test]
    fn a_count_agrees_with_its_noun_in_each_language() {
        let translator = Translator::embedded();
        let days = |language, count| translator.length(language, clock::Length::WorkingDays(count));
        assert_eq!(days(Language::English, 1), "1 working day");
        assert_eq!(days(Language::English, 5), "5 working days");
        assert_eq!(days(Language::French, 1), "1 jour ouvrable");
        assert_eq!(days(Language::French, 5), "5 jours ouvrables");
        let none = translator.text(Language::French, "clock-unit-hours", &[("count", "0")]);
        assert_eq!(none, "0 heure", "French counts nought in the singular");
    }

    #[test]
    fn a_reference_of_digits_keeps_its_noughts() {
        let translator = Translator::embedded();
        for reference in ["007", "+1", "9007199254740993", "99999999999999999999"] {
            let text = translator.text(Language::English, "event-acknowledged", &[("reference", reference)]);
            assert!(text.contains(reference), "{text}");
        }
    }

    #[test]
    fn an_unknown_key_stays_visible() {
        let translator = Translator::embedded();
        assert_eq!(translator.text(Language::French, "no-such-key", &[]), "⟦no-such-key⟧");
        assert_eq!(translator.text(Language::French, "", &[]), "⟦⟧");
        assert!(!translator.has(Language::English, "no-such-key"));
    }

    #[test]
    fn a_notice_carries_a_reference_and_a_link_and_nothing_else() {
        for language in LANGUAGES {
            let all = values(language);
            let parts = |key: &str| {
                key.starts_with("notice-") && (key.ends_with("-subject") || key.ends_with("-body"))
            };
            let notices: Vec<_> = all.iter().filter(|(key, _)| parts(key)).collect();
            assert_eq!(notices.len(), 70);
            for (key, names) in notices {
                assert!(names.iter().all(|name| name == "reference" || name == "link"), "{key}: {names:?}");
            }
        }
    }
}
