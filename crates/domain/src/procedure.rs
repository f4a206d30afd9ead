//! A written procedure as data: what one instrument requires of one kind of request (guidelines
//! `C-procedures`, `L-procedures`, `P-procedures`). It forbids, requires, times, labels and hides;
//! it never invents a state or a verb. Every rule carries its source and how sure it is.

pub mod case;
pub mod lint;
mod rule;
pub mod written;

pub use rule::*;

use crate::party::Organisation;
use crate::refusal::{Refusal, RefusalCode};
use crate::term::{Certainty, Compulsion, DataCategory, Language, Priority, RequestKind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// A text in both working languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

impl Text {
    /// The text in `language`.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::French => &self.fr,
        }
    }
}

/// Which version of which procedure a request runs under; a later version never changes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcedurePin {
    /// Identifier, such as `eu.epoc.subscriber`.
    pub id: String,
    /// Version number.
    pub version: u32,
    /// SHA-256 of the file's bytes, in lower-case hexadecimal.
    pub hash: String,
}

impl fmt::Display for ProcedurePin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}", self.id, self.version)
    }
}

/// A written procedure: the content of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Identifier, unique in the set, equal to the file's path in dots.
    pub id: String,
    /// Version, counted up whenever a rule changes.
    pub version: u32,
    /// Short code of the instrument (`legal.md` 10.2), such as `BUD_29`.
    pub instrument: String,
    /// What a request under it asks for.
    pub kind: RequestKind,
    /// Whether the addressee must comply.
    pub compulsion: Compulsion,
    /// Name on pages and documents.
    pub title: Text,
    /// What it is for, in two or three sentences.
    pub summary: Text,
    /// The provisions that are the legal basis (rule 1).
    pub citation: Vec<Citation>,
    /// Whether and since when it may be used.
    pub status: Status,
    /// Between whom it applies.
    pub parties: Parties,
    /// Who may issue what.
    pub authority: Vec<AuthorityRule>,
    /// What the offence must reach.
    #[serde(default)]
    pub threshold: Vec<Threshold>,
    /// The categories covered, in local terms.
    pub category: Vec<CategoryRule>,
    /// The form, in order.
    pub field: Vec<FieldRule>,
    /// The clocks.
    pub deadline: Vec<DeadlineRule>,
    /// The life of a hold; only where data are preserved.
    #[serde(default)]
    pub hold: Option<HoldRule>,
    /// How the source is verified.
    pub verification: Verification,
    /// Questions and answers.
    pub clarification: ClarificationRule,
    /// The grounds on which an item may be refused.
    pub refusal: Vec<RefusalRule>,
    /// Who tells the person concerned.
    pub notice: NoticeRule,
    /// Confidentiality, delivery, costs and other duties in words.
    #[serde(default)]
    pub duty: Vec<DutyRule>,
    /// How long what is kept.
    pub retention: RetentionRule,
    /// What people must have learnt.
    #[serde(default)]
    pub training: Vec<TrainingRule>,
}

/// A procedure with the hash of the bytes from which it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct PinnedProcedure {
    /// The rules.
    pub procedure: Procedure,
    /// SHA-256 of the file.
    pub hash: String,
    /// The file's own text, kept so that an old dossier can be read by the rule of its day.
    pub text: String,
}

/// The file is no procedure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProcedureFault {
    /// What the reader of the file says.
    pub message: String,
    /// Byte offset in the file, where known.
    pub offset: Option<usize>,
}

impl PinnedProcedure {
    /// Reads one file; `lint` says whether its content makes sense.
    ///
    /// # Errors
    /// When the text is no TOML, misses a part, has an unknown one, or a value of the wrong form.
    pub fn from_toml(text: &str) -> Result<Self, ProcedureFault> {
        let procedure: Procedure = toml::from_str(text).map_err(|error| ProcedureFault {
            message: error.message().to_owned(),
            offset: error.span().map(|span| span.start),
        })?;
        let hash = hex(&Sha256::digest(text.as_bytes()));
        Ok(Self { procedure, hash, text: text.to_owned() })
    }

    /// What a request remembers of it.
    pub fn pin(&self) -> ProcedurePin {
        ProcedurePin {
            id: self.procedure.id.clone(),
            version: self.procedure.version,
            hash: self.hash.clone(),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Procedure {
    /// Whether a request between these parties may be made under it on that day (rules 1 and 12).
    ///
    /// # Errors
    /// The reason why not, as the drafting page shows it.
    pub fn applies(&self, from: &Organisation, to: &Organisation, on: Date) -> Result<(), Refusal> {
        if !self.status.in_force(on) {
            return Err(
                Refusal::of(RefusalCode::ProcedureNotInForce, "procedure").with("procedure", &self.id)
            );
        }
        let refused =
            |code| Err(Refusal::of(code, "procedure").with("from", &from.country).with("to", &to.country));
        if !self.parties.requesting.contains(&from.country) {
            return refused(RefusalCode::ProcedureNotForParties);
        }
        if !self.parties.addressed.contains(&to.country) {
            return refused(RefusalCode::ProcedureNotForParties);
        }
        if !self.parties.addressee.contains(&to.kind) {
            return refused(RefusalCode::NeedsTreatyRoute);
        }
        let domestic = from.country == to.country;
        match self.parties.relation {
            PartyRelation::Domestic if !domestic => refused(RefusalCode::NeedsTreatyRoute),
            PartyRelation::CrossBorder if domestic => refused(RefusalCode::ProcedureNotForParties),
            PartyRelation::Domestic | PartyRelation::CrossBorder | PartyRelation::Any => Ok(()),
        }
    }

    /// The rule for a category, if the procedure covers it.
    pub fn category(&self, category: DataCategory) -> Option<&CategoryRule> {
        self.category.iter().find(|rule| rule.category == category)
    }

    /// Who may issue an order for a category.
    pub fn authority(&self, category: DataCategory) -> Option<&AuthorityRule> {
        self.authority.iter().find(|rule| rule.categories.contains(&category))
    }

    /// A field of the form.
    pub fn field(&self, name: &str) -> Option<&FieldRule> {
        self.field.iter().find(|rule| rule.name == name)
    }

    /// A deadline by its identifier.
    pub fn deadline(&self, id: &str) -> Option<&DeadlineRule> {
        self.deadline.iter().find(|rule| rule.id.as_str() == id)
    }

    /// The clocks that start with `trigger` for a request of that priority.
    pub fn deadlines_on(&self, trigger: Trigger, priority: Priority) -> impl Iterator<Item = &DeadlineRule> {
        self.deadline.iter().filter(move |rule| rule.starts == trigger && rule.covers(priority))
    }

    /// The checks that a request of that priority needs before `gate`.
    pub fn checks(&self, priority: Priority) -> &[CheckKind] {
        self.verification
            .class
            .iter()
            .find(|class| class.priority.contains(&priority))
            .map_or(&[], |class| class.checks.as_slice())
    }

    /// The rule for a ground of refusal, if the procedure allows it.
    pub fn refusal(&self, code: crate::refusal::NonExecutionCode) -> Option<&RefusalRule> {
        self.refusal.iter().find(|rule| rule.code == code)
    }

    /// Every rule's name, source and certainty: what counsel reads and what pages mark.
    pub fn provenance(&self) -> Vec<Provenance<'_>> {
        rule::provenance(self)
    }

    /// Whether any rule has not been reviewed against its primary text.
    pub fn has_unreviewed(&self) -> bool {
        self.provenance().iter().any(|rule| rule.certainty == Certainty::Unreviewed)
    }
}

/// All procedures that an instance knows: the newest version of each for new requests, older ones by hash.
#[derive(Debug, Clone, Default)]
pub struct ProcedureSet {
    by_hash: BTreeMap<String, Arc<PinnedProcedure>>,
    newest: BTreeMap<String, String>,
}

impl ProcedureSet {
    /// Adds one; of two versions the higher one is offered for new requests.
    pub fn add(&mut self, pinned: PinnedProcedure) {
        let id = pinned.procedure.id.clone();
        let newer = self
            .newest
            .get(&id)
            .and_then(|hash| self.by_hash.get(hash))
            .is_none_or(|known| known.procedure.version <= pinned.procedure.version);
        if newer {
            self.newest.insert(id, pinned.hash.clone());
        }
        self.by_hash.insert(pinned.hash.clone(), Arc::new(pinned));
    }

    /// The one a request is pinned to.
    pub fn pinned(&self, pin: &ProcedurePin) -> Option<&Arc<PinnedProcedure>> {
        self.by_hash(&pin.hash)
    }

    /// The one with that hash.
    pub fn by_hash(&self, hash: &str) -> Option<&Arc<PinnedProcedure>> {
        self.by_hash.get(hash)
    }

    /// The newest version of one.
    pub fn newest(&self, id: &str) -> Option<&Arc<PinnedProcedure>> {
        self.newest.get(id).and_then(|hash| self.by_hash.get(hash))
    }

    /// The newest version of each, in the order of their identifiers.
    pub fn all(&self) -> impl Iterator<Item = &Arc<PinnedProcedure>> {
        self.newest.values().filter_map(|hash| self.by_hash.get(hash))
    }
}
