//! Who can be asked: the part of the directory from which the addressee of a request is chosen.
//! It may assume that the directory has some thousand entries; it never shows more of them than a person reads.

use crate::Exchange;
use crate::act::{Attempt, Caller, Denied, settle};
use comity_domain::id::OrganisationId;
use comity_domain::party::Organisation;
use comity_domain::refusal::Refusal;
use comity_policy::{Action, Relation};
use comity_store::{Fault, Tx, party};

/// Most addressees of one answer.
pub const MAX_ADDRESSEES: usize = 50;

/// Most words of a search that count; whoever types more has pasted something else.
const MAX_WORDS: usize = 8;

/// Entries that are read at a time.
const READ_AT_ONCE: i64 = 500;

/// Those who can be asked and match a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressees {
    /// By name, [`MAX_ADDRESSEES`] at most.
    pub found: Vec<Organisation>,
    /// Whether others match too.
    pub more: bool,
}

impl Exchange {
    /// Those whom the caller's organisation can ask. Each word of `search` stands in the name, in the name of a
    /// service or at the beginning of the country's code, in capitals or not, with accents or without.
    ///
    /// # Errors
    /// Not permitted, or a fault.
    pub async fn addressees(&self, who: &Caller, search: &str) -> Result<Addressees, Denied> {
        let (inner, who) = (self.inner.clone(), who.clone());
        let words: Vec<String> = fold(search).split_whitespace().take(MAX_WORDS).map(str::to_owned).collect();
        let work = move |tx: &mut dyn Tx| {
            let mut attempt = Attempt::new(&who, Action::DirectoryView, inner.now());
            let facts = attempt.facts(false, false);
            if let Err(code) = attempt.ask(&inner, Relation::Directory, facts) {
                return Ok(Err(vec![Refusal::new(code)]));
            }
            Ok(Ok(read(tx, who.organisation(), &words)?))
        };
        settle(self.store.read("directory.addressees", work).await)
    }
}

fn read(tx: &mut dyn Tx, own: Option<OrganisationId>, words: &[String]) -> Result<Addressees, Fault> {
    let mut found: Vec<Organisation> = Vec::new();
    let mut last: Option<Organisation> = None;
    loop {
        let page = party::addressees_after(tx, last.as_ref(), READ_AT_ONCE)?;
        let Some(end) = page.last().cloned() else { return Ok(Addressees { found, more: false }) };
        for organisation in page {
            if Some(organisation.id) == own || !matches(&organisation, words) {
                continue;
            }
            if found.len() == MAX_ADDRESSEES {
                return Ok(Addressees { found, more: true });
            }
            found.push(organisation);
        }
        last = Some(end);
    }
}

fn matches(organisation: &Organisation, words: &[String]) -> bool {
    let country = fold(&organisation.country);
    let names: Vec<String> =
        std::iter::once(&organisation.name).chain(&organisation.services).map(|name| fold(name)).collect();
    words.iter().all(|word| country.starts_with(word) || names.iter().any(|name| name.contains(word)))
}

/// Small letters without the accents of Latin script, so that nobody has to find an accent on the keyboard.
fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'į' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ș' | 'ş' => 's',
        'ť' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    };
    text.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_capitals_make_no_difference() {
        assert_eq!(fold("Société ŁÓDŹ Genève"), "societe lodz geneve");
    }
}
