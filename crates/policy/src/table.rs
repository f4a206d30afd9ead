//! Reads the permission table: bytes of a TOML file to rules, or every error in it at once.
//! The file may come from anywhere; it is bounded, and a rule that nobody could use is an error, not a rule.

use crate::action::Action;
use crate::condition::{Condition, Conditions};
use crate::guard::Breach;
use crate::subject::{Holder, Relation};
use comity_domain::term::Language;
use serde::Deserialize;

/// The largest table that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// Most rules in a table.
pub const MAX_RULES: usize = 250;

/// The table that is built in.
pub const BUILT_IN: &str = include_str!("../../../permissions.toml");

/// The id that stands for the absence of a rule; no rule may bear it.
pub const DEFAULT_DENY: &str = "default-deny";

const LONGEST_ID: usize = 64;
const LONGEST_TEXT: usize = 400;

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name in trail and matrix.
    pub id: String,
    /// What it permits, in one English sentence.
    pub english: String,
    /// The same sentence in French.
    pub french: String,
    /// Who, in reading order.
    pub who: Vec<Holder>,
    /// In which relation to the thing.
    pub relation: Relation,
    /// May do what, in reading order.
    pub actions: Vec<Action>,
    pub(crate) when: Conditions,
}

impl Rule {
    /// What must hold besides, in the order in which an unmet condition is named.
    pub fn conditions(&self) -> impl Iterator<Item = Condition> {
        self.when.iter()
    }

    /// The sentence in `language`.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::French => &self.french,
        }
    }
}

/// Why a table is refused; `rule` is an id, or `#3` for the third rule where the id is unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// More than [`MAX_BYTES`].
    #[error("the table is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// Not TOML, or not of the expected shape.
    #[error("{0}")]
    Malformed(String),
    /// No rule at all, or more than [`MAX_RULES`].
    #[error("the table has {0} rules; it needs at least 1 and at most {MAX_RULES}")]
    RuleCount(usize),
    /// The id is not 1 to 64 lower-case letters, digits and inner hyphens, or it is the reserved one.
    #[error(
        "rule {rule}: the id {id:?} is not made of lower-case letters, digits and hyphens, or is reserved"
    )]
    Id {
        /// Which rule.
        rule: String,
        /// Its id.
        id: String,
    },
    /// Two rules bear the same id.
    #[error("rule {rule}: another rule has the same id")]
    DuplicateId {
        /// Their id.
        rule: String,
    },
    /// A sentence is missing, longer than 400 characters, or not on one line.
    #[error("rule {rule}: text.{language} is not one line of 1 to 400 characters")]
    Text {
        /// Which rule.
        rule: String,
        /// Which language.
        language: &'static str,
    },
    /// A word that does not exist.
    #[error("rule {rule}: {field} has no word {word:?}")]
    UnknownWord {
        /// Which rule.
        rule: String,
        /// Which field.
        field: &'static str,
        /// The word.
        word: String,
    },
    /// A list has nothing in it.
    #[error("rule {rule}: {field} is empty")]
    Empty {
        /// Which rule.
        rule: String,
        /// Which field.
        field: &'static str,
    },
    /// A word occurs twice in one list.
    #[error("rule {rule}: {field} says {word} twice")]
    Repeated {
        /// Which rule.
        rule: String,
        /// Which field.
        field: &'static str,
        /// The word.
        word: &'static str,
    },
    /// The role does not exist on that side, or nobody is ever permitted anything in that relation.
    #[error("rule {rule}: {who} does not exist in relation {relation}")]
    Impossible {
        /// Which rule.
        rule: String,
        /// Whom the rule names.
        who: Holder,
        /// In which relation.
        relation: Relation,
    },
    /// The conditions exclude each other.
    #[error("rule {rule}: its conditions exclude each other")]
    Contradiction {
        /// Which rule.
        rule: String,
    },
    /// Two rules answer the same question; the deciding rule would depend on their order.
    #[error("rule {rule}: {who}, {action}, {relation} is already answered by rule {other}")]
    Overlap {
        /// The later rule.
        rule: String,
        /// The earlier rule.
        other: String,
        /// Whom both name.
        who: Holder,
        /// What both permit.
        action: Action,
        /// In which relation.
        relation: Relation,
    },
    /// The rule crosses a line that no table may cross.
    #[error("rule {rule}: {who} and {action}: {breach}")]
    Breach {
        /// Which rule.
        rule: String,
        /// Whom it names.
        who: Holder,
        /// What it would permit.
        action: Action,
        /// Which line.
        breach: Breach,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    #[serde(default)]
    rule: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    #[serde(default)]
    text: RawText,
    who: Vec<String>,
    relation: String,
    #[serde(default)]
    when: Vec<String>,
    actions: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawText {
    #[serde(default)]
    en: String,
    #[serde(default)]
    fr: String,
}

/// Reads rules one by one; what they mean together is judged by the gate.
///
/// # Errors
/// Every error of every rule, in the order of the file.
pub(crate) fn read(text: &str) -> Result<Vec<Rule>, Vec<TableError>> {
    if text.len() > MAX_BYTES {
        return Err(vec![TableError::TooLarge]);
    }
    let raw: RawTable = toml::from_str(text)
        .map_err(|error| vec![TableError::Malformed(error.to_string().trim_end().to_owned())])?;
    if raw.rule.is_empty() || raw.rule.len() > MAX_RULES {
        return Err(vec![TableError::RuleCount(raw.rule.len())]);
    }
    let mut errors = Vec::new();
    let mut rules: Vec<Rule> = Vec::new();
    for (raw, number) in raw.rule.into_iter().zip(1..) {
        let mut reader = Reader { rule: name(&raw.id, number), errors: &mut errors };
        if let Some(rule) = reader.rule(raw, &rules) {
            rules.push(rule);
        }
    }
    if errors.is_empty() { Ok(rules) } else { Err(errors) }
}

fn well_formed_id(id: &str) -> bool {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=LONGEST_ID).contains(&id.len())
        && id.chars().all(letters)
        && !id.starts_with('-')
        && !id.ends_with('-')
        && id != DEFAULT_DENY
}

fn name(id: &str, number: usize) -> String {
    if well_formed_id(id) { id.to_owned() } else { format!("#{number}") }
}

struct Reader<'a> {
    rule: String,
    errors: &'a mut Vec<TableError>,
}

impl Reader<'_> {
    /// The rule, as far as it can be read; with any error recorded the whole table is refused anyway.
    fn rule(&mut self, raw: RawRule, earlier: &[Rule]) -> Option<Rule> {
        if !well_formed_id(&raw.id) {
            self.errors.push(TableError::Id {
                rule: self.rule.clone(),
                id: raw.id.chars().take(LONGEST_ID).collect(),
            });
        } else if earlier.iter().any(|rule| rule.id == raw.id) {
            self.errors.push(TableError::DuplicateId { rule: self.rule.clone() });
        }
        self.text("en", &raw.text.en);
        self.text("fr", &raw.text.fr);
        let who = self.words("who", &raw.who, Holder::from_word, Holder::as_str);
        let actions = self.words("actions", &raw.actions, Action::from_word, Action::as_str);
        let when = self.words("when", &raw.when, Condition::from_word, Condition::as_str);
        for (field, list) in [("who", &raw.who), ("actions", &raw.actions)] {
            if list.is_empty() {
                self.errors.push(TableError::Empty { rule: self.rule.clone(), field });
            }
        }
        if when.contains(&Condition::WithProvider) && when.contains(&Condition::NotWithProvider) {
            self.errors.push(TableError::Contradiction { rule: self.rule.clone() });
        }
        let Some(relation) = Relation::from_word(&raw.relation) else {
            self.unknown("relation", &raw.relation);
            return None;
        };
        for holder in who.iter().filter(|holder| !holder.may_be_named_in(relation)) {
            self.errors.push(TableError::Impossible { rule: self.rule.clone(), who: *holder, relation });
        }
        let (id, english, french) = (raw.id, raw.text.en, raw.text.fr);
        Some(Rule { id, english, french, who, relation, actions, when: Conditions::of(&when) })
    }

    fn text(&mut self, language: &'static str, text: &str) {
        let fits = (1..=LONGEST_TEXT).contains(&text.trim().chars().count());
        if !fits || text.chars().any(char::is_control) {
            self.errors.push(TableError::Text { rule: self.rule.clone(), language });
        }
    }

    fn words<W: Copy + Ord>(
        &mut self,
        field: &'static str,
        raw: &[String],
        from_word: fn(&str) -> Option<W>,
        as_str: fn(W) -> &'static str,
    ) -> Vec<W> {
        let mut words = Vec::new();
        for text in raw {
            match from_word(text) {
                None => self.unknown(field, text),
                Some(word) if words.contains(&word) => {
                    self.errors.push(TableError::Repeated {
                        rule: self.rule.clone(),
                        field,
                        word: as_str(word),
                    });
                }
                Some(word) => words.push(word),
            }
        }
        words.sort_unstable();
        words
    }

    fn unknown(&mut self, field: &'static str, word: &str) {
        let word = word.chars().take(LONGEST_ID).collect();
        self.errors.push(TableError::UnknownWord { rule: self.rule.clone(), field, word });
    }
}
