//! What is left of a dossier whose content was erased: its reference and parties, when, under which rule, and the leaves
//! that still stand in the log (T38). Its content is nowhere any more, so nothing here can show it.

use crate::Dossier;
use crate::act::Attempt;
use crate::{Inner, PartyView};
use comity_domain::id::RequestId;
use comity_domain::refusal::RefusalCode;
use comity_domain::time::Moment;
use comity_ledger::bundle::ERASURE;
use comity_policy::{Action, Relation};
use comity_store::request::Parties;
use comity_store::seal::{KeyState, dossier_key};
use comity_store::{Fault, Store, Tx, ledger, party};
use serde::{Deserialize, Serialize};

/// A case as its reader finds it.
#[derive(Debug, Clone, PartialEq)]
pub enum Case {
    /// Its dossier.
    Whole(Box<Dossier>),
    /// Its erasure.
    Erased(Box<Erased>),
}

/// What is left of an erased dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Erased {
    /// The request.
    pub id: RequestId,
    /// Its reference.
    pub reference: String,
    /// The authority.
    pub from: PartyView,
    /// The addressee.
    pub to: PartyView,
    /// When its content was erased.
    pub erased_at: Moment,
    /// Under which rule of retention.
    pub rule: String,
    /// How many events were erased; the leaf of each stays in the log, and the proof shows it.
    pub leaves: u64,
}

/// What the record of an erasure says.
#[derive(Deserialize)]
struct Said {
    record: String,
    at: Moment,
    rule: String,
    commitments: Vec<String>,
}

/// The erasure of a dossier whose content does not open any more.
pub(super) fn erased(tx: &mut dyn Tx, id: RequestId, parties: &Parties) -> Result<Erased, Fault> {
    let said = ledger::records(tx, &id.to_string())?.into_iter().find_map(|record| {
        let said: Said = serde_json::from_str(&record.body).ok()?;
        (said.record == ERASURE).then_some(said)
    });
    let said = said.ok_or_else(|| Fault::other("a dossier without content and without an erasure"))?;
    let mut party = |id| -> Result<PartyView, Fault> {
        let found = party::organisation(tx, id)?;
        found.as_ref().map(crate::party::brief).ok_or_else(|| Fault::other("a party that is not there"))
    };
    Ok(Erased {
        id,
        reference: parties.reference.clone(),
        from: party(parties.from)?,
        to: party(parties.to)?,
        erased_at: said.at,
        rule: said.rule,
        leaves: u64::try_from(said.commitments.len()).unwrap_or(u64::MAX),
    })
}

/// Asks about a request; of an erased one an auditor may know too, because nothing of it is left to be seen.
pub(crate) fn ask_case(
    tx: &mut dyn Tx,
    store: &Store,
    inner: &Inner,
    attempt: &mut Attempt<'_>,
    parties: &Parties,
) -> Result<Result<Relation, RefusalCode>, Fault> {
    let relation = attempt.concerns(inner, parties);
    if let (Relation::Oversight, Some(id)) = (relation, attempt.request)
        && matches!(dossier_key(tx, store.instance_key(), &id.to_string())?, KeyState::Destroyed(_))
    {
        attempt.action = Action::ErasureView;
    }
    let facts = attempt.facts(parties.arrived, parties.ended);
    Ok(attempt.ask(inner, relation, facts).map(|()| relation))
}
