//! The form of a check of the source, read kind by kind; its page is the page of the act.

use super::act::Typed;
use comity_domain::procedure::CheckKind;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Observation, RequestCommand, SignedBy};
use comity_domain::time::Moment;

/// Nobody records a call of the week before; more minutes than these are a slip.
const MOST_MINUTES: i64 = 14 * 24 * 60;

/// Reads the command of the form.
pub(super) fn command(typed: &Typed, now: Moment) -> Result<RequestCommand, Refusal> {
    let text = |name: &str| typed.get(name).trim().to_owned();
    let given = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let observed = match typed.parsed("kind")? {
        CheckKind::Accreditation => Observation::Accreditation { number: given("number") },
        CheckKind::Signature if typed.get("signed") == "session" => {
            Observation::Signature { signed: SignedBy::Session {} }
        }
        CheckKind::Signature => Observation::Signature {
            signed: SignedBy::File { sha256: text("sha256"), signer: text("signer") },
        },
        CheckKind::CallBack => Observation::CallBack {
            contact_point: typed
                .get("contact_point")
                .parse()
                .map_err(|_| Refusal::of(RefusalCode::CallBackNumber, "contact_point"))?,
            reached: text("reached"),
            called_at: ago(typed, now)?,
        },
        CheckKind::Supervisor => Observation::Supervisor {
            name: text("name"),
            accreditation: given("accreditation"),
            channel: typed.parsed("channel")?,
            contact_point: typed.get("contact_point").parse().ok(),
            confirmed_at: ago(typed, now)?,
        },
        CheckKind::Documents => Observation::Documents {
            files: typed.every("files"),
            sha256: typed.get("sha256").split_whitespace().map(str::to_owned).collect(),
            request_itself: typed.get("request_itself") == "yes",
        },
        CheckKind::Plausibility => Observation::Plausibility {},
    };
    Ok(RequestCommand::Check { observed, passed: typed.get("passed") == "yes", note: text("note") })
}

/// When it was, from how many minutes ago it was: nobody has to think of a time zone.
fn ago(typed: &Typed, now: Moment) -> Result<Moment, Refusal> {
    let minutes: i64 = typed.parsed("minutes_ago")?;
    if (0..=MOST_MINUTES).contains(&minutes) {
        Ok(now.plus_seconds(-60 * minutes))
    } else {
        Err(Refusal::of(RefusalCode::FieldMalformed, "minutes_ago").because("refusal-field-number"))
    }
}
