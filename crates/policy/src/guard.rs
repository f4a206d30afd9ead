//! The lines that no permission table may cross, whoever wrote it (`product.md`, rules 2, 3, 13 and 15).
//! They are judged once, when a table is read; a table that passes needs no further care when it is asked.

use crate::action::{Action, Touches};
use crate::condition::Condition;
use crate::subject::{Holder, Relation};
use crate::table::{Rule, TableError};
use comity_domain::party::{Role, Side};
use std::collections::BTreeMap;

/// Which line a rule crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Breach {
    /// One role would write and vouch, write and sign, or vouch and sign.
    #[error("No role does two of these: write requests, vouch for them, sign them (rule 2).")]
    DutiesOfTheAuthority,
    /// One role would collect data and release them.
    #[error("No role both collects data and releases them (rule 2).")]
    DutiesOfTheAddressee,
    /// A file could be had by the authority before its release.
    #[error(
        "The authority gets a file only once it was released; the rule needs the condition `released` (rule 3)."
    )]
    Unreleased,
    /// An act of one side in the relation of the other.
    #[error("Neither side does the acts of the other (rule 13).")]
    OtherSide,
    /// A dossier or queue open to somebody who has no part in it.
    #[error(
        "A dossier is for the two sides of its request, as `authority` or `addressee`; a queue is its owner's, as \
         `own` (rule 13)."
    )]
    NoPart,
    /// A dossier open to a role that has no business with cases.
    #[error("Administrators and auditors touch no case (rule 13).")]
    NoCases,
    /// A request visible to its addressee before it was sent.
    #[error("For its addressee a request begins when it arrives; the rule needs `with_provider` (rule 13).")]
    BeforeArrival,
    /// A case open to a person whose accreditation is over.
    #[error(
        "People touch cases only while accredited; the rule needs `accredited` (guideline `L-authority`)."
    )]
    Unaccredited,
    /// A sensitive act that a stolen session could do.
    #[error(
        "A sensitive act needs the person's passkey, shown within five minutes; the rule needs `present` (T03)."
    )]
    Absent,
    /// A signature wanted under what nobody can sign.
    #[error(
        "Only acts of people that leave an event of their own can be signed; the rule asks too much with `signed`."
    )]
    Unsignable,
    /// Something automatic, or the console, would do what only people may.
    #[error(
        "Other systems file and read back, the console files; every other act on a case is a person's (rule 15)."
    )]
    PeopleOnly,
    /// A clock that somebody could move.
    #[error("Only the system says that a clock has come to its day, and it says nothing else.")]
    ClockOnly,
}

impl Breach {
    /// Every line, in reading order.
    pub const ALL: &'static [Self] = &[
        Self::DutiesOfTheAuthority,
        Self::DutiesOfTheAddressee,
        Self::Unreleased,
        Self::OtherSide,
        Self::NoPart,
        Self::NoCases,
        Self::BeforeArrival,
        Self::Unaccredited,
        Self::Absent,
        Self::Unsignable,
        Self::PeopleOnly,
        Self::ClockOnly,
    ];
}

/// Every line that the rules cross, alone or together.
pub(crate) fn breaches(rules: &[Rule]) -> Vec<TableError> {
    let mut found = Vec::new();
    for rule in rules {
        for who in &rule.who {
            for action in &rule.actions {
                let breach = breach_of(rule, *who, *action);
                found.extend(breach.map(|breach| error(rule, *who, *action, breach)));
            }
        }
    }
    found.extend(united_duties(rules));
    found
}

fn error(rule: &Rule, who: Holder, action: Action, breach: Breach) -> TableError {
    TableError::Breach { rule: rule.id.clone(), who, action, breach }
}

fn breach_of(rule: &Rule, who: Holder, action: Action) -> Option<Breach> {
    let touches = action.touches();
    match who {
        Holder::System => (touches != Touches::Clock).then_some(Breach::ClockOnly),
        Holder::Peer => of_peer(rule, action),
        Holder::Operator => of_operator(action),
        Holder::Role(named) => of_person(rule, named, action)
            .or_else(|| unshown(rule, action))
            .or_else(|| unsignable(rule, action)),
    }
}

fn of_person(rule: &Rule, named: Role, action: Action) -> Option<Breach> {
    match action.touches() {
        Touches::Elsewhere => None,
        Touches::Clock => Some(Breach::ClockOnly),
        Touches::Queue => of_queue(rule).or_else(|| works_on_cases(named).err()),
        Touches::Case => of_case(rule, named, action).err(),
        Touches::CaseOf(side) => of_side(rule, side).and_then(|()| of_case(rule, named, action)).err(),
    }
}

fn unshown(rule: &Rule, action: Action) -> Option<Breach> {
    (action.sensitive() && !rule.when.contains(Condition::Present)).then_some(Breach::Absent)
}

fn unsignable(rule: &Rule, action: Action) -> Option<Breach> {
    (rule.when.contains(Condition::Signed) && !action.signable()).then_some(Breach::Unsignable)
}

fn of_peer(rule: &Rule, action: Action) -> Option<Breach> {
    let of_its_authority = rule.relation == Relation::Authority;
    match action.touches() {
        Touches::Queue => of_queue(rule),
        Touches::Clock => Some(Breach::ClockOnly),
        Touches::Case if action == Action::RequestView => (!of_its_authority).then_some(Breach::NoPart),
        Touches::CaseOf(_) if action == Action::RequestFile => (!of_its_authority).then_some(Breach::NoPart),
        Touches::Case | Touches::CaseOf(_) | Touches::Elsewhere => Some(Breach::PeopleOnly),
    }
}

fn of_queue(rule: &Rule) -> Option<Breach> {
    (rule.relation != Relation::Own).then_some(Breach::NoPart)
}

fn of_operator(action: Action) -> Option<Breach> {
    match action.touches() {
        Touches::Elsewhere => None,
        Touches::CaseOf(_) if action == Action::RequestFile => None,
        Touches::Clock => Some(Breach::ClockOnly),
        Touches::Queue | Touches::Case | Touches::CaseOf(_) => Some(Breach::PeopleOnly),
    }
}

const fn works_on_cases(role: Role) -> Result<(), Breach> {
    match role {
        Role::Officer | Role::Gatekeeper | Role::Authoriser | Role::Analyst | Role::Reviewer => Ok(()),
        Role::Administrator | Role::Auditor => Err(Breach::NoCases),
    }
}

fn of_side(rule: &Rule, side: Side) -> Result<(), Breach> {
    let other = match side {
        Side::Authority => Relation::Addressee,
        Side::Provider => Relation::Authority,
    };
    if rule.relation == other { Err(Breach::OtherSide) } else { Ok(()) }
}

fn of_case(rule: &Rule, named: Role, action: Action) -> Result<(), Breach> {
    works_on_cases(named)?;
    match rule.relation {
        Relation::Authority
            if matches!(action, Action::FileDownload | Action::PackageExport)
                && !rule.when.contains(Condition::Released) =>
        {
            Err(Breach::Unreleased)
        }
        Relation::Addressee if !rule.when.contains(Condition::WithProvider) => Err(Breach::BeforeArrival),
        Relation::Authority | Relation::Addressee => Ok(()),
        Relation::Own | Relation::Oversight | Relation::Directory | Relation::Foreign => Err(Breach::NoPart),
    }?;
    if rule.when.contains(Condition::Accredited) { Ok(()) } else { Err(Breach::Unaccredited) }
}

/// Duties that must lie with different roles; each group is one duty.
const AUTHORITY_DUTIES: [&[Action]; 3] = [
    &[Action::RequestDraft, Action::RequestRevise, Action::RequestSubmit],
    &[Action::RequestForward],
    &[Action::RequestAuthorise, Action::RequestReauthorise, Action::RequestAmend],
];
const ADDRESSEE_DUTIES: [&[Action]; 2] =
    [&[Action::FileUpload, Action::RequestPrepare], &[Action::RequestRelease]];

fn united_duties(rules: &[Rule]) -> Vec<TableError> {
    let sets: [(&[&[Action]], Breach); 2] = [
        (&AUTHORITY_DUTIES, Breach::DutiesOfTheAuthority),
        (&ADDRESSEE_DUTIES, Breach::DutiesOfTheAddressee),
    ];
    let mut found = Vec::new();
    for (duties, breach) in sets {
        let mut held: BTreeMap<Holder, usize> = BTreeMap::new();
        for rule in rules {
            for action in &rule.actions {
                let Some(duty) = duties.iter().position(|duty| duty.contains(action)) else {
                    continue;
                };
                let other = |who: &&Holder| *held.entry(**who).or_insert(duty) != duty;
                found.extend(rule.who.iter().filter(other).map(|who| error(rule, *who, *action, breach)));
            }
        }
    }
    found
}
