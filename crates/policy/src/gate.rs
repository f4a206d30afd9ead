//! The gate: a permission table compiled into one fixed array, and the question put to it.
//! It assumes a subject that was authenticated and facts that are true; it never looks anything up.

use crate::action::Action;
use crate::condition::{Condition, Conditions, Facts};
use crate::guard::breaches;
use crate::subject::{Holder, Relation, Subject};
use crate::table::{BUILT_IN, DEFAULT_DENY, Rule, TableError, read};
use comity_domain::party::{Actor, Role};
use sha2::{Digest, Sha256};

/// Separates this digest from every other use of SHA-256 here.
const HASH_LABEL: &[u8] = b"comity permissions v1\n";

/// The answer to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict<'gate> {
    /// Whether it may be done.
    pub allowed: bool,
    /// The id of the rule that decided, or [`DEFAULT_DENY`] where there is none.
    pub rule: &'gate str,
    /// The role that was used; none for a denial and for subjects that are no person.
    pub role: Option<Role>,
    /// The condition for want of which that rule does not allow it.
    pub unmet: Option<Condition>,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    rule: u8,
    needs: Conditions,
}

/// By action, then relation, then holder, so that the roles of one person lie side by side.
type Cells = [[[Option<Cell>; Holder::COUNT]; Relation::ALL.len()]; Action::ALL.len()];

/// A permission table, ready to be asked.
#[derive(Debug)]
pub struct Gate {
    rules: Vec<Rule>,
    cells: Box<Cells>,
    hash: String,
}

impl Gate {
    /// The table that is built in.
    #[expect(clippy::unwrap_used, reason = "the text is part of the program and read by its tests")]
    pub fn built_in() -> Self {
        // Unwrap safety: a constant text; the test `the_built_in_table_has_no_error` reads it.
        Self::from_toml(BUILT_IN).unwrap()
    }

    /// Reads a table that replaces the built-in one.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the file; see [`TableError`].
    pub fn from_toml(text: &str) -> Result<Self, Vec<TableError>> {
        let rules = read(text)?;
        let mut errors = breaches(&rules);
        let cells = compile(&rules, &mut errors);
        if errors.is_empty() { Ok(Self { hash: hash(&rules), rules, cells }) } else { Err(errors) }
    }

    /// Whether `subject`, in `relation` to a thing of which `facts` are true, may do `action` to it.
    ///
    /// Of several roles of a person the first that is allowed counts, in the order of [`Role::ALL`]. A denial with an
    /// unmet `with_provider` must look to the subject as if the request did not exist.
    pub fn ask(
        &self,
        subject: &Subject<'_>,
        action: Action,
        relation: Relation,
        facts: Facts,
    ) -> Verdict<'_> {
        let holding = Conditions::holding(facts);
        match subject {
            Subject::Person(actor) => self.ask_person(actor, action, relation, holding),
            Subject::Peer { .. } => self.look_up(Holder::Peer, action, relation, holding),
            Subject::System => self.look_up(Holder::System, action, relation, holding),
            Subject::Operator => self.look_up(Holder::Operator, action, relation, holding),
        }
    }

    fn ask_person(
        &self,
        actor: &Actor,
        action: Action,
        relation: Relation,
        holding: Conditions,
    ) -> Verdict<'_> {
        let mut nearest = DENIED;
        if !relation.open_to(actor.organisation_kind) {
            return nearest;
        }
        let cells = &self.cells[action.index()][relation.index()];
        for role in Role::ALL.iter().copied() {
            if cells[Holder::Role(role).index()].is_none()
                || !actor.has(role)
                || !role.belongs_to(actor.organisation_kind)
            {
                continue;
            }
            let verdict = self.look_up(Holder::Role(role), action, relation, holding);
            if verdict.allowed {
                return verdict;
            }
            if nearest.unmet.is_none() {
                nearest = verdict;
            }
        }
        nearest
    }

    fn look_up(&self, who: Holder, action: Action, relation: Relation, holding: Conditions) -> Verdict<'_> {
        let Some(cell) = self.cells[action.index()][relation.index()][who.index()] else {
            return DENIED;
        };
        let decided_by = self.rules[usize::from(cell.rule)].id.as_str();
        let unmet = cell.needs.first_lacking(holding);
        let role = match who {
            Holder::Role(role) if unmet.is_none() => Some(role),
            Holder::Role(_) | Holder::Peer | Holder::System | Holder::Operator => None,
        };
        Verdict { allowed: unmet.is_none(), rule: decided_by, role, unmet }
    }

    /// The rule that answers for `who`, `action` and `relation`, if one does.
    pub fn rule_for(&self, who: Holder, action: Action, relation: Relation) -> Option<&Rule> {
        let cell = self.cells[action.index()][relation.index()][who.index()]?;
        self.rules.get(usize::from(cell.rule))
    }

    /// The roles that may do `action` in `relation`, whatever else must be so.
    pub fn roles_for(&self, action: Action, relation: Relation) -> Vec<Role> {
        let may = |role: &Role| self.rule_for(Holder::Role(*role), action, relation).is_some();
        Role::ALL.iter().copied().filter(may).collect()
    }

    /// The rules, in the order of the file.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// SHA-256 over what the rules say, in lower-case hexadecimal; order and comments of the file do not count.
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

const DENIED: Verdict<'static> = Verdict { allowed: false, rule: DEFAULT_DENY, role: None, unmet: None };

fn compile(rules: &[Rule], errors: &mut Vec<TableError>) -> Box<Cells> {
    let mut cells: Box<Cells> = Box::new([[[None; Holder::COUNT]; Relation::ALL.len()]; Action::ALL.len()]);
    for (rule, number) in rules.iter().zip(0_u8..) {
        for (action, who) in
            rule.actions.iter().flat_map(|action| rule.who.iter().map(move |who| (*action, *who)))
        {
            let cell = &mut cells[action.index()][rule.relation.index()][who.index()];
            match cell {
                None => *cell = Some(Cell { rule: number, needs: rule.when }),
                Some(taken) => errors.push(TableError::Overlap {
                    rule: rule.id.clone(),
                    other: rules[usize::from(taken.rule)].id.clone(),
                    who,
                    action,
                    relation: rule.relation,
                }),
            }
        }
    }
    cells
}

/// Every part goes in with its length, so that no two tables share a digest by shifting text between parts.
fn hash(rules: &[Rule]) -> String {
    let mut sorted: Vec<&Rule> = rules.iter().collect();
    sorted.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let mut digest = Sha256::new();
    digest.update(HASH_LABEL);
    for rule in sorted {
        let words = |list: Vec<&'static str>| list.join(" ");
        let parts = [
            rule.id.clone(),
            rule.english.clone(),
            rule.french.clone(),
            words(rule.who.iter().map(|who| who.as_str()).collect()),
            rule.relation.as_str().to_owned(),
            words(rule.conditions().map(Condition::as_str).collect()),
            words(rule.actions.iter().map(|action| action.as_str()).collect()),
        ];
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
    }
    hexadecimal(&digest.finalize())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).flatten().collect()
}
