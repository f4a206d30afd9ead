//! `Exchange`: every act and every question, once, for pages, API, standard interfaces, console and jobs alike.
//! It asks the policy, lets the domain decide, and commits state, event, trail and jobs together.
//! It never shows anything to anybody whom the policy has not let through.

mod act;
mod assertion;
mod authenticator;
mod backup;
mod ceremony;
mod digest;
mod dossier;
mod evidence;
mod federation;
mod file;
mod instance;
mod job;
mod ledger;
mod mirror;
mod notice;
mod outside;
mod oversight;
mod paper;
mod party;
mod queue;
mod request;
mod sign_in;
mod source;
pub mod translation;
mod vault;
mod vetting;
mod view;

pub use act::{Caller, Cause, Denied, Fault, IdempotencyKey, PRESENT_S, Presence, Receipt, Via};
pub use authenticator::{AccountView, AuthenticatorView, Grant, SessionView};
pub use backup::{ArchiveFault, Restored, Restoring};
pub use ceremony::Challenge;
pub use dossier::{Case, Erased};
pub use evidence::{CourtBundle, TimeStampSettings, run_stamps};
pub use federation::{Departure, Federated, FederatedIdentityView, IdentityProvider, Returned};
pub use file::Content;
pub use file::inspection::{Inspector, UNBOUNDED, run_inspections};
pub use instance::{FailedJob, Health, InstanceState, LogState};
pub use job::run_worker;
pub use ledger::{
    AcceptedLoss, CheckReport, Finding, LedgerSettings, LogFile, WitnessDebt, WitnessSettings,
    WitnessTrouble, run_sealer, run_witnessing,
};
pub use mirror::{SentPage, SentView};
pub use notice::{Notice, SmtpSettings};
pub use outside::stays_private;
pub use oversight::{NewExtract, NewSample, Sample, TrailPage, TrailQuery, TrailShow, TrailView};
pub use paper::PaperKind;
pub use party::{Addressees, MAX_ADDRESSEES, NewPerson, NewToken, Rotation, TokenView};
pub use queue::MOST_COUNTED;
pub use request::{ForeignStatus, PeerProcedures};
pub use sign_in::Session;
pub use source::{AccreditationCard, Received, ReceivedFile, ReceivedPackage, RevocationView};
pub use vault::{
    Base64, BasisView, EpochView, GrantTo, ItemName, LockedBy, LockedView, ManifestDraft, NewEpoch,
    NewGrants, NewLocked, NewOfficerKey, OfficerKeyView, Opened, OpenedFile, ProducerView, RecipientView,
    RequestNameView, RetentionView, SealingView, SignerView, VaultMember, VaultView,
};
pub use vetting::{NEWCOMERS, Newcomer, VettingSettings, VettingState, VoucherView};
pub use view::*;

use comity_domain::calendar::Calendar;
use comity_domain::id::Id;
use comity_domain::party::{Organisation, Role};
use comity_domain::procedure::{PinnedProcedure, ProcedureSet};
use comity_domain::time::Moment;
use comity_policy::Gate;
use comity_store::seal::InstanceKey;
use comity_store::{Database, Store, StoreConfig};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, RwLock};

/// Only a bench is ever built so: no gate, no audit, no audiences, to measure what they cost. The program refuses to
/// serve then.
pub const STUBBED: bool = cfg!(feature = "stubbed");

/// Where the time comes from: the system's clock in service, a moved one in tests.
pub type ClockSource = Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>;

/// Days after which a file that stands in no package is removed, where nothing else is configured.
pub const LOOSE_FILE_DAYS: u32 = 7;

/// What an exchange is made of.
pub struct Settings {
    /// Where rows are.
    pub database: Database,
    /// Folder of blobs and of the instance key.
    pub data: PathBuf,
    /// The written procedures offered for new requests.
    pub procedures: ProcedureSet,
    /// Working days, by State.
    pub calendars: Vec<Calendar>,
    /// The permission table; the built-in one when absent.
    pub permissions: Option<String>,
    /// The mail server for notices; without one they stay in the outbox.
    pub smtp: Option<SmtpSettings>,
    /// Address under which people reach this instance, for links in notices.
    pub base_url: String,
    /// Largest file of an answer, in bytes.
    pub upload_limit: u64,
    /// After so many days a file that stands in no package is removed.
    pub loose_file_days: u32,
    /// Who looks at files before they can leave.
    pub inspector: Inspector,
    /// Roles that can be used only in a session whose passkey is bound to its device (NIST SP 800-63B, AAL3).
    pub device_bound: Vec<Role>,
    /// Through which people may sign in besides.
    pub identity_providers: Vec<IdentityProvider>,
    /// A demonstration: one-click personas and a readable outbox.
    pub demo: bool,
    /// How the ledger is kept.
    pub ledger: LedgerSettings,
    /// The authority that stamps manifests; without one, when they were made is the instance's word.
    pub time_stamps: Option<TimeStampSettings>,
    /// How organisations come in.
    pub vetting: VettingSettings,
}

/// The exchange cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenFault {
    /// The database, the blobs or the key.
    #[error("the store cannot be opened: {0}")]
    Store(#[from] comity_store::Fault),
    /// The permission table.
    #[error("the permission table is not valid: {0}")]
    Permissions(String),
    /// A procedure that an old request needs.
    #[error("a stored procedure cannot be read: {0}")]
    Procedure(String),
    /// Its address.
    #[error("nobody could sign in: {0}")]
    Address(String),
    /// The roots of the authority for time stamps.
    #[error("evidence.time_stamp_roots: {0}")]
    TimeStamps(String),
    /// Its keys, or a database that is older than what was signed.
    #[error("the ledger cannot go on: {0}")]
    Ledger(String),
    /// A restore was broken off in the data folder, or is running.
    #[error(
        "a restore was broken off, or is running, in {0}: when none is running, remove that folder and restore again"
    )]
    Restoring(PathBuf),
}

/// The one way to everything that this instance holds; cloning it is cheap.
#[derive(Clone)]
pub struct Exchange {
    pub(crate) store: Store,
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) gate: Gate,
    procedures: ProcedureSet,
    /// Every procedure that a request is pinned to, newest offers included.
    pinned: ProcedureSet,
    /// Those whose text lies in the database, by hash.
    stored: RwLock<BTreeSet<String>>,
    calendars: BTreeMap<String, Calendar>,
    fallback: Calendar,
    pub(crate) clock: ClockSource,
    /// Since when this process has it open.
    pub(crate) opened: Moment,
    pub(crate) smtp: Option<SmtpSettings>,
    pub(crate) base_url: String,
    pub(crate) upload_limit: u64,
    pub(crate) loose_file_days: u32,
    pub(crate) inspector: Inspector,
    /// Signalled when a file has arrived here.
    pub(crate) arrived: tokio::sync::Notify,
    pub(crate) device_bound: Vec<Role>,
    pub(crate) identity_providers: Vec<IdentityProvider>,
    pub(crate) relying_party: ceremony::RelyingParty,
    pub(crate) demo: bool,
    pub(crate) ledger: ledger::Ledger,
    pub(crate) stamper: Option<evidence::Stamper>,
    pub(crate) vetting: VettingSettings,
    pub(crate) words: translation::Translator,
}

/// Working days of a State for which no calendar is installed: weekends only, as the explanation then says.
const FALLBACK: &str = r#"
id = "-"
time_zone = "UTC"
weekend = ["saturday", "sunday"]
holidays_from = "1970-01-01"
holidays_until = "1970-01-01"
"#;

impl Exchange {
    /// Opens the database, brings it up to date, and reads every procedure that was ever used.
    ///
    /// # Errors
    /// [`OpenFault`]; nothing has been changed then but the tables' version.
    pub fn open(settings: Settings, clock: ClockSource) -> Result<Self, OpenFault> {
        let staging = settings.data.join(comity_store::backup::STAGING);
        if staging.exists() {
            return Err(OpenFault::Restoring(staging));
        }
        let key = InstanceKey::load_or_create(&settings.data.join("instance.key"))?;
        let (database, data, now_us) =
            (settings.database.clone(), settings.data.clone(), clock().as_microsecond());
        let store = Store::open(&StoreConfig::new(database, data, key, now_us))?;
        Self::on(store, settings, clock)
    }

    /// The same on a store that is open already; the one that the settings name is not opened.
    ///
    /// # Errors
    /// [`OpenFault`].
    pub fn on(store: Store, settings: Settings, clock: ClockSource) -> Result<Self, OpenFault> {
        Self::with_purpose(store, settings, clock, ledger::Purpose::Work)
    }

    pub(crate) fn with_purpose(
        store: Store,
        settings: Settings,
        clock: ClockSource,
        purpose: ledger::Purpose,
    ) -> Result<Self, OpenFault> {
        let gate = match &settings.permissions {
            None => Gate::built_in(),
            Some(text) => Gate::from_toml(text).map_err(|errors| {
                let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
                OpenFault::Permissions(all.join("; "))
            })?,
        };
        let mut pinned = settings.procedures.clone();
        let texts = store.read_blocking("procedure.all", comity_store::request::procedures)?;
        let mut stored = BTreeSet::new();
        for text in texts {
            let known = PinnedProcedure::from_toml(&text).map_err(|f| OpenFault::Procedure(f.message))?;
            stored.insert(known.hash.clone());
            pinned.add(known);
        }
        let fallback = Calendar::from_toml(FALLBACK).map_err(|f| OpenFault::Procedure(f.to_string()))?;
        let calendars = settings.calendars.into_iter().map(|c| (c.id().to_owned(), c)).collect();
        let now = Moment::utc(clock());
        let ledger = ledger::Ledger::open(settings.ledger, &settings.data, &store, now, purpose)?;
        let relying_party = ceremony::RelyingParty::at(&settings.base_url).map_err(OpenFault::Address)?;
        let stamper = settings.time_stamps.map(evidence::Stamper::new).transpose()?;
        let inner = Inner {
            gate,
            procedures: settings.procedures,
            pinned,
            stored: RwLock::new(stored),
            calendars,
            fallback,
            opened: Moment::utc(clock()),
            clock,
            smtp: settings.smtp,
            base_url: settings.base_url,
            upload_limit: settings.upload_limit,
            loose_file_days: settings.loose_file_days,
            inspector: settings.inspector,
            arrived: tokio::sync::Notify::new(),
            device_bound: settings.device_bound,
            identity_providers: settings.identity_providers,
            relying_party,
            demo: settings.demo,
            ledger,
            stamper,
            vetting: settings.vetting,
            words: translation::Translator::embedded(),
        };
        Ok(Self { store, inner: Arc::new(inner) })
    }

    /// The time, in UTC.
    pub fn now(&self) -> Moment {
        self.inner.now()
    }

    /// The written procedures offered for new requests; public.
    pub fn procedures(&self) -> &ProcedureSet {
        &self.inner.procedures
    }

    /// The procedure with that hash, offered still or only pinned by older requests; public.
    pub fn procedure(&self, hash: &str) -> Option<Arc<PinnedProcedure>> {
        self.inner.pinned.by_hash(hash).cloned()
    }

    /// The permission table, for the matrix and for tests over it.
    pub fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    /// Becomes true when the store has stopped for good; the process must then end.
    pub fn failed(&self) -> tokio::sync::watch::Receiver<bool> {
        self.store.failed()
    }
}

impl Inner {
    pub(crate) fn now(&self) -> Moment {
        Moment::utc((self.clock)())
    }

    /// The time as an organisation's people state it.
    pub(crate) fn now_at(&self, organisation: &Organisation) -> Moment {
        self.now().in_zone(&zone_of(organisation))
    }

    pub(crate) fn calendar(&self, organisation: &Organisation) -> &Calendar {
        self.calendars.get(&organisation.country).unwrap_or(&self.fallback)
    }

    /// The procedure that a request is pinned to.
    pub(crate) fn pinned(&self, pin: &comity_domain::procedure::ProcedurePin) -> Option<&PinnedProcedure> {
        self.pinned.pinned(pin).map(Arc::as_ref)
    }

    /// A written procedure as the trail names what entitles to an act.
    pub(crate) fn basis(&self, hash: &str) -> Option<String> {
        Some(self.pinned.by_hash(hash)?.pin().to_string())
    }

    pub(crate) fn pinned_title(&self, hash: &str) -> Option<(String, comity_domain::procedure::Text)> {
        let pinned = self.pinned.by_hash(hash)?;
        Some((pinned.procedure.id.clone(), pinned.procedure.title.clone()))
    }
}

/// The zone in which an organisation's people state the time.
pub(crate) fn zone_of(organisation: &Organisation) -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get(&organisation.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
}

/// A new random identifier; its first 48 bits are the time, so that rows of one day lie together.
pub(crate) fn new_id<K>(now: Moment) -> Id<K> {
    Id::new(new_uuid(now))
}

/// The identifier of an event: those of one dossier that are made in the same millisecond sort by their number.
pub(crate) fn event_id<K>(now: Moment, sequence: u64) -> Id<K> {
    let mut random = [0; 10];
    fill(&mut random);
    let [.., high, low] = sequence.to_be_bytes();
    (random[0], random[1]) = (high, low);
    Id::new(uuid_of(now, &random))
}

pub(crate) fn new_uuid(now: Moment) -> uuid::Uuid {
    let mut random = [0; 10];
    fill(&mut random);
    uuid_of(now, &random)
}

fn uuid_of(now: Moment, random: &[u8; 10]) -> uuid::Uuid {
    let millis = u64::try_from(now.us() / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid()
}

/// Fills a buffer from the operating system's source of randomness.
#[expect(clippy::expect_used, reason = "without randomness no secret is one; ending is the only safe answer")]
pub(crate) fn fill(buffer: &mut [u8]) {
    getrandom::fill(buffer).expect("the operating system has no randomness");
}
