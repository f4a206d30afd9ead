//! A local authority for time stamps, made by OpenSSL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// A new folder for a test.
pub(crate) fn folder(name: &str) -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{number}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// How an authority signs, and for how long its certificate counts.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) key: &'static [&'static str],
    pub(crate) days: &'static str,
}

pub(crate) const ECDSA: Kind =
    Kind { key: &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], days: "3650" };
pub(crate) const RSA: Kind = Kind { key: &["-newkey", "rsa:2048"], days: "3650" };
pub(crate) const P384: Kind =
    Kind { key: &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"], days: "3650" };
pub(crate) const ONE_DAY: Kind = Kind { days: "1", ..ECDSA };

pub(crate) struct Authority {
    folder: PathBuf,
}

impl Authority {
    pub(crate) fn new(kind: Kind) -> Self {
        let folder = folder("authority");
        let config = "[tsa]\ndefault_tsa = own\n[own]\nserial = serial\ncrypto_device = builtin\n\
            signer_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = sha256\n\
            default_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\ntsa_name = yes\n\
            ess_cert_id_alg = sha256\n";
        fs::write(folder.join("config"), config).unwrap();
        fs::write(
            folder.join("extensions"),
            "basicConstraints = CA:FALSE\nkeyUsage = critical,digitalSignature\n\
             extendedKeyUsage = critical,timeStamping\n",
        )
        .unwrap();
        let authority = Self { folder };
        let root = ["req", "-x509", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-days", "3650"];
        let subject = format!("/O=Root of {}", authority.folder.file_name().unwrap().to_str().unwrap());
        let ca = ["-subj", &subject, "-addext", "keyUsage=critical,keyCertSign"];
        authority.openssl(&[&root, kind.key, &ca].concat(), None);
        let own =
            ["req", "-new", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/O=Time of XA"];
        authority.openssl(&[&own, kind.key].concat(), None);
        let sign = ["x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key"];
        let more = ["-CAcreateserial", "-days", kind.days, "-extfile", "extensions", "-out", "tsa.pem"];
        authority.openssl(&[&sign[..], &more].concat(), None);
        authority
    }

    fn openssl(&self, arguments: &[&str], later: Option<&str>) {
        let mut command = Command::new("openssl");
        if let Some(later) = later {
            let library = fs::read_dir("/usr/lib").unwrap().find_map(|entry| {
                let path = entry.unwrap().path().join("faketime/libfaketime.so.1");
                path.exists().then_some(path)
            });
            command.env("LD_PRELOAD", library.unwrap()).env("FAKETIME", later);
        }
        let output = command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Its answer to a request, at a time so much later.
    pub(crate) fn answer(&self, request: &[u8], later: Option<&str>) -> Vec<u8> {
        fs::write(self.folder.join("request"), request).unwrap();
        let reply = ["ts", "-reply", "-config", "config", "-queryfile", "request", "-out", "answer"];
        self.openssl(&reply, later);
        fs::read(self.folder.join("answer")).unwrap()
    }

    /// Its root certificate in PEM.
    pub(crate) fn root(&self) -> String {
        fs::read_to_string(self.folder.join("root.pem")).unwrap()
    }

    /// Whether OpenSSL finds that an answer is a stamp of these bytes.
    pub(crate) fn accepts(&self, answer: &[u8], content: &[u8]) {
        fs::write(self.folder.join("given"), answer).unwrap();
        fs::write(self.folder.join("content"), content).unwrap();
        self.openssl(&["ts", "-verify", "-data", "content", "-in", "given", "-CAfile", "root.pem"], None);
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
