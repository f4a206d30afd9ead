//! Throwaway databases on both engines, for the tests of this crate and of the crates above it.
//! It may assume a machine for tests: a temporary folder, and Debian's PostgreSQL or `COMITY_TEST_POSTGRES`. It never touches a database it did not make.

pub mod bench;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::{Database, Store, StoreConfig, Tx};
use crate::fault::Fault;
use crate::seal::InstanceKey;

/// How to get a server when there is none.
const HINT: &str = "tests run on PostgreSQL too: install it (apt-get install postgresql) or set COMITY_TEST_POSTGRES \
                    to the URL of a server on which databases may be created";

/// The time at which test databases are made: 2026-01-01T00:00:00Z in microseconds since 1970.
pub const NOW_US: i64 = 1_767_225_600_000_000;

/// Closes what a test process was started with: a server outlives its test, and must keep nothing open that somebody
/// else waits for, such as a lock.
const CLOSE: &str =
    "for open in /proc/$$/fd/*; do open=${open##*/}; [ \"$open\" -le 2 ] || exec {open}>&-; done; ";

/// Starts one server for all test processes of this user, unless it runs; it stops when unused for ten minutes.
const START: &str = r#"
set -eu
dir=$1; bin=$2
umask 077
mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
echo used > "$dir/used"
if [ -d "$dir/data" ] && "$bin/pg_isready" -q -h "$dir"; then exit 0; fi
rm -rf "$dir/data"
"$bin/initdb" -D "$dir/data" -U comity -A trust -E UTF8 --locale=C.UTF-8 -N >"$dir/log" 2>&1
"$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "-k $dir -c listen_addresses= -c fsync=off -c full_page_writes=off \
  -c max_connections=300 -c shared_buffers=64MB" start >/dev/null 2>&1 9>&-
setsid sh -c '
  while sleep 15; do
    exec 9>"$0/lock"; flock 9
    if [ -n "$(find "$0/used" -mmin +10)" ]; then "$1/pg_ctl" -D "$0/data" -m immediate stop; rm -rf "$0/data"; exit; fi
    exec 9>&-
  done' "$dir" "$bin" >/dev/null 2>&1 </dev/null 9>&- &
"#;

/// One of the two engines; a test of the store runs on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgres,
}

impl Engine {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Makes a new, empty database with this program's tables and opens it.
    pub fn open(self) -> TestStore {
        self.open_with(|config| config)
    }

    /// As [`Engine::open`], with a changed configuration.
    pub fn open_with(self, adjust: impl FnOnce(StoreConfig) -> StoreConfig) -> TestStore {
        self.open_in(&std::env::temp_dir(), adjust)
    }

    /// As [`Engine::open`], with its files in memory where the machine has such a place: for tests of which durability is
    /// not the matter.
    pub fn open_in_memory(self) -> TestStore {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        self.open_in(&place, |config| config)
    }

    fn open_in(self, place: &Path, adjust: impl FnOnce(StoreConfig) -> StoreConfig) -> TestStore {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("comity_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let dir = place.join(&name);
        // A process of the same number may have died here before.
        drop(std::fs::remove_dir_all(&dir));
        std::fs::create_dir_all(&dir).expect("the temporary folder can be written");
        let (database, made) = match self {
            Self::Sqlite => (Database::Sqlite(dir.join("comity.db")), None),
            Self::Postgres => {
                let server = postgres();
                on_server(
                    server,
                    vec![format!("drop database if exists {name}"), format!("create database {name}")],
                );
                (Database::Postgres(with_database(server, &name)), Some(name))
            }
        };
        let key = InstanceKey::from_bytes([7; 32]);
        let mut config = StoreConfig::new(database, dir.clone(), key, NOW_US);
        config.readers = 2;
        let config = adjust(config);
        let store = Store::open(&config).expect("a new database opens");
        TestStore { store: Some(store), config, dir, made }
    }
}

/// A store on its own database, which goes away with it.
pub struct TestStore {
    store: Option<Store>,
    config: StoreConfig,
    dir: PathBuf,
    made: Option<String>,
}

impl TestStore {
    /// What it was opened with, to open it once more.
    pub fn config(&self) -> &StoreConfig {
        &self.config
    }

    /// The folder of its files.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Closes the store and opens its database again, as after a restart. *Errors*: as [`Store::open`].
    pub fn reopen(&mut self) -> Result<(), Fault> {
        self.store = None;
        self.store = Some(Store::open(&self.config)?);
        Ok(())
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store.as_ref().expect("the store is open")
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        self.store = None;
        drop(std::fs::remove_dir_all(&self.dir));
        if let Some(name) = self.made.take() {
            on_server(postgres(), vec![format!("drop database if exists {name} with (force)")]);
        }
    }
}

/// Runs an asynchronous test body on a new database of this engine.
pub fn run(engine: Engine, body: impl AsyncFnOnce(&mut TestStore)) {
    run_on(&mut engine.open(), body);
}

/// Runs an asynchronous test body on a database that is open.
pub fn run_on(store: &mut TestStore, body: impl AsyncFnOnce(&mut TestStore)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(body(store));
}

/// Turns each `async fn name(store) { … }` into a test on each engine: `name::on_sqlite`, `name::on_postgres`.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($store:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every body needs what its module imports")]
            use super::*;

            $(#[$meta])*
            async fn body($store: &mut $crate::testing::TestStore) $body

            #[test]
            fn on_sqlite() {
                $crate::testing::run($crate::testing::Engine::Sqlite, body);
            }

            #[test]
            fn on_postgres() {
                $crate::testing::run($crate::testing::Engine::Postgres, body);
            }
        }
    )+};
}

/// A server of one test alone, which it may stop and start. It keeps what it has answered, unlike the shared one.
pub struct OwnServer {
    dir: PathBuf,
    programs: PathBuf,
}

impl OwnServer {
    /// Makes and starts one. *Panics* when this machine has no PostgreSQL.
    pub fn start(name: &str) -> Self {
        let programs = programs().unwrap_or_else(|| panic!("there is no PostgreSQL on this machine; {HINT}"));
        let dir = std::env::temp_dir().join(format!("comity_server_{}_{name}", std::process::id()));
        let server = Self { dir, programs };
        let (dir, bin) = (server.dir.display(), server.programs.display());
        shell(&format!(
            "umask 077; rm -rf {dir}; mkdir -p {dir}; {bin}/initdb -D {dir}/data -U comity -A trust -E UTF8 -N >{dir}/log"
        ));
        server.again();
        server
    }

    /// Starts it again after [`OwnServer::stop`].
    pub fn again(&self) {
        let (dir, bin) = (self.dir.display(), self.programs.display());
        shell(&format!(
            "{bin}/pg_ctl -D {dir}/data -w -l {dir}/log -o '-k {dir} -c listen_addresses= -c max_connections=300' \
             start >/dev/null 2>&1"
        ));
    }

    /// Stops it in the middle of everything, as a crash does.
    pub fn stop(&self) {
        let (dir, bin) = (self.dir.display(), self.programs.display());
        shell(&format!("{bin}/pg_ctl -D {dir}/data -w -m immediate stop >/dev/null 2>&1"));
    }

    /// Ends every connection to it that another program has.
    pub fn disconnect(&self) {
        let (dir, bin) = (self.dir.display(), self.programs.display());
        let end = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'comity'";
        shell(&format!("{bin}/psql -h {dir} -U comity -d postgres -qAtc \"{end}\" >/dev/null"));
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("host={} user=comity dbname=postgres", self.dir.display())
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let (dir, bin) = (self.dir.display(), self.programs.display());
        shell(&format!("{bin}/pg_ctl -D {dir}/data -m immediate stop >/dev/null 2>&1; rm -rf {dir}"));
    }
}

/// Runs a script as the user to whom a server may belong.
fn shell(script: &str) {
    // As for the shared server: what it starts keeps nothing open that somebody else waits for.
    let script = format!("{CLOSE}{script}");
    let mut command = if is_root() { Command::new("runuser") } else { Command::new("bash") };
    if is_root() {
        command.args(["-u", "postgres", "--", "bash"]);
    }
    let done = command.args(["-c", &script]).current_dir("/").status().expect("a shell");
    assert!(done.success(), "{script}");
}

/// Prepares every statement on this store and tells which the engine refuses, each with its fault.
pub fn refused_statements(store: &Store, statements: Vec<&'static str>) -> Vec<(&'static str, Fault)> {
    let prepare = |sql| store.read_blocking("testing.prepare", move |tx: &mut dyn Tx| tx.prepare(sql));
    statements.into_iter().filter_map(|sql| prepare(sql).err().map(|fault| (sql, fault))).collect()
}

/// The address of a server on which databases may be made: `COMITY_TEST_POSTGRES`, or a throwaway one.
///
/// *Panics* with what to install when there is neither.
pub fn postgres() -> &'static str {
    static SERVER: OnceLock<String> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var("COMITY_TEST_POSTGRES") {
        Ok(url) if !url.is_empty() => url,
        _ => throwaway().unwrap_or_else(|why| panic!("{why}; {HINT}")),
    })
}

/// A new, empty database on a server, and its address.
pub fn new_database(server: &str, name: &str) -> String {
    let texts = [format!("drop database if exists {name} with (force)"), format!("create database {name}")];
    on_server(server, texts.to_vec());
    with_database(server, name)
}

fn throwaway() -> Result<String, String> {
    let programs = programs().ok_or("there is no PostgreSQL on this machine")?;
    let root = is_root();
    let user = if root {
        "postgres".to_owned()
    } else {
        std::env::var("USER").unwrap_or_else(|_| "user".to_owned())
    };
    let dir = std::env::temp_dir().join(format!("comity-test-postgres-{user}"));
    // The server refuses to run as root; Debian's package brings a user for it.
    let mut command = if root { Command::new("runuser") } else { Command::new("bash") };
    if root {
        command.args(["-u", "postgres", "--", "bash"]);
    }
    let done = command
        .args(["-c", &format!("{CLOSE}{START}"), "bash"])
        .arg(&dir)
        .arg(&programs)
        .current_dir("/")
        .output();
    let done = done.map_err(|e| format!("no shell: {e}"))?;
    if !done.status.success() {
        let log = std::fs::read_to_string(dir.join("log")).unwrap_or_default();
        return Err(format!("the server did not start: {}{log}", String::from_utf8_lossy(&done.stderr)));
    }
    Ok(format!("host={} user=comity dbname=postgres", dir.display()))
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The folder of the newest server's programs.
pub fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let newest =
        versions.filter_map(|v| Some((v.file_name().to_str()?.parse::<u32>().ok()?, v.path()))).max()?;
    let programs = newest.1.join("bin");
    programs.join("initdb").exists().then_some(programs)
}

/// The same server's address with another database.
fn with_database(server: &str, name: &str) -> String {
    let Some((scheme, rest)) = server.split_once("://") else { return format!("{server} dbname={name}") };
    let (place, options) = rest.split_once('?').map_or((rest, String::new()), |(p, o)| (p, format!("?{o}")));
    let host = place.split('/').next().unwrap_or(place);
    format!("{scheme}://{host}/{name}{options}")
}

/// Runs statements outside a transaction, on a thread of its own because the driver must not block a runtime.
fn on_server(server: &str, statements: Vec<String>) {
    let server = server.to_owned();
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime starts").block_on(async {
            let config = tokio_postgres::Config::from_str(&server)?;
            let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            for sql in &statements {
                client.batch_execute(sql).await?;
            }
            Ok::<(), tokio_postgres::Error>(())
        })
    };
    let done = std::thread::spawn(work).join();
    if let Ok(Err(error)) = done
        && !std::thread::panicking()
    {
        panic!("the test server: {error}");
    }
    touch();
}

/// Keeps the throwaway server awake.
fn touch() {
    let used = std::env::temp_dir().join("comity-test-postgres-postgres").join("used");
    if used.exists() {
        drop(std::fs::write(used, "used\n"));
    }
}
