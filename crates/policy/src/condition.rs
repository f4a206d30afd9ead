//! The few named conditions that a rule may demand, and the facts that they are read from.
//! The caller establishes the facts; nothing here knows the time or a request.

use crate::word::words;

words! {
    /// What must hold besides role and relation.
    ///
    /// The order is the order in which an unmet condition is named: first those whose answer would betray that a
    /// request exists.
    Condition {
        /// The request has reached its addressee.
        WithProvider = "with_provider",
        /// The request has not reached its addressee.
        NotWithProvider = "not_with_provider",
        /// The file was released to the authority.
        Released = "released",
        /// The request is neither withdrawn nor closed.
        NotEnded = "not_ended",
        /// The person's accreditation is valid.
        Accredited = "accredited",
        /// The person has shown their passkey within the last five minutes.
        Present = "present",
        /// The person has signed this very act with their passkey.
        Signed = "signed",
    }
}

impl Condition {
    /// What it demands, in words for the matrix.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::WithProvider => "the request has reached its addressee",
            Self::NotWithProvider => "the request has not reached its addressee",
            Self::Released => "the file belongs to a package that was released to the authority",
            Self::NotEnded => "the request is neither withdrawn nor closed",
            Self::Accredited => "the person's accreditation is valid at that moment",
            Self::Present => "the person has shown their passkey within the last five minutes",
            Self::Signed => "the person has signed this very act with their passkey",
        }
    }

    const fn bit(self) -> u8 {
        1 << self.index()
    }

    const fn holds(self, facts: Facts) -> bool {
        match self {
            Self::WithProvider => facts.with_provider,
            Self::NotWithProvider => !facts.with_provider,
            Self::Released => facts.released,
            Self::NotEnded => !facts.ended,
            Self::Accredited => facts.accredited,
            Self::Present => facts.present,
            Self::Signed => facts.signed,
        }
    }
}

/// What is the case at the moment of asking; everything false where there is no request and no person.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each fact is independent of the others and named where it is set"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// The person's accreditation is valid; false for everybody who is no person.
    pub accredited: bool,
    /// The request has ever reached its addressee; a draft that was withdrawn unsent never has.
    pub with_provider: bool,
    /// The file asked about belongs to a package that was released to the authority.
    pub released: bool,
    /// The request is withdrawn or closed.
    pub ended: bool,
    /// The person has shown their passkey within the last five minutes; never with a token.
    pub present: bool,
    /// The person has signed this act with their passkey; never with a token.
    pub signed: bool,
}

/// A set of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Conditions(u8);

impl Conditions {
    pub(crate) fn of(conditions: &[Condition]) -> Self {
        Self(conditions.iter().fold(0, |set, condition| set | condition.bit()))
    }

    /// Those that hold. One unrolled pass, because lists ask this for every row.
    pub(crate) const fn holding(facts: Facts) -> Self {
        let mut set = 0;
        let mut index = 0;
        while index < Condition::ALL.len() {
            let condition = Condition::ALL[index];
            set |= condition.bit() * condition.holds(facts) as u8;
            index += 1;
        }
        Self(set)
    }

    pub(crate) const fn contains(self, condition: Condition) -> bool {
        self.0 & condition.bit() != 0
    }

    /// The first condition of this set that `holding` lacks.
    pub(crate) fn first_lacking(self, holding: Self) -> Option<Condition> {
        let lacking = self.0 & !holding.0;
        if lacking == 0 {
            return None;
        }
        Condition::ALL.iter().copied().find(|condition| lacking & condition.bit() != 0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Condition> {
        Condition::ALL.iter().copied().filter(move |condition| self.contains(*condition))
    }
}
