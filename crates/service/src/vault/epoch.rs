//! An organisation's vault: another epoch, grants of it to whoever is entitled, and when another one is due. Each epoch
//! stands in the ledger, so that a directory that names another key than was made is found out (T43).

use super::{Base64, entitled, epoch_of, holdings, ids, is_grant, malformed};
use crate::act::{Answer, Caller, Denied};
use crate::{Exchange, Inner, notice};
use comity_domain::id::{OrganisationId, PersonId};
use comity_domain::party::{Organisation, Person};
use comity_domain::refusal::{Refusal, RefusalCode, Refusals};
use comity_domain::time::Moment;
use comity_domain::vault::{rotation_due, signer_name};
use comity_evidence::VaultRecipient;
use comity_ledger::{Algorithm, VerifierKey};
use comity_policy::Action;
use comity_store::vault::{self as rows, EpochRow, GrantRow, OfficerKeyRow};
use comity_store::{Fault, Tx, ledger, party};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

comity_domain::opaque!(VaultView, EpochView, VaultMember, NewEpoch, NewGrants, GrantTo);

/// How a record of the ledger that names a vault's keys begins.
const RECORD: &str = "vault";
/// Most people whom one call grants an epoch.
const MOST: usize = 1_000;

/// The vault of the own organisation.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct VaultView {
    /// Whose.
    pub organisation: OrganisationId,
    /// Whether another epoch is due.
    pub rotation_due: bool,
    /// Its epochs, oldest first.
    pub epochs: Vec<EpochView>,
    /// Those who are entitled.
    pub members: Vec<VaultMember>,
}

/// One epoch.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct EpochView {
    /// Which, from 1.
    pub epoch: u32,
    /// Its recipient.
    pub recipient: String,
    /// The key with which the organisation signs in it.
    pub signer: String,
    /// When it was made.
    pub since: Moment,
    /// Whether it is the newest.
    pub current: bool,
    /// One's own grant of it.
    pub grant: Option<Base64>,
}

/// Somebody who is entitled.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct VaultMember {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// The public half of their officer key.
    pub recipient: Option<String>,
    /// Whether they hold a grant of the newest epoch.
    pub granted: bool,
}

/// Another epoch.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEpoch {
    /// Which: the last plus one.
    pub epoch: u32,
    /// Its recipient.
    pub recipient: String,
    /// The key with which the organisation signs in it.
    pub signer: String,
    /// A grant for everybody who is entitled and has an officer key.
    pub grants: Vec<GrantTo>,
}

/// Grants of an epoch that is there.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGrants {
    /// Which.
    pub epoch: u32,
    /// To whom.
    pub grants: Vec<GrantTo>,
}

/// The private half of an epoch for one person.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantTo {
    /// To whom.
    pub person: PersonId,
    /// An `age` file to the recipient of their officer key.
    pub grant: Base64,
}

/// What the ledger keeps of an epoch.
#[derive(Serialize, Deserialize)]
struct OnRecord {
    record: String,
    organisation: OrganisationId,
    epoch: u32,
    recipient: String,
    signer: String,
    at: String,
}

/// Everything that an act on a vault is asked about.
struct Desk {
    entitled: Vec<Person>,
    keys: BTreeMap<PersonId, OfficerKeyRow>,
    actor: PersonId,
}

impl Desk {
    /// Who is entitled, and whether the caller is: the session may be older than what has become of its person.
    fn open(
        tx: &mut dyn Tx,
        inner: &Inner,
        who: &Caller,
        organisation: &Organisation,
        now: Moment,
    ) -> Answer<Self> {
        let Some(actor) = who.actor() else { return Ok(Err(vec![RefusalCode::NotPermitted.into()])) };
        let entitled = entitled(tx, inner, organisation, now)?;
        if !entitled.iter().any(|person| person.id == actor.person) {
            return Ok(Err(vec![RefusalCode::NotPermitted.into()]));
        }
        let keys = rows::keys_at(tx, organisation.id)?.into_iter().map(|key| (key.person, key)).collect();
        Ok(Ok(Self { entitled, keys, actor: actor.person }))
    }

    /// Grants as rows, where each is one and goes to somebody who is entitled, once.
    fn grants(
        &self,
        organisation: OrganisationId,
        epoch: u32,
        to: &[GrantTo],
    ) -> Result<Vec<GrantRow>, Refusals> {
        let entitled = ids(&self.entitled);
        let mut seen = BTreeSet::new();
        let row = |(at, to): (usize, &GrantTo)| {
            let refuse = |code| Refusal::of(code, format!("grants.{at}"));
            let key = self.keys.get(&to.person).filter(|_| entitled.contains(&to.person));
            let key =
                key.filter(|_| seen.insert(to.person)).ok_or_else(|| refuse(RefusalCode::GrantsDiffer))?;
            if !is_grant(&to.grant.0) {
                return Err(refuse(RefusalCode::FieldMalformed));
            }
            Ok(GrantRow {
                organisation,
                epoch,
                person: to.person,
                officer_key: key.id.clone(),
                sealed_to: to.grant.0.clone(),
                by: self.actor,
            })
        };
        if to.is_empty() || to.len() > MOST {
            return Err(vec![Refusal::of(RefusalCode::GrantsDiffer, "grants")]);
        }
        to.iter().enumerate().map(row).collect::<Result<_, _>>().map_err(|refusal| vec![refusal])
    }
}

fn view(tx: &mut dyn Tx, desk: &Desk, organisation: OrganisationId, now: Moment) -> Result<VaultView, Fault> {
    let epochs = rows::epochs(tx, organisation)?;
    let mut mine: BTreeMap<u32, Vec<u8>> =
        rows::grants_of(tx, organisation, desk.actor)?.into_iter().collect();
    let newest = epochs.last().cloned();
    let held = match &newest {
        Some(newest) => holdings(tx, organisation, newest.epoch)?,
        None => Vec::new(),
    };
    let due = match newest {
        Some(newest) => rotation_due(&epoch_of(newest)?, &held, &ids(&desk.entitled), now),
        None => false,
    };
    let granted = |person| held.iter().any(|held| held.person == person && held.key_counts);
    let last = epochs.len();
    let epochs = epochs.into_iter().zip(1..).map(|(row, at)| EpochView {
        current: at == last,
        grant: mine.remove(&row.epoch).map(Base64),
        epoch: row.epoch,
        recipient: row.recipient,
        signer: row.signer,
        since: row.since,
    });
    let member = |person: &Person| VaultMember {
        person: person.id,
        name: person.name.clone(),
        recipient: desk.keys.get(&person.id).map(|key| key.recipient.clone()),
        granted: granted(person.id),
    };
    Ok(VaultView {
        organisation,
        rotation_due: due,
        epochs: epochs.collect(),
        members: desk.entitled.iter().map(member).collect(),
    })
}

impl Exchange {
    /// The vault of the own organisation, with one's own grants.
    ///
    /// # Errors
    /// Not entitled, or a fault.
    pub async fn vault(&self, who: &Caller, organisation: OrganisationId) -> Result<VaultView, Denied> {
        let nothing = |_: &mut dyn Tx, _: &Desk, _: &Organisation, _: Moment| Ok(Ok(()));
        self.at_vault(who, organisation, Action::VaultView, "viewed", nothing).await
    }

    /// Makes another epoch of the own organisation's vault. Of two who do so at once, one is refused.
    ///
    /// # Errors
    /// Not entitled, no passkey shown lately, no officer key, another epoch came first, a key that is none, or grants for
    /// others than those who are entitled.
    pub async fn make_epoch(
        &self,
        who: &Caller,
        organisation: OrganisationId,
        new: NewEpoch,
    ) -> Result<VaultView, Denied> {
        let work = move |tx: &mut dyn Tx, desk: &Desk, found: &Organisation, now: Moment| {
            make(tx, desk, found, &new, now)
        };
        self.at_vault(who, organisation, Action::VaultGrant, "done", work).await
    }

    /// Grants an epoch that one holds to others who are entitled.
    ///
    /// # Errors
    /// Not entitled, no passkey shown lately, no grant of one's own, or somebody who is not entitled.
    pub async fn grant(
        &self,
        who: &Caller,
        organisation: OrganisationId,
        new: NewGrants,
    ) -> Result<VaultView, Denied> {
        let work = move |tx: &mut dyn Tx, desk: &Desk, found: &Organisation, now: Moment| {
            let own = rows::grants_of(tx, found.id, desk.actor)?;
            if !own.iter().any(|(epoch, _)| *epoch == new.epoch) {
                return Ok(Err(vec![Refusal::of(RefusalCode::GrantMissing, "epoch")]));
            }
            let grants = match desk.grants(found.id, new.epoch, &new.grants) {
                Ok(grants) => grants,
                Err(refusals) => return Ok(Err(refusals)),
            };
            for grant in &grants {
                rows::put_grant(tx, grant, now)?;
                if grant.person != desk.actor {
                    notice::vault(tx, found, grant.person, "vault-granted", now)?;
                }
            }
            Ok(Ok(()))
        };
        self.at_vault(who, organisation, Action::VaultGrant, "done", work).await
    }

    /// Does something at the own organisation's vault, for somebody who is entitled to it; answers how it stands afterwards.
    async fn at_vault(
        &self,
        who: &Caller,
        organisation: OrganisationId,
        action: Action,
        outcome: &'static str,
        work: impl Fn(&mut dyn Tx, &Desk, &Organisation, Moment) -> Answer<()> + Send + 'static,
    ) -> Result<VaultView, Denied> {
        let (inner, caller) = (self.inner.clone(), who.clone());
        let work = move |tx: &mut dyn Tx, found: &Organisation, now: Moment| {
            let desk = match Desk::open(tx, &inner, &caller, found, now)? {
                Ok(desk) => desk,
                Err(refusals) => return Ok(Err(refusals)),
            };
            match work(tx, &desk, found, now)? {
                Ok(()) => view(tx, &desk, found.id, now).map(Ok),
                Err(refusals) => Ok(Err(refusals)),
            }
        };
        self.on_organisation(who, organisation, action, outcome, work).await
    }
}

fn make(tx: &mut dyn Tx, desk: &Desk, found: &Organisation, new: &NewEpoch, now: Moment) -> Answer<()> {
    if !desk.keys.contains_key(&desk.actor) {
        return Ok(Err(vec![RefusalCode::OfficerKeyMissing.into()]));
    }
    let last = rows::newest(tx, found.id)?.map_or(0, |newest| newest.epoch);
    if last.checked_add(1) != Some(new.epoch) {
        return Ok(Err(vec![Refusal::of(RefusalCode::VersionConflict, "epoch").with("last", last)]));
    }
    if new.recipient.parse::<VaultRecipient>().is_err() || rows::recipient_known(tx, &new.recipient)? {
        return Ok(Err(vec![malformed("recipient")]));
    }
    let name = signer_name(&found.code, &found.country, new.epoch);
    let signs = |key: &VerifierKey| key.algorithm() == Algorithm::Ed25519 && key.name() == name;
    if !new.signer.parse().is_ok_and(|key: VerifierKey| signs(&key) && key.to_string() == new.signer) {
        return Ok(Err(vec![malformed("signer")]));
    }
    let grants = match desk.grants(found.id, new.epoch, &new.grants) {
        Ok(grants) => grants,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let able = desk.entitled.iter().filter(|person| desk.keys.contains_key(&person.id)).count();
    if grants.len() != able {
        return Ok(Err(vec![Refusal::of(RefusalCode::GrantsDiffer, "grants")]));
    }
    let epoch = EpochRow {
        epoch: new.epoch,
        recipient: new.recipient.clone(),
        signer: new.signer.clone(),
        since: now,
    };
    rows::add_epoch(tx, found.id, &epoch, desk.actor)?;
    for grant in &grants {
        rows::put_grant(tx, grant, now)?;
        if grant.person != desk.actor {
            notice::vault(tx, found, grant.person, "vault-epoch", now)?;
        }
    }
    record(tx, found.id, &epoch, now).map(Ok)
}

fn record(tx: &mut dyn Tx, organisation: OrganisationId, epoch: &EpochRow, now: Moment) -> Result<(), Fault> {
    let record = OnRecord {
        record: RECORD.to_owned(),
        organisation,
        epoch: epoch.epoch,
        recipient: epoch.recipient.clone(),
        signer: epoch.signer.clone(),
        at: now.to_string(),
    };
    let body = serde_json::to_string(&record).map_err(|error| Fault::json("a record", &error))?;
    crate::ledger::record(tx, None, body, now).map(drop)
}

/// Tells those who are entitled that another epoch is due, where it is.
pub(crate) fn tell_if_due(
    tx: &mut dyn Tx,
    inner: &Inner,
    organisation: OrganisationId,
    now: Moment,
) -> Result<(), Fault> {
    let Some(newest) = rows::newest(tx, organisation)? else { return Ok(()) };
    let Some(found) = party::organisation(tx, organisation)? else { return Ok(()) };
    let entitled = entitled(tx, inner, &found, now)?;
    let held = holdings(tx, organisation, newest.epoch)?;
    if rotation_due(&epoch_of(newest)?, &held, &ids(&entitled), now) {
        for person in &entitled {
            notice::vault(tx, &found, person.id, "vault-rotation", now)?;
        }
    }
    Ok(())
}

/// The same for every organisation in which somebody is a member.
pub(super) fn tell_all_if_due(
    tx: &mut dyn Tx,
    inner: &Inner,
    person: PersonId,
    now: Moment,
) -> Result<(), Fault> {
    for membership in party::memberships(tx, person)? {
        tell_if_due(tx, inner, membership.organisation, now)?;
    }
    Ok(())
}

/// What is wrong with the vaults, for `comity check`: an epoch that the ledger does not name, a record of one that is not
/// there, or a key that is none (T43).
pub(crate) fn check(tx: &mut dyn Tx) -> Result<Vec<(String, String)>, Fault> {
    let mut wrong = Vec::new();
    let mut named: BTreeSet<(OrganisationId, u32, String, String)> = BTreeSet::new();
    for record in ledger::own_records(tx, i64::MAX)? {
        // Records of other kinds have other fields.
        let Ok(record) = serde_json::from_str::<OnRecord>(&record.body) else { continue };
        if record.record == RECORD {
            named.insert((record.organisation, record.epoch, record.recipient, record.signer));
        }
    }
    for organisation in party::organisations(tx)? {
        let place = format!("the vault of {}", organisation.code);
        for epoch in rows::epochs(tx, organisation.id)? {
            let known = (organisation.id, epoch.epoch, epoch.recipient.clone(), epoch.signer.clone());
            if !named.remove(&known) {
                wrong.push((
                    place.clone(),
                    format!("no record of the ledger names the keys of epoch {}", epoch.epoch),
                ));
            }
            if epoch_of(epoch).is_err() {
                wrong.push((place.clone(), "an epoch whose recipient is no key".to_owned()));
            }
        }
    }
    for (organisation, epoch, ..) in named {
        wrong.push((
            organisation.to_string(),
            format!("the ledger names epoch {epoch} of a vault that is not there"),
        ));
    }
    Ok(wrong)
}
