//! Where in a file something stands: a search for table heads and keys, independent of the reader of the values.
//! It assumes one key a line, as procedures are written; what it does not find it places at the table's head.

use std::collections::BTreeMap;

/// A key within the nth table of a name; the empty name is the top of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    table: &'a str,
    index: usize,
    key: &'a str,
}

impl<'a> At<'a> {
    pub(super) const fn top(key: &'a str) -> Self {
        Self { table: "", index: 0, key }
    }

    pub(super) const fn of(table: &'a str, index: usize, key: &'a str) -> Self {
        Self { table, index, key }
    }
}

/// The line, from 1, in which the byte at `offset` stands.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

struct Block<'a> {
    head: usize,
    body: Vec<(usize, &'a str)>,
}

/// The tables of a file with their lines.
pub(super) struct Lines<'a> {
    blocks: BTreeMap<&'a str, Vec<Block<'a>>>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut blocks: BTreeMap<&str, Vec<Block<'_>>> = BTreeMap::new();
        let mut table = "";
        blocks.insert(table, vec![Block { head: 1, body: Vec::new() }]);
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.starts_with('[') && line.ends_with(']') {
                table = line.trim_matches(['[', ']']).trim();
                blocks.entry(table).or_default().push(Block { head: number, body: Vec::new() });
            } else if let Some(block) = blocks.get_mut(table).and_then(|known| known.last_mut()) {
                block.body.push((number, line));
            }
        }
        Self { blocks }
    }

    /// The line of a key, of a nested entry that mentions it, or else of the table's head.
    pub(super) fn find(&self, at: At<'_>) -> usize {
        let Some(block) = self.blocks.get(at.table).and_then(|blocks| blocks.get(at.index)) else { return 1 };
        let is_key = |line: &&(usize, &str)| {
            line.1.strip_prefix(at.key).is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
        };
        let quoted = format!("\"{}\"", at.key);
        let key = block.body.iter().find(is_key);
        key.or_else(|| block.body.iter().find(|line| line.1.contains(&quoted)))
            .map_or(block.head, |line| line.0)
    }
}
