//! Who stands behind a request and whether they are still trusted, read in the transaction of the act that relies on it
//! (T07), and the card with which anybody who is signed in looks an accreditation up (guideline `L-authority`).

pub(crate) mod finding;
pub(crate) mod freeze;
mod received;

pub use received::{Received, ReceivedFile, ReceivedPackage, RevocationView};

use crate::act::{Attempt, Caller, Denied, settle};
use crate::party::brief;
use crate::request::Parties;
use crate::{Exchange, Inner, PartyView};
use comity_domain::party::{AccreditationState, AuthoriserMandate, Role};
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_domain::request::{Observation, Request, RequestCommand, Source};
use comity_domain::time::Moment;
use comity_policy::{Action, Relation};
use comity_store::{Fault, Tx, party, source as rows};
use serde::Serialize;
use utoipa::ToSchema;

comity_domain::opaque!(AccreditationCard);

/// One person looks so many accreditations up within an hour at most: whoever looks for more copies the directory.
const MOST_LOOKED_UP: i64 = 100;
const HOUR_S: i64 = 3_600;

/// What the directory says of the source, as far as the command depends on it.
pub(crate) fn load(
    tx: &mut dyn Tx,
    inner: &Inner,
    parties: &Parties,
    request: &Request,
    command: &RequestCommand,
    now: Moment,
) -> Result<Source, Fault> {
    let mut source = Source::default();
    match command {
        // What is accepted or given relies on the source at this very instant.
        RequestCommand::Decide { .. } | RequestCommand::Prepare { .. } | RequestCommand::Release { .. } => {
            rows::guard(tx, request.id, now)?;
        }
        RequestCommand::Check { observed, .. } => {
            if let Observation::Accreditation { number: Some(number) } = observed {
                let found = party::by_accreditation(tx, number.trim())?;
                source.named = found
                    .filter(|(_, _, organisation)| organisation.id == request.from)
                    .map(|(vouch, ..)| vouch);
            }
            if matches!(observed, Observation::Plausibility {}) {
                source.findings = finding::findings(tx, inner, parties, request)?;
            }
        }
        RequestCommand::Thaw { .. } | RequestCommand::Reauthorise { .. } | RequestCommand::Open { .. } => {}
        _ => return Ok(source),
    }
    source.people = rows::people(tx, request.id)?;
    Ok(source)
}

/// What anybody who is signed in may know of an accreditation.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccreditationCard {
    /// Its number.
    pub number: String,
    /// Whose.
    pub name: String,
    /// Their function or rank.
    pub function: String,
    /// As what they act.
    pub roles: Vec<Role>,
    /// The capacity in which they sign.
    pub authoriser: Option<AuthoriserMandate>,
    /// For which organisation.
    pub organisation: PartyView,
    /// Valid until.
    pub accredited_until: Moment,
    /// How it stands now.
    pub state: AccreditationState,
    /// When this was read.
    pub at: Moment,
}

impl Exchange {
    /// Looks an accreditation up by its exact number. Every look leaves an entry, found or not, and they are bounded, so
    /// that nobody copies the directory number by number.
    ///
    /// # Errors
    /// Not permitted, not found, too many within the hour, or a fault.
    pub async fn accreditation(&self, who: &Caller, number: &str) -> Result<AccreditationCard, Denied> {
        let (inner, who, number) = (self.inner.clone(), who.clone(), number.trim().to_owned());
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::AccreditationView, inner.now());
            let now = attempt.now;
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Directory, facts) {
                return attempt.refuse(tx, vec![Refusal::new(code)]);
            }
            if let Some(actor) = who.actor() {
                let since = now.plus_seconds(-HOUR_S);
                let most = u64::try_from(MOST_LOOKED_UP).unwrap_or(u64::MAX);
                if rows::looked_up(tx, actor.person, since, MOST_LOOKED_UP)? >= most {
                    return attempt.refuse(tx, vec![Refusal::new(RefusalCode::TooMuch)]);
                }
            }
            let found =
                if number.chars().count() > 200 { None } else { party::by_accreditation(tx, &number)? };
            let Some((vouch, roles, organisation)) = found else {
                return attempt.refuse(tx, vec![Refusal::new(RefusalCode::NotFound)]);
            };
            attempt.about.clone_from(&vouch.accreditation);
            attempt.counterpart = Some(organisation.id);
            attempt.record(tx, "viewed", "")?;
            Ok(Ok(AccreditationCard {
                state: vouch.state(now),
                number: vouch.accreditation,
                name: vouch.name,
                function: vouch.function,
                roles,
                authoriser: vouch.authoriser,
                organisation: brief(&organisation),
                accredited_until: vouch.accredited_until,
                at: now,
            }))
        };
        settle(self.store.write("accreditation.view", work).await)
    }
}
