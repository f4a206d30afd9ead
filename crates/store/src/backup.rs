//! Backups: which tables an archive holds and how their rows go out of one database and into another, the same on both
//! engines. What would bring back what is erased stays out of the archive of data: the dossiers' keys, which go into an
//! archive of their own, and what can be made again from what they open (T38).
//! It may assume that the archive is encrypted by its caller. It never changes the instance that it reads.

mod archive;
mod dump;
mod load;
mod staging;

pub use archive::{
    Absence, ArchiveKind, Blobs, Counted, Gone, Head, Header, Manifest, Next, Part, Reader, Writer, rows_of,
};
pub use dump::{absent, data, keys};
pub use load::{KeyFiles, Loaded, erased_with_content, instance_key, key_files, load};
pub use staging::{KEY_FILES, STAGING, Staging};

use std::sync::LazyLock;

use crate::engine::MIGRATIONS;
use crate::fault::Fault;

/// Why there is no archive, or why one is not put back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackupFault {
    /// Where it is written to does not take it.
    #[error("the archive cannot be written: {0}")]
    Target(String),
    /// What is read is no archive that can be used.
    #[error("the archive cannot be used: {0}")]
    Archive(String),
    /// Something is not as it must be, with what to do.
    #[error("{0}")]
    Refused(String),
    /// The instance, or the one that is to be.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// A table as it stands in an archive.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns of its key, which come first.
    pub key: &'static [KeyColumn],
    /// The others.
    pub rest: &'static [&'static str],
    /// Columns that an archive of data leaves out, because they would bring back what is erased.
    pub withheld: &'static [&'static str],
}

/// A column of a key, by its type: what is read first is what comes after the smallest value.
#[derive(Debug, Clone, Copy)]
pub enum KeyColumn {
    /// `text`.
    Text(&'static str),
    /// `bigint`.
    Int(&'static str),
    /// `bytea`.
    Bytes(&'static str),
}

impl KeyColumn {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text(name) | Self::Int(name) | Self::Bytes(name) => name,
        }
    }
}

const ID: &[KeyColumn] = &[KeyColumn::Text("id")];

/// Every table of an archive, each after those to which it refers.
pub const TABLES: &[Table] = &[
    table(
        "organisation",
        ID,
        &[
            "kind",
            "name",
            "code",
            "country",
            "time_zone",
            "language",
            "mail_domain",
            "switchboard",
            "services",
            "status",
            "status_us",
            "status_reason",
            "probation_us",
        ],
    ),
    table("person", ID, &["name", "email", "language", "active"]),
    table(
        "membership",
        &[KeyColumn::Text("person"), KeyColumn::Text("organisation")],
        &[
            "roles",
            "function",
            "accreditation",
            "accredited_until_us",
            "authoriser",
            "withdrawn_us",
            "withdrawn_reason",
        ],
    ),
    table(
        "contact_point",
        ID,
        &["organisation", "name", "telephone", "email", "hours", "languages", "source", "confirmed_at_us"],
    ),
    table(
        "token",
        ID,
        &[
            "secret_hash",
            "organisation",
            "person",
            "name",
            "scopes",
            "addressee",
            "procedures",
            "created_at_us",
            "expires_at_us",
            "used_at_us",
            "revoked_at_us",
            "successor",
            "replaced_until_us",
            "certificate",
        ],
    ),
    table("procedure_text", &[KeyColumn::Text("hash")], &["id", "version", "content"]),
    table("reference_number", &[KeyColumn::Text("organisation"), KeyColumn::Int("year")], &["last"]),
    Table {
        withheld: &["provider_reference"],
        ..table(
            "request",
            ID,
            &[
                "reference",
                "from_organisation",
                "to_organisation",
                "procedure_id",
                "procedure_hash",
                "kind",
                "priority",
                "state",
                "arrived",
                "ended",
                "items",
                "categories",
                "due_us",
                "paused",
                "watch_us",
                "version",
                "created_at_us",
                "updated_at_us",
                "body",
                "frozen",
            ],
        )
    },
    table("foreign_object", &[KeyColumn::Text("organisation"), KeyColumn::Text("identifier")], &["request"]),
    table("event", ID, &["request", "sequence", "name", "at_us", "body"]),
    table(
        "trail",
        ID,
        &[
            "at_us",
            "person",
            "organisation",
            "counterpart",
            "role",
            "via",
            "action",
            "outcome",
            "rule",
            "code",
            "about",
            "request",
            "salt",
            "name",
            "processing",
            "basis",
            "detail",
        ],
    ),
    table(
        "idempotency",
        &[KeyColumn::Text("caller"), KeyColumn::Text("idempotency_key")],
        &["request_hash", "receipt", "at_us"],
    ),
    table("notice", ID, &["person", "at_us", "kind", "reference", "request", "sent_at_us"]),
    table(
        "job",
        ID,
        &[
            "kind",
            "unique_key",
            "run_at_us",
            "payload",
            "attempts",
            "max_attempts",
            "lease_token",
            "lease_until_us",
            "finished_at_us",
            "failed_at_us",
            "last_error",
            "noticed_at_us",
        ],
    ),
    Table {
        withheld: &["wrapped"],
        ..table("dossier_key", &[KeyColumn::Text("dossier")], &["destroyed_at_us", "created_at_us"])
    },
    Table {
        withheld: &["sha256"],
        ..table(
            "upload",
            ID,
            &[
                "dossier",
                "name_sealed",
                "declared_size",
                "received",
                "parts",
                "hash_state",
                "created_at_us",
                "completed_at_us",
                "type_sealed",
                "sealed",
            ],
        )
    },
    Table {
        withheld: &["key_sealed"],
        ..table("release_key", &[KeyColumn::Text("upload")], &["dossier", "destroyed_at_us", "created_at_us"])
    },
    table(
        "authenticator",
        ID,
        &[
            "person",
            "credential_id",
            "credential",
            "name",
            "bound",
            "created_at_us",
            "used_at_us",
            "revoked_at_us",
        ],
    ),
    table(
        "federated_identity",
        ID,
        &["person", "organisation", "issuer", "digest", "created_at_us", "used_at_us", "ended_at_us"],
    ),
    table("recovery_code", &[KeyColumn::Bytes("secret_hash")], &["person", "created_at_us", "ended_at_us"]),
    table("officer_key", ID, &["person", "recipient", "created_at_us", "retired_at_us"]),
    table("locked_key", ID, &["officer_key", "kind", "authenticator", "locked", "created_at_us"]),
    table(
        "vault_epoch",
        &[KeyColumn::Text("organisation"), KeyColumn::Int("epoch")],
        &["recipient", "signer", "made_by", "created_at_us"],
    ),
    table(
        "vault_grant",
        &[KeyColumn::Text("organisation"), KeyColumn::Int("epoch"), KeyColumn::Text("person")],
        &["officer_key", "sealed_to", "granted_by", "created_at_us"],
    ),
    table(
        "relation",
        &[KeyColumn::Text("from_organisation"), KeyColumn::Text("to_organisation")],
        &["since_us"],
    ),
    table(
        "revocation",
        ID,
        &[
            "at_us",
            "organisation",
            "person",
            "cause",
            "by_person",
            "reason",
            "fraud_us",
            "fraud_request",
            "reviewed_us",
            "reviewed_by",
            "review",
        ],
    ),
    table(
        "request_source",
        &[KeyColumn::Text("request"), KeyColumn::Text("person")],
        &["organisation", "guard_us"],
    ),
    table("failed_check", ID, &["from_organisation", "to_organisation", "request", "kind", "at_us"]),
    table(
        "vetting",
        &[KeyColumn::Text("organisation")],
        &[
            "asked_us",
            "token",
            "proof",
            "proof_us",
            "document",
            "seen_by",
            "seen_us",
            "authority_us",
            "authority_reason",
            "authority_days",
            "admitted_us",
        ],
    ),
    table(
        "voucher",
        &[KeyColumn::Text("organisation"), KeyColumn::Text("voucher")],
        &["person", "at_us", "statement"],
    ),
    table("sent_day", &[KeyColumn::Text("organisation"), KeyColumn::Text("day")], &["sent"]),
    table("alarm", ID, &["at_us", "organisation", "person", "request", "rule", "told"]),
    table("inspection", &[KeyColumn::Text("upload")], &["report_sealed", "at_us"]),
    table(
        "manifest",
        &[KeyColumn::Text("package")],
        &["dossier", "note_sealed", "made_at_us", "stamp_sealed", "stamp_roots", "stamped_at_us"],
    ),
    table("upload_part", &[KeyColumn::Text("upload"), KeyColumn::Int("number")], &["path", "bytes"]),
    table(
        "log",
        &[KeyColumn::Text("origin")],
        &["year", "log_key", "size", "root", "checkpoint", "sealed_at_us", "restored_at_us"],
    ),
    table("leaf", ID, &["kind", "commitment", "log", "position"]),
    table("tile", &[KeyColumn::Text("log"), KeyColumn::Int("level"), KeyColumn::Int("number")], &["hashes"]),
    table("ledger_record", ID, &["request", "salt", "body"]),
    table(
        "cosignature",
        &[KeyColumn::Text("log"), KeyColumn::Text("witness")],
        &["size", "checkpoint", "at_us"],
    ),
];

/// The tables that no archive of data holds, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("migration", "the program that restores makes the tables"),
    (
        "request_digest",
        "made again from what the dossiers' keys open: it would tell whether an erased dossier named somebody",
    ),
    ("session", "who has signed out since must not be signed in again"),
    ("invitation", "a link that was used since must not work again"),
    ("ceremony", "a challenge waits for minutes only"),
    ("opening", "whoever has opened a package may have its files for minutes only"),
];

/// The keys of the dossiers, which stand in the archive of keys alone.
const KEYS: Table = table("dossier_key", &[KeyColumn::Text("dossier")], &["wrapped", "destroyed_at_us"]);
/// So do the release keys of sealed files.
const RELEASE_KEYS: Table =
    table("release_key", &[KeyColumn::Text("upload")], &["key_sealed", "destroyed_at_us"]);

const fn table(name: &'static str, key: &'static [KeyColumn], rest: &'static [&'static str]) -> Table {
    Table { name, key, rest, withheld: &[] }
}

impl Table {
    /// Its columns in an archive.
    pub fn columns(&self) -> Vec<&'static str> {
        self.key.iter().map(KeyColumn::name).chain(self.rest.iter().copied()).collect()
    }
}

/// The statements of one table.
struct Texts {
    first: String,
    next: String,
    insert: String,
}

/// Made once from the names above: a statement that is written twice is forgotten once.
static TEXTS: LazyLock<Vec<Texts>> = LazyLock::new(|| TABLES.iter().map(Texts::of).collect());
static KEY_TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts::of(&KEYS));
static RELEASE_TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts::of(&RELEASE_KEYS));

fn places(from: usize, count: usize) -> String {
    (from..from + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

impl Texts {
    fn of(table: &Table) -> Self {
        let columns = table.columns();
        let keys = columns[..table.key.len()].join(", ");
        let (all, name, count) = (columns.join(", "), table.name, table.key.len());
        Self {
            first: format!("select {all} from {name} order by {keys} limit $1"),
            next: format!(
                "select {all} from {name} where ({keys}) > ({}) order by {keys} limit ${}",
                places(1, count),
                count + 1
            ),
            insert: format!("insert into {name} ({all}) values ({})", places(1, columns.len())),
        }
    }
}

/// Every statement of backups.
pub(crate) fn statements() -> Vec<&'static str> {
    let texts = TEXTS.iter().flat_map(|texts| [&*texts.first, &*texts.next, &*texts.insert]);
    texts
        .chain([&*KEY_TEXTS.first, &*KEY_TEXTS.next, &*RELEASE_TEXTS.first, &*RELEASE_TEXTS.next])
        .chain(dump::STATEMENTS.iter().copied())
        .chain(load::STATEMENTS.iter().copied())
        .collect()
}

/// The number of the last migration that this program knows.
pub fn schema() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.number)
}
