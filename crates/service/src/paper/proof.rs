//! Where the events of a dossier stand in the log, for the foot of every page.

use super::sheet::Pen;
use comity_store::request::EventLeaf;

/// Ranges that are named one by one; more are told by the first and last leaf.
const RANGES: usize = 5;

/// The places of a dossier's leaves, by the number of their event.
pub(super) struct Places {
    sealed: Vec<(u64, String, u64)>,
    unsealed: usize,
}

impl Places {
    pub(super) fn of(leaves: &[EventLeaf]) -> Self {
        let mut places = Self { sealed: Vec::new(), unsealed: 0 };
        for leaf in leaves {
            match &leaf.place {
                Some((log, position)) => places.sealed.push((leaf.sequence, log.clone(), *position)),
                None => places.unsealed += 1,
            }
        }
        places
    }

    /// The log and leaf of one event.
    pub(super) fn leaf(&self, sequence: u64) -> Option<(&str, u64)> {
        let found = self.sealed.iter().find(|(number, ..)| *number == sequence)?;
        Some((&found.1, found.2))
    }

    /// The short note.
    pub(super) fn note(&self, pen: &Pen<'_>) -> String {
        let mut logs: Vec<&str> = self.sealed.iter().map(|(_, log, _)| log.as_str()).collect();
        logs.dedup();
        let mut parts: Vec<String> = logs
            .iter()
            .map(|log| {
                let mut leaves: Vec<u64> =
                    self.sealed.iter().filter(|place| place.1 == *log).map(|place| place.2).collect();
                leaves.sort_unstable();
                pen.with("paper-proof-log", &[("log", log), ("leaves", &ranges(&leaves))])
            })
            .collect();
        match (self.unsealed, parts.is_empty()) {
            (0, false) => {}
            (_, true) => parts.push(pen.t("paper-proof-unsealed")),
            (count, false) => parts.push(pen.with("paper-proof-some", &[("count", &count.to_string())])),
        }
        parts.join(" ")
    }
}

/// Ascending numbers as ranges: `3–9, 12`.
fn ranges(numbers: &[u64]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *number == *last + 1 => *last = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    let shown = |(first, last): &(u64, u64)| {
        if first == last { first.to_string() } else { format!("{first}–{last}") }
    };
    match (ranges.as_slice(), numbers) {
        (few, _) if few.len() <= RANGES => few.iter().map(shown).collect::<Vec<_>>().join(", "),
        (_, [first, .., last]) => format!("{first} … {last} ({})", numbers.len()),
        (_, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_told_as_ranges_and_many_of_them_by_their_ends() {
        assert_eq!(ranges(&[3, 4, 5, 9]), "3–5, 9");
        assert_eq!(ranges(&[]), "");
        assert_eq!(ranges(&[1, 3, 5, 7, 9, 11]), "1 … 11 (6)");
    }
}
