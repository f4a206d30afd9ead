//! Printed papers: what a reader may see of a dossier, as typed data in the words of one language, for `comity-papers` to
//! set. A paper shows what the dossier shows, to the same readers, and nothing that changes by itself: printed again
//! before anything has happened, it is the same, byte for byte.

mod answer;
mod form;
mod preservation;
mod proof;
mod request;
mod sheet;

use crate::act::{Attempt, Caller, Denied, settle};
use crate::dossier::{Drawn, ask_case, draw};
use crate::{Dossier, Exchange, Inner};
use comity_domain::id::RequestId;
use comity_domain::party::Side;
use comity_domain::procedure::Procedure;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::term::{ItemOutcome, Language};
use comity_domain::time::Moment;
use comity_formats::paper::{Foot, Paper, PaperLanguage, PaperTime};
use comity_policy::Action;
use comity_store::request as rows;
use comity_store::{Fault, Tx};
use proof::Places;
use serde::{Deserialize, Serialize};
use sheet::{Pen, Sheet};

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaperKind {
    /// The request, in the order of its procedure's form.
    Request,
    /// What was not executed, item by item, with grounds and remedies.
    NonExecution,
    /// What happened and with which commitments.
    Receipt,
    /// The answer for a court: files, digests, custody.
    Certificate,
    /// European production order certificate: Regulation (EU) 2023/1543, Annex I.
    Epoc,
    /// European preservation order certificate: Annex II.
    EpocPr,
    /// Impossibility to execute either: Annex III.
    EpocNonExecution,
    /// Request for expedited preservation, Convention on Cybercrime Arts 29 and 30: the form of T-CY(2018)11.
    TcyPreservation,
}

impl PaperKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::Request,
        Self::Epoc,
        Self::EpocPr,
        Self::TcyPreservation,
        Self::NonExecution,
        Self::EpocNonExecution,
        Self::Certificate,
        Self::Receipt,
    ];

    /// Its name in addresses and keys of texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::NonExecution => "non-execution",
            Self::Receipt => "receipt",
            Self::Certificate => "certificate",
            Self::Epoc => "epoc",
            Self::EpocPr => "epoc-pr",
            Self::EpocNonExecution => "epoc-non-execution",
            Self::TcyPreservation => "tcy-preservation",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether there is anything to be printed so. A draft is no request yet and has no paper.
    fn applies(self, rules: &Procedure, dossier: &Dossier) -> bool {
        let under = |instrument: &str| rules.instrument == instrument;
        let submitted = dossier.edition > 0;
        match self {
            Self::Request => submitted,
            Self::Receipt => true,
            Self::NonExecution => dossier.items.iter().any(|item| not_executed(item.outcome)),
            Self::Certificate => dossier.packages.iter().any(|package| package.released.is_some()),
            Self::Epoc => submitted && under("EU_EPOC"),
            Self::EpocPr => submitted && under("EU_EPOC_PR"),
            Self::EpocNonExecution => {
                (under("EU_EPOC") || under("EU_EPOC_PR"))
                    && dossier.items.iter().any(|item| not_executed(item.outcome))
            }
            Self::TcyPreservation => submitted && under("BUD_29"),
        }
    }
}

/// Whether an item was not executed, or only in part.
const fn not_executed(outcome: Option<ItemOutcome>) -> bool {
    match outcome {
        Some(
            ItemOutcome::Partial | ItemOutcome::Refused | ItemOutcome::Redirected | ItemOutcome::Objected,
        ) => true,
        Some(ItemOutcome::Full | ItemOutcome::Preserved | ItemOutcome::Withdrawn) | None => false,
    }
}

/// The papers that can be printed of a dossier now.
pub(crate) fn offered(rules: &Procedure, dossier: &Dossier) -> Vec<PaperKind> {
    PaperKind::ALL.into_iter().filter(|kind| kind.applies(rules, dossier)).collect()
}

impl Exchange {
    /// A paper about a request, as far as this caller may read it. Printing is a consultation and leaves its entry in the
    /// trail, with the kind and language of the paper.
    ///
    /// # Errors
    /// Not permitted, not found, erased, nothing to be printed so yet, or a fault.
    pub async fn paper(
        &self,
        who: &Caller,
        id: RequestId,
        kind: PaperKind,
        language: Language,
    ) -> Result<Paper, Denied> {
        let (store, inner, who) = (self.store.clone(), self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::RequestPrint, inner.now());
            attempt.detail = format!(r#"{{"paper":"{}","language":"{language}"}}"#, kind.as_str());
            let Some(parties) = rows::parties(tx, id)? else {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotFound)]);
            };
            attempt.request = Some(id);
            let relation = match ask_case(tx, &store, &inner, &mut attempt, &parties)? {
                Ok(relation) => relation,
                Err(code) => return attempt.refuse(tx, vec![Refusal::new(code)]),
            };
            let drawn = match draw(tx, &store, &inner, &attempt, relation, parties.arrived, id)? {
                Ok(Some(drawn)) => drawn,
                Ok(None) => return attempt.refuse(tx, vec![Refusal::new(RefusalCode::Erased)]),
                Err(refusals) => return attempt.refuse(tx, refusals),
            };
            let places = Places::of(&rows::event_leaves(tx, id)?);
            if !kind.applies(&drawn.procedure.procedure, &drawn.dossier) {
                return attempt.refuse(tx, vec![Refusal::of(RefusalCode::NotInThisState, "kind")]);
            }
            let paper = print(&inner, &drawn, &places, kind, language)?;
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(paper))
        };
        settle(self.store.write("request.print", work).await)
    }
}

fn print(
    inner: &Inner,
    drawn: &Drawn<'_>,
    places: &Places,
    kind: PaperKind,
    language: Language,
) -> Result<Paper, Fault> {
    let d = &drawn.dossier;
    let pen = Pen { words: &inner.words, language };
    let sheet = Sheet { pen, d, drawn, places, base_url: &inner.base_url };
    let body = match kind {
        PaperKind::Request => request::body(&sheet),
        PaperKind::NonExecution => answer::non_execution(&sheet),
        PaperKind::Receipt => answer::receipt(&sheet, &inner.ledger)?,
        PaperKind::Certificate => answer::certificate(&sheet),
        PaperKind::Epoc => form::epoc(&sheet),
        PaperKind::EpocPr => form::epoc_pr(&sheet),
        PaperKind::EpocNonExecution => form::non_execution(&sheet),
        PaperKind::TcyPreservation => preservation::body(&sheet),
    };
    let last = d.history.last().map_or(drawn.created_at, |entry| entry.at);
    Ok(Paper {
        language: match language {
            Language::English => PaperLanguage::English,
            Language::French => PaperLanguage::French,
        },
        title: pen.t(&format!("paper-{}", kind.as_str())),
        subtitle: pen.text(&d.procedure.title).to_owned(),
        reference: d.reference.clone(),
        as_of: time(last),
        foot: Foot { page: pen.t("paper-page"), of: pen.t("paper-page-of"), proof: places.note(&pen) },
        marks: marks(&sheet, kind, last),
        body,
    })
}

/// What a reader must know first: for whom this copy is, as of when, and how far its rules can be trusted.
fn marks(sheet: &Sheet<'_>, kind: PaperKind, last: Moment) -> Vec<String> {
    let pen = &sheet.pen;
    let copy = match sheet.d.side {
        Some(Side::Authority) => "paper-copy-authority",
        Some(Side::Provider) => "paper-copy-provider",
        None => "paper-copy-other",
    };
    let mut marks = vec![pen.with(copy, &[("at", &pen.moment(last))])];
    if sheet.d.procedure.unreviewed {
        marks.push(pen.t("paper-unreviewed-rules"));
    }
    match kind {
        PaperKind::Epoc | PaperKind::EpocPr | PaperKind::EpocNonExecution => {
            marks.push(pen.t("paper-unreviewed-form-eu"));
        }
        PaperKind::TcyPreservation => marks.push(pen.t("paper-unreviewed-form-tcy")),
        PaperKind::Request | PaperKind::NonExecution | PaperKind::Receipt | PaperKind::Certificate => {}
    }
    marks
}

fn time(at: Moment) -> PaperTime {
    let civil = at.civil();
    let number = |value: i8| u8::try_from(value).unwrap_or(0);
    PaperTime {
        year: i32::from(civil.year()),
        month: number(civil.month()),
        day: number(civil.day()),
        hour: number(civil.hour()),
        minute: number(civil.minute()),
        second: number(civil.second()),
        offset_minutes: at.offset().seconds() / 60,
    }
}
