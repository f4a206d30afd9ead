//! What each reader of a dossier may see (CETS 224 Art. 8(3)(b); EU Annex I section M; T05).
//! A hidden field is never changed and never silently left out: the reader learns that it is there.

use crate::party::Side;
use crate::procedure::{Audience, FieldRule, Procedure};
use crate::request::RequestEvent;
use crate::term::vocabulary;
use std::collections::BTreeMap;

vocabulary! {
    /// Who reads a dossier.
    Reader {
        /// The requesting authority.
        Authority = "AUTHORITY",
        /// The addressed provider.
        Provider = "PROVIDER",
        /// An oversight body.
        Oversight = "OVERSIGHT",
    }
}

impl Reader {
    fn is_kept_from(self, rule: &FieldRule) -> bool {
        let kept = |audience: &Audience| match audience {
            Audience::Provider => self == Self::Provider,
            Audience::Oversight => self == Self::Oversight,
        };
        rule.hidden_from.iter().any(kept)
    }
}

/// One answered field as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadField<'a> {
    /// Its rule.
    pub rule: &'a FieldRule,
    /// Its content; nothing where the reader is kept from it.
    pub content: Option<&'a str>,
}

/// The answered fields in the order of the form.
pub fn fields<'a>(
    procedure: &'a Procedure,
    answers: &'a BTreeMap<String, String>,
    reader: Reader,
) -> Vec<ReadField<'a>> {
    let answered = procedure.field.iter().filter_map(|rule| Some((rule, answers.get(&rule.name)?)));
    answered
        .map(|(rule, text)| ReadField {
            rule,
            content: (!reader.is_kept_from(rule)).then_some(text.as_str()),
        })
        .collect()
}

/// Whether a reader sees that an event happened. Each side's own preparation stays its own: the writing
/// of the draft, and the collecting of files before release.
pub const fn sees(reader: Reader, event: &RequestEvent) -> bool {
    match event {
        RequestEvent::Drafted { .. }
        | RequestEvent::Revised { .. }
        | RequestEvent::Submitted { .. }
        | RequestEvent::Returned { .. } => matches!(reader, Reader::Authority),
        RequestEvent::PackagePrepared { .. } | RequestEvent::PackageDiscarded { .. } => {
            matches!(reader, Reader::Provider)
        }
        // What an investigation opens, and what for, is its own.
        RequestEvent::PackageOpened { side, .. } => match side {
            Side::Authority => matches!(reader, Reader::Authority),
            Side::Provider => matches!(reader, Reader::Provider),
        },
        RequestEvent::Forwarded { .. }
        | RequestEvent::Authorised { .. }
        | RequestEvent::Sent { .. }
        | RequestEvent::Filed { .. }
        | RequestEvent::Received { .. }
        | RequestEvent::Acknowledged { .. }
        | RequestEvent::Checked { .. }
        | RequestEvent::SourceVerified { .. }
        | RequestEvent::SourceDoubted { .. }
        | RequestEvent::Frozen { .. }
        | RequestEvent::Thawed { .. }
        | RequestEvent::FraudFound { .. }
        | RequestEvent::Asked { .. }
        | RequestEvent::Answered { .. }
        | RequestEvent::Amended { .. }
        | RequestEvent::ItemAccepted { .. }
        | RequestEvent::ItemEnded { .. }
        | RequestEvent::PackageReleased { .. }
        | RequestEvent::ReceiptConfirmed { .. }
        | RequestEvent::DeletionConfirmed { .. }
        | RequestEvent::AllReceiptsConfirmed { .. }
        | RequestEvent::Withdrawn { .. }
        | RequestEvent::Closed { .. }
        | RequestEvent::ClockStarted { .. }
        | RequestEvent::ClockPaused { .. }
        | RequestEvent::ClockResumed { .. }
        | RequestEvent::ClockExtended { .. }
        | RequestEvent::ClockStopped { .. }
        | RequestEvent::ClockExpired { .. }
        | RequestEvent::HoldStarted { .. }
        | RequestEvent::HoldExtended { .. }
        | RequestEvent::ConversionAnnounced { .. }
        | RequestEvent::HoldReminded { .. }
        | RequestEvent::HoldEnded { .. } => true,
    }
}

/// Whether a reader may hold an event as it was recorded, to prove it to others: only where they see all of it anyway.
/// What they see in part, or not at all, stands in their proof as a commitment that does not open.
pub const fn may_hold(reader: Reader, event: &RequestEvent) -> bool {
    if !sees(reader, event) {
        return false;
    }
    match (reader, event) {
        // Answers may hold grounds that the provider must not see; so may the reason of a correction.
        (Reader::Provider, RequestEvent::Filed { .. } | RequestEvent::Amended { .. } | RequestEvent::Thawed { .. })
        // How the provider has checked the source stays with the provider.
        | (Reader::Authority, RequestEvent::Checked { .. })
        // Oversight sees what happened and never a payload.
        | (Reader::Oversight, _) => false,
        (Reader::Authority | Reader::Provider, _) => true,
    }
}
