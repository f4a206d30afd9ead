//! One function for each parser of bytes that somebody else wrote, and for the verifier: whatever comes in, it ends, and
//! what it understood it can write and read again. The fuzz targets call these functions; so does a test of the
//! workspace, with all that was ever found.

mod backup;
mod evidence;
mod file;
mod law;
mod ledger;
mod message;

/// A target: its name, what is done with the bytes, and the seeds that its corpus begins with.
pub type Target = (&'static str, fn(&[u8]), fn() -> Vec<Vec<u8>>);

/// Every target.
pub const TARGETS: &[Target] = &[
    ("etsi_xml", message::etsi_xml, message::xml_seeds),
    ("etsi_json", message::etsi_json, message::json_seeds),
    ("identifier", message::identifier, message::identifier_seeds),
    ("moment", message::moment, message::moment_seeds),
    ("draft", message::draft, message::draft_seeds),
    ("command", message::command, message::command_seeds),
    ("inspection", file::inspection, file::inspection_seeds),
    ("procedure", law::procedure, law::procedure_seeds),
    ("cases", law::cases, law::case_seeds),
    ("calendar", law::calendar, law::calendar_seeds),
    ("permissions", law::permissions, law::permission_seeds),
    ("note", ledger::note, ledger::note_seeds),
    ("checkpoint", ledger::checkpoint, ledger::checkpoint_seeds),
    ("proof", ledger::proof, ledger::proof_seeds),
    ("policy", ledger::policy, ledger::policy_seeds),
    ("add_checkpoint", ledger::add_checkpoint, ledger::add_checkpoint_seeds),
    ("tile_path", ledger::tile_path, ledger::tile_path_seeds),
    ("entries", ledger::entries, ledger::entry_seeds),
    ("tree", ledger::tree, ledger::tree_seeds),
    ("bundle", ledger::bundle, ledger::bundle_seeds),
    ("verify_log", ledger::verify_log, ledger::verify_log_seeds),
    ("archive", backup::archive, backup::archive_seeds),
    ("manifest", evidence::manifest, evidence::manifest_seeds),
    ("custody", evidence::custody, evidence::custody_seeds),
    ("outer", evidence::outer, evidence::outer_seeds),
    ("stamp", evidence::stamp, evidence::stamp_seeds),
];

/// Gives bytes to the target of that name.
///
/// # Panics
/// When there is no such target, or when the target has found something.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(known, ..)| *known == name);
    let (_, target, _) = target.unwrap_or_else(|| panic!("no target {name}"));
    target(data);
}

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
