//! The configuration file, read once at the start. Unknown keys are refused; hard rules have no key here.

use crate::tls::TlsConfig;
use crate::witness::WitnessSetUp;
use comity_domain::calendar::Calendar;
use comity_domain::party::{Organisation, Role};
use comity_domain::procedure::{PinnedProcedure, ProcedureSet};
use comity_domain::vetting::{LEAST_VOUCHERS, MOST_PROBATION_DAYS, MOST_VOUCHERS};
use comity_service::translation::Translator;
use comity_service::{
    ClockSource, IdentityProvider, Inspector, LOOSE_FILE_DAYS, LedgerSettings, Settings, SmtpSettings,
    TimeStampSettings, VettingSettings, WitnessSettings, stays_private,
};
use comity_store::Database;
use comity_web::{Endpoint, WebSettings};
use serde::Deserialize;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The content of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// TLS by this program; without it a proxy on this machine speaks it, or nobody does.
    #[serde(default)]
    pub(crate) tls: Option<TlsConfig>,
    /// The address under which people reach this instance, such as `https://comity.example`.
    pub(crate) base_url: String,
    /// Folder of the database file, the blobs and the instance key.
    pub(crate) data: PathBuf,
    /// A PostgreSQL address; without one the database is a file in `data`.
    #[serde(default)]
    pub(crate) database_url: Option<String>,
    /// Folder of procedures besides those that are built in.
    #[serde(default)]
    pub(crate) procedures: Option<PathBuf>,
    /// A permission table in the place of the built-in one.
    #[serde(default)]
    pub(crate) permissions: Option<PathBuf>,
    /// Largest file of an answer, in bytes.
    #[serde(default = "default_upload_limit")]
    pub(crate) upload_limit: u64,
    /// After so many days, at least one, a file that was put into no package is removed.
    #[serde(default = "default_loose_file_days")]
    pub(crate) loose_file_days: NonZeroU32,
    /// How people sign in.
    #[serde(default)]
    pub(crate) identity: IdentityConfig,
    /// How organisations come in.
    #[serde(default)]
    vetting: VettingConfig,
    /// How the ledger is kept.
    #[serde(default)]
    pub(crate) ledger: LedgerConfig,
    /// Other logs that this instance cosigns, below `/witness`.
    #[serde(default)]
    pub(crate) witness: Option<WitnessConfig>,
    /// What is asked of others for evidence.
    evidence: Option<EvidenceConfig>,
    /// The mail server on this machine that takes notices.
    #[serde(default)]
    pub(crate) smtp: Option<Smtp>,
    /// What sets papers; by default the program `comity-papers` beside this one.
    #[serde(default)]
    pub(crate) papers: Option<PapersConfig>,
    /// What only this machine may ask.
    #[serde(default)]
    pub(crate) operator: Option<OperatorConfig>,
    /// Organisations of this instance, set up or corrected at each start.
    #[serde(default)]
    pub(crate) organisation: Vec<Organisation>,
    /// The name of this instance in messages of a standard interface.
    #[serde(default = "default_country")]
    pub(crate) interop_country: String,
    /// See `interop_country`.
    #[serde(default = "default_identifier")]
    pub(crate) interop_identifier: String,
}

/// Signing in.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityConfig {
    /// Roles that can be used only with a passkey that is bound to its device, such as
    /// `["authoriser", "reviewer", "administrator"]`; none by default.
    #[serde(default)]
    device_bound: Vec<Role>,
    /// Identity providers through which people of an organisation may sign in besides (`OpenID` Connect).
    #[serde(default)]
    federation: Vec<FederationConfig>,
}

/// The identity provider of one organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FederationConfig {
    /// The organisation's code, such as `NBP`.
    organisation: String,
    /// The issuer identifier, such as `https://id.nbp.example`; `http` on this machine only.
    issuer: String,
    /// What this instance is called there.
    client_id: String,
    /// A file that holds this instance's secret there, where it has one.
    #[serde(default)]
    client_secret_file: Option<PathBuf>,
    /// One of these must be the `acr` of a token.
    #[serde(default)]
    acr: Vec<String>,
    /// One of these must be among the `amr` of a token. At least one of both lists says something.
    #[serde(default)]
    amr: Vec<String>,
}

impl FederationConfig {
    fn provider(&self) -> Result<IdentityProvider, String> {
        let said = |why: String| format!("identity.federation: {why}");
        let secret = match &self.client_secret_file {
            None => None,
            Some(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| said(format!("{}: {error}", path.display())))?;
                Some(text.trim().to_owned())
            }
        };
        let provider = IdentityProvider {
            organisation: self.organisation.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: secret,
            acr: self.acr.clone(),
            amr: self.amr.clone(),
        };
        provider.check().map_err(said)?;
        Ok(provider)
    }
}

/// How organisations come in.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct VettingConfig {
    /// So many members vouch for one that joins: 2, the default, to 10.
    vouchers: Option<u32>,
    /// Days of probation: 1 to 730; 90 by default.
    probation_days: Option<u32>,
    /// Requests that an organisation on probation may send on one day; 5 by default.
    daily: Option<u32>,
    /// The resolver that is asked for the proof of a mail domain, such as `127.0.0.1:53`; none is asked without it.
    resolver: Option<SocketAddr>,
}

impl VettingConfig {
    fn settings(&self) -> Result<VettingSettings, String> {
        let usual = VettingSettings::default();
        let settings = VettingSettings {
            vouchers: self.vouchers.unwrap_or(usual.vouchers),
            probation_days: self.probation_days.unwrap_or(usual.probation_days),
            daily: self.daily.unwrap_or(usual.daily),
            resolver: self.resolver,
        };
        if !(LEAST_VOUCHERS..=MOST_VOUCHERS).contains(&settings.vouchers) {
            return Err(format!(
                "vetting.vouchers: {LEAST_VOUCHERS} to {MOST_VOUCHERS}; one alone is one mistake"
            ));
        }
        if !(1..=MOST_PROBATION_DAYS).contains(&settings.probation_days) {
            return Err(format!(
                "vetting.probation_days: 1 to {MOST_PROBATION_DAYS}; it cannot be switched off"
            ));
        }
        Ok(settings)
    }
}

/// The ledger.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LedgerConfig {
    /// The name before the year in the origin of each log; `base_url` without its scheme and `/ledger` by default.
    /// It must never change once a log has been begun.
    name: Option<String>,
    /// Milliseconds that leaves wait for company, unless somebody waits for a proof; 1000 by default.
    interval_ms: Option<u64>,
    /// Seal in multiples of this number of leaves, filled up so that outsiders cannot see how much happens; then a
    /// proof waits for the interval. 0, the default, adds none.
    #[serde(default)]
    cover: u32,
    /// Sign checkpoints with ML-DSA-44 too.
    #[serde(default)]
    post_quantum: bool,
    /// Who is asked to cosign each checkpoint.
    #[serde(default)]
    witness: Vec<AskedWitness>,
    /// So many of them must have cosigned, says the policy that this instance gives: most of them by default.
    quorum: Option<usize>,
}

/// A witness that is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedWitness {
    /// Its verifier key, one of those that `comity witness` prints.
    key: String,
    /// Its address, such as `https://witness.example`; without TLS only on this machine.
    url: String,
}

impl AskedWitness {
    fn settings(&self) -> Result<WitnessSettings, String> {
        let key = self.key.parse().map_err(|fault| format!("ledger.witness.key: {fault}"))?;
        if stays_private(&self.url) {
            Ok(WitnessSettings { key, url: self.url.clone() })
        } else {
            Err(format!("ledger.witness.url: {}: https, or http on this machine", self.url))
        }
    }
}

/// What is asked of others for evidence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceConfig {
    /// The address of an authority for time stamps (RFC 3161), such as `https://stamps.example`; without TLS only on this
    /// machine.
    time_stamp_url: String,
    /// A file with its root certificates, in PEM.
    time_stamp_roots: PathBuf,
}

impl EvidenceConfig {
    fn settings(&self) -> Result<TimeStampSettings, String> {
        let fault = |why: &str| format!("evidence.time_stamp_url: {}: {why}", self.time_stamp_url);
        if !stays_private(&self.time_stamp_url) {
            return Err(fault("https, or http on this machine"));
        }
        let roots = std::fs::read_to_string(&self.time_stamp_roots);
        let roots = roots.map_err(|error| format!("{}: {error}", self.time_stamp_roots.display()))?;
        Ok(TimeStampSettings { url: self.time_stamp_url.clone(), roots })
    }
}

/// The witness that this instance is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WitnessConfig {
    /// Its name; `base_url` without its scheme and `/witness` by default. It must never change.
    name: Option<String>,
    /// C2SP policies whose logs it cosigns, such as `/ledger/policy` of another instance gives.
    logs: Vec<PathBuf>,
}

impl LedgerConfig {
    fn settings(&self, base_url: &str) -> Result<LedgerSettings, String> {
        let mut settings = match &self.name {
            Some(name) => LedgerSettings::named(name),
            None => LedgerSettings::named(&format!("{}/ledger", host(base_url))),
        };
        if let Some(interval) = self.interval_ms {
            settings.interval = Duration::from_millis(interval.max(1));
        }
        settings.cover = self.cover;
        settings.post_quantum = self.post_quantum;
        settings.witnesses = self.witness.iter().map(AskedWitness::settings).collect::<Result<_, _>>()?;
        let most = if self.witness.is_empty() { 0 } else { self.witness.len() / 2 + 1 };
        settings.quorum = self.quorum.unwrap_or(most);
        Ok(settings)
    }
}

/// An address without its scheme.
fn host(base_url: &str) -> &str {
    base_url.split_once("://").map_or(base_url, |(_, host)| host).trim_end_matches('/')
}

/// A second listener, for whoever watches the instance.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperatorConfig {
    /// Where `GET /metrics` is served; a loopback address, because the numbers show how much happens.
    pub(crate) listen: SocketAddr,
}

/// What sets papers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PapersConfig {
    /// The program.
    program: PathBuf,
}

/// The mail server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Smtp {
    host: String,
    port: u16,
    from: String,
}

const fn default_upload_limit() -> u64 {
    10 * 1024 * 1024 * 1024
}

fn default_loose_file_days() -> NonZeroU32 {
    NonZeroU32::new(LOOSE_FILE_DAYS).unwrap_or(NonZeroU32::MIN)
}

fn default_country() -> String {
    "XX".to_owned()
}

fn default_identifier() -> String {
    "COMITY".to_owned()
}

impl Config {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let config: Self = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        if let Some(smtp) = &config.smtp
            && !matches!(smtp.host.as_str(), "localhost" | "127.0.0.1" | "::1")
        {
            return Err(
                "smtp.host: only a mail server on this machine, because the way to it is not encrypted; \
                        let it relay"
                    .to_owned(),
            );
        }
        if config.tls.is_some() && !config.base_url.starts_with("https://") {
            return Err(
                "base_url: `https` where [tls] is set, or cookies would go out in the clear".to_owned()
            );
        }
        if config.operator.as_ref().is_some_and(|operator| !operator.listen.ip().is_loopback()) {
            return Err("operator.listen: only a loopback address, because metrics show how much happens; \
                        let a collector on this machine pass them on"
                .to_owned());
        }
        Ok(config)
    }

    /// What the service is made of.
    pub(crate) fn settings(&self) -> Result<Settings, String> {
        std::fs::create_dir_all(&self.data).map_err(|error| format!("{}: {error}", self.data.display()))?;
        let mut procedures = shipped_procedures()?;
        if let Some(folder) = &self.procedures {
            add_folder(folder, &mut procedures)?;
        }
        let permissions = match &self.permissions {
            None => None,
            Some(path) => {
                Some(std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?)
            }
        };
        Ok(Settings {
            database: match &self.database_url {
                None => Database::Sqlite(self.data.join("comity.sqlite")),
                Some(url) => Database::Postgres(url.clone()),
            },
            data: self.data.clone(),
            procedures,
            calendars: shipped_calendars()?,
            permissions,
            smtp: self.smtp.as_ref().map(|smtp| SmtpSettings {
                host: smtp.host.clone(),
                port: smtp.port,
                from: smtp.from.clone(),
            }),
            base_url: self.base_url.trim_end_matches('/').to_owned(),
            upload_limit: self.upload_limit,
            loose_file_days: self.loose_file_days.get(),
            inspector: inspector(),
            device_bound: self.identity.device_bound.clone(),
            identity_providers: self
                .identity
                .federation
                .iter()
                .map(FederationConfig::provider)
                .collect::<Result<_, _>>()?,
            vetting: self.vetting.settings()?,
            ledger: self.ledger.settings(&self.base_url)?,
            time_stamps: self.evidence.as_ref().map(EvidenceConfig::settings).transpose()?,
            demo: false,
        })
    }

    /// The witness that this instance is, where it is one; key and memory lie beside the database.
    pub(crate) fn witness(&self) -> Option<WitnessSetUp> {
        self.witness.as_ref().map(|witness| WitnessSetUp {
            name: witness.name.clone().unwrap_or_else(|| format!("{}/witness", host(&self.base_url))),
            key: self.data.join("witness.key"),
            folder: self.data.join("witness"),
            logs: witness.logs.clone(),
        })
    }

    /// What the pages and interfaces are made of.
    pub(crate) fn web_settings(&self) -> WebSettings {
        WebSettings {
            base_url: self.base_url.clone(),
            demo: false,
            words: Translator::embedded(),
            interop: Endpoint {
                country: self.interop_country.clone(),
                unique_id: self.interop_identifier.clone(),
            },
            upload_limit: self.upload_limit,
            papers: self.papers.as_ref().map_or_else(papers_beside, |papers| papers.program.clone()),
        }
    }
}

/// Who looks at files: this very program, also after its file was replaced by a newer one.
pub(crate) fn inspector() -> Inspector {
    Inspector::Program(PathBuf::from("/proc/self/exe"))
}

/// The program that sets papers, where it lies beside this one.
pub(crate) fn papers_beside() -> PathBuf {
    let here = std::env::current_exe().ok();
    here.as_deref().and_then(Path::parent).unwrap_or_else(|| Path::new("")).join("comity-papers")
}

/// The procedures that are part of the program, with their paths below `procedures/`.
pub(crate) const SHIPPED: &[(&str, &str)] = &[
    ("bud/16_preservation.toml", include_str!("../../../procedures/bud/16_preservation.toml")),
    ("bud/18_subscriber.toml", include_str!("../../../procedures/bud/18_subscriber.toml")),
    ("bud/29_preservation.toml", include_str!("../../../procedures/bud/29_preservation.toml")),
    ("eu/epoc_pr_preservation.toml", include_str!("../../../procedures/eu/epoc_pr_preservation.toml")),
    ("eu/epoc_subscriber.toml", include_str!("../../../procedures/eu/epoc_subscriber.toml")),
    ("us/2703f_preservation.toml", include_str!("../../../procedures/us/2703f_preservation.toml")),
];

const CALENDARS: [&str; 3] = [
    include_str!("../../../procedures/calendars/xa.toml"),
    include_str!("../../../procedures/calendars/xb.toml"),
    include_str!("../../../procedures/calendars/xc.toml"),
];

/// The built-in procedures.
pub(crate) fn shipped_procedures() -> Result<ProcedureSet, String> {
    let mut set = ProcedureSet::default();
    for (path, text) in SHIPPED {
        set.add(PinnedProcedure::from_toml(text).map_err(|fault| format!("{path}: {fault}"))?);
    }
    Ok(set)
}

/// The built-in calendars.
pub(crate) fn shipped_calendars() -> Result<Vec<Calendar>, String> {
    CALENDARS.iter().map(|text| Calendar::from_toml(text).map_err(|fault| fault.to_string())).collect()
}

/// Adds every procedure below a folder.
pub(crate) fn add_folder(folder: &Path, set: &mut ProcedureSet) -> Result<(), String> {
    for path in crate::procedure::files(folder)? {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let read = PinnedProcedure::from_toml(&text);
        set.add(read.map_err(|fault| format!("{}: {fault}", path.display()))?);
    }
    Ok(())
}

/// The system's clock: the one place in the program that reads it.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where the time enters; everything else takes it as a value"
)]
pub(crate) fn system_clock() -> ClockSource {
    Arc::new(jiff::Timestamp::now)
}
