//! The details of an event, by name, and its sentence in the history; only what the reader may see.

use crate::translation::Translator;
use crate::{ClockView, HistoryView};
use comity_domain::audience::Reader;
use comity_domain::preservation::HoldEnd;
use comity_domain::refusal::NonExecutionCode;
use comity_domain::request::{Request, RequestEvent};
use comity_domain::term::Language;
use comity_domain::time::Moment;

type Details = Vec<(&'static str, String)>;

impl HistoryView {
    /// The sentence of an entry, in the words of one language; `moment` writes a time.
    pub fn sentence(
        &self,
        words: &Translator,
        language: Language,
        clocks: &[ClockView],
        moment: impl Fn(Moment) -> String,
    ) -> String {
        let word =
            |vocabulary: &str, value: &str| words.text(language, &format!("{vocabulary}-{value}"), &[]);
        let told = self.details.iter().map(|(name, value)| {
            let told = match *name {
                "outcome" | "check" | "cause" | "authoriser" => word(name, value),
                "due" | "until" => value.parse().map_or_else(|_| value.clone(), &moment),
                "clock" => clocks
                    .iter()
                    .find(|clock| clock.id == *value)
                    .map_or_else(|| value.clone(), |clock| clock.label.get(language).to_owned()),
                _ => value.clone(),
            };
            (*name, told)
        });
        let told: Vec<(&str, String)> = told.collect();
        let values: Vec<(&str, &str)> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
        words.text(language, &format!("event-{}", self.event), &values)
    }
}

fn number(request: &Request, id: comity_domain::id::ItemId) -> String {
    request.item(id).map_or_else(String::new, |item| item.number.to_string())
}

fn joined(codes: &[NonExecutionCode]) -> String {
    codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ")
}

fn numbers(request: &Request, items: &[comity_domain::id::ItemId]) -> String {
    items.iter().map(|id| number(request, *id)).collect::<Vec<_>>().join(", ")
}

#[expect(clippy::too_many_lines, clippy::match_same_arms, reason = "a table of all events, in their order")]
/// The details of one event.
pub(super) fn details(event: &RequestEvent, request: &Request, reader: Reader) -> Details {
    match event {
        RequestEvent::Drafted { procedure, .. } => vec![("procedure", procedure.to_string())],
        RequestEvent::Submitted { items, .. } => vec![("items", items.len().to_string())],
        RequestEvent::Filed { items, intake, .. } => {
            let format = match intake {
                comity_domain::request::Intake::Desk => String::new(),
                comity_domain::request::Intake::Standard { format, .. } => format.clone(),
            };
            vec![("items", items.len().to_string()), ("format", format)]
        }
        RequestEvent::Returned { reason, .. } | RequestEvent::Withdrawn { reason, .. } => {
            vec![("reason", reason.clone())]
        }
        RequestEvent::Authorised { authorisation } => vec![("authoriser", authorisation.kind.to_string())],
        RequestEvent::Acknowledged { reference, .. } => vec![("reference", reference.clone())],
        RequestEvent::Checked { check } => {
            vec![
                ("check", check.kind().to_string()),
                ("passed", if check.passed { "yes" } else { "no" }.to_owned()),
            ]
        }
        RequestEvent::Frozen { freeze } => vec![("cause", freeze.cause.to_string())],
        RequestEvent::Thawed { reason, authorisation, .. } => {
            // A signature's statement stays with the authority.
            let kept = authorisation.is_some() && reader == Reader::Provider;
            let anew = if authorisation.is_some() { "yes" } else { "no" };
            let shown = if kept { String::new() } else { reason.clone() };
            vec![("anew", anew.to_owned()), ("reason", shown)]
        }
        RequestEvent::FraudFound { fraud } => vec![("reason", fraud.reason.clone())],
        RequestEvent::Asked { clarification } => vec![("code", clarification.code.to_string())],
        RequestEvent::Amended { items, reason, .. } => {
            let shown = if reader == Reader::Provider { String::new() } else { reason.clone() };
            vec![("items", items.len().to_string()), ("reason", shown)]
        }
        RequestEvent::ItemAccepted { item, outcome, .. } => {
            vec![("item", number(request, *item)), ("outcome", outcome.to_string())]
        }
        RequestEvent::ItemEnded { item, outcome, codes, .. } => {
            vec![("item", number(request, *item)), ("outcome", outcome.to_string()), ("codes", joined(codes))]
        }
        RequestEvent::PackagePrepared { package } => {
            vec![("items", numbers(request, &package.items)), ("files", package.files.len().to_string())]
        }
        RequestEvent::PackageDiscarded { reason, .. } => vec![("reason", reason.clone())],
        RequestEvent::PackageReleased { package, .. } => {
            let found = request.package(*package);
            vec![
                ("items", found.map_or_else(String::new, |p| numbers(request, &p.items))),
                ("files", found.map_or_else(String::new, |p| p.files.len().to_string())),
            ]
        }
        RequestEvent::PackageOpened { package, purpose, .. } => {
            let found = request.package(*package);
            vec![
                ("items", found.map_or_else(String::new, |p| numbers(request, &p.items))),
                ("purpose", purpose.clone()),
            ]
        }
        RequestEvent::ReceiptConfirmed { receipt, .. } => {
            vec![("found", receipt.found.word().to_owned()), ("remark", receipt.remark.clone())]
        }
        RequestEvent::DeletionConfirmed { deletion, .. } => vec![("statement", deletion.statement.clone())],
        RequestEvent::ClockStarted { clock }
        | RequestEvent::ClockPaused { clock }
        | RequestEvent::ClockResumed { clock }
        | RequestEvent::ClockStopped { clock }
        | RequestEvent::ClockExpired { clock, .. } => {
            vec![("clock", clock.id.to_string()), ("due", clock.due.to_string())]
        }
        RequestEvent::ClockExtended { clock, reason, .. } => {
            vec![("clock", clock.id.to_string()), ("due", clock.due.to_string()), ("reason", reason.clone())]
        }
        RequestEvent::HoldStarted { hold } => vec![("until", hold.until.to_string())],
        RequestEvent::HoldExtended { until, reason, .. } => {
            vec![("until", until.to_string()), ("reason", reason.clone())]
        }
        RequestEvent::ConversionAnnounced { reference, .. } => vec![("reference", reference.clone())],
        RequestEvent::HoldReminded { days, .. } => vec![("days", days.to_string())],
        RequestEvent::HoldEnded { end } => match end {
            HoldEnd::Converted { reference, .. } => {
                vec![("end", "converted".to_owned()), ("reference", reference.clone())]
            }
            HoldEnd::Released { reason, .. } => {
                vec![("end", "released".to_owned()), ("reason", reason.clone())]
            }
            HoldEnd::Lapsed { .. } => vec![("end", "lapsed".to_owned())],
        },
        RequestEvent::Revised { .. }
        | RequestEvent::Forwarded { .. }
        | RequestEvent::Sent { .. }
        | RequestEvent::Received { .. }
        | RequestEvent::SourceVerified { .. }
        | RequestEvent::SourceDoubted { .. }
        | RequestEvent::Answered { .. }
        | RequestEvent::AllReceiptsConfirmed { .. }
        | RequestEvent::Closed { .. } => Vec::new(),
    }
}
