//! A token that is bound to a client certificate counts with that certificate alone, and only the connection tells it (T03).

use crate::demo::Demo;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

const ADMINISTRATOR: &str = "Petr Novák";

/// Who issues certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate with its key.
struct Shown {
    der: Vec<u8>,
    pem: String,
    key: String,
}

impl Shown {
    fn sha256(&self) -> String {
        Sha256::digest(&self.der).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    fn issue(&self, purpose: ExtendedKeyUsagePurpose, until: i32) -> Shown {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.extended_key_usages = vec![purpose];
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let made = params.signed_by(&key, &self.issuer).unwrap();
        Shown { der: made.der().to_vec(), pem: made.pem(), key: key.serialize_pem() }
    }

    fn machine(&self) -> Shown {
        self.issue(ExtendedKeyUsagePurpose::ClientAuth, 2100)
    }
}

/// `comity serve` on what a demonstration has told.
struct Served {
    process: Child,
    base_url: String,
    port: u16,
}

impl Served {
    fn start(data: &Path, roots: &Authority, clients: &Authority) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let base_url = format!("https://localhost:{port}");
        let own = roots.issue(ExtendedKeyUsagePurpose::ServerAuth, 2100);
        for (name, text) in [("chain.pem", &own.pem), ("key.pem", &own.key), ("clients.pem", &clients.pem)] {
            std::fs::write(data.join(name), text).unwrap();
        }
        let folder = data.display();
        let text = format!(
            "listen = \"127.0.0.1:{port}\"\nbase_url = \"{base_url}\"\ndata = \"{folder}\"\n\
             [ledger]\nname = \"demo.comity.example/ledger\"\n\
             [tls]\ncertificate = \"{folder}/chain.pem\"\nkey = \"{folder}/key.pem\"\n\
             client_roots = \"{folder}/clients.pem\"\n"
        );
        std::fs::write(data.join("comity.toml"), text).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_comity"))
            .arg("serve")
            .arg("--config")
            .arg(data.join("comity.toml"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut served = Self { process, base_url, port };
        let begun = Instant::now();
        while served.call(roots, None, "none", &[]).is_err() {
            assert!(served.process.try_wait().unwrap().is_none(), "the instance ended before it was ready");
            assert!(begun.elapsed() < Duration::from_mins(1), "the instance is not ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        served
    }

    /// Who one is, over the API: the status and the code of a refusal; an error where there was no answer at all.
    fn call(
        &self,
        roots: &Authority,
        shown: Option<&Shown>,
        token: &str,
        headers: &[(&str, &str)],
    ) -> Result<(u16, String), ureq::Error> {
        let certificate = |pem: &str| Certificate::from_pem(pem.as_bytes()).unwrap();
        let client = shown.map(|shown| {
            let key = PrivateKey::from_pem(shown.key.as_bytes()).unwrap();
            ClientCert::new_with_certs(&[certificate(&shown.pem)], key)
        });
        let trusted = RootCerts::new_with_certs(&[certificate(&roots.pem)]);
        let tls = TlsConfig::builder().root_certs(trusted).client_cert(client).build();
        let agent = ureq::Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(Duration::from_secs(20)))
            .http_status_as_error(false)
            .build()
            .new_agent();
        let mut request = agent.get(format!("{}/api/v1/me", self.base_url));
        request = request.header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = request.call()?;
        let body: Value = serde_json::from_slice(&answer.body_mut().read_to_vec()?).unwrap_or_default();
        let code = body["refusals"][0]["code"].as_str().unwrap_or_default().to_owned();
        Ok((answer.status().as_u16(), code))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A token of the demonstration's administrator that counts with one certificate alone.
fn bound(demo: &Demo, sha256: &str) -> String {
    let body = json!({ "name": "bound", "scopes": ["read"], "days": 1, "certificate": sha256 });
    let mut answer = ureq::post(format!("{}/api/v1/organisation/tokens", demo.base_url()))
        .header("authorization", format!("Bearer {}", demo.token(ADMINISTRATOR)))
        .header("content-type", "application/json")
        .send(body.to_string())
        .unwrap();
    let made: Value = serde_json::from_slice(&answer.body_mut().read_to_vec().unwrap()).unwrap();
    made["secret"].as_str().unwrap().to_owned()
}

#[test]
fn a_bound_token_counts_with_its_certificate_alone() {
    let (roots, clients, foreign) = (Authority::new(), Authority::new(), Authority::new());
    let (right, wrong) = (clients.machine(), clients.machine());
    let mut demo = Demo::start("mutual-tls");
    let token = bound(&demo, &right.sha256());
    let unbound = demo.token(ADMINISTRATOR).to_owned();
    demo.kill();
    let served = Served::start(demo.data(), &roots, &clients);
    let refused = (401, "certificate-required".to_owned());
    let call = |shown: Option<&Shown>, headers: &[(&str, &str)]| served.call(&roots, shown, &token, headers);
    assert_eq!(call(Some(&right), &[]).unwrap(), (200, String::new()));
    assert_eq!(call(None, &[]).unwrap(), refused);
    assert_eq!(call(Some(&wrong), &[]).unwrap(), refused);
    // Nobody is believed who only says what they have shown to somebody else.
    let said = right.sha256();
    for header in
        ["x-client-certificate", "x-forwarded-client-cert", "x-ssl-client-fingerprint", "client-cert"]
    {
        assert_eq!(call(None, &[(header, &said)]).unwrap(), refused, "{header}");
    }
    // What the roots do not stand for, and what is over, does not even come to an answer.
    assert!(call(Some(&foreign.machine()), &[]).is_err());
    assert!(call(Some(&clients.issue(ExtendedKeyUsagePurpose::ClientAuth, 2020)), &[]).is_err());
    assert!(call(Some(&clients.issue(ExtendedKeyUsagePurpose::ServerAuth, 2100)), &[]).is_err());
    // People have no certificate, and nobody who stalls in a handshake keeps them waiting.
    let stalled: Vec<TcpStream> =
        (0..20).map(|_| TcpStream::connect(("127.0.0.1", served.port)).unwrap()).collect();
    assert_eq!(served.call(&roots, None, &unbound, &[]).unwrap(), (200, String::new()));
    drop(stalled);
}

/// What `comity serve` says where it cannot begin.
fn said(folder: &Path, scheme: &str) -> String {
    let text = format!(
        "listen = \"127.0.0.1:0\"\nbase_url = \"{scheme}://localhost\"\ndata = \"{0}/data\"\n\
         [tls]\ncertificate = \"{0}/chain.pem\"\nkey = \"{0}/key.pem\"\nclient_roots = \"{0}/clients.pem\"\n",
        folder.display()
    );
    std::fs::write(folder.join("comity.toml"), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_comity"));
    let output = command.arg("serve").arg("--config").arg(folder.join("comity.toml")).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_is_wrong_with_its_own_tls_is_said_before_it_begins() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tls-said");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    assert!(said(&folder, "http").contains("base_url"));
    assert!(said(&folder, "https").contains("tls.client_roots"));
    let authority = Authority::new();
    let own = authority.issue(ExtendedKeyUsagePurpose::ServerAuth, 2100);
    std::fs::write(folder.join("clients.pem"), &authority.pem).unwrap();
    // A file without a certificate in it.
    std::fs::write(folder.join("chain.pem"), &own.key).unwrap();
    assert!(said(&folder, "https").contains("tls.certificate"));
    std::fs::write(folder.join("chain.pem"), &own.pem).unwrap();
    assert!(said(&folder, "https").contains("tls.key"));
    // The key of another certificate.
    std::fs::write(folder.join("key.pem"), authority.machine().key).unwrap();
    assert!(said(&folder, "https").contains("tls.key"));
    std::fs::remove_dir_all(&folder).unwrap();
}
