//! Signing in through an identity provider that may do each thing wrong (T03, T22, T29). The one here runs on this machine;
//! another implementation is met by the tests of the server.

use crate::harness::{SUBSCRIBER, Who, World, person};
use crate::identity::{ORIGIN, code, come, enrol, entries, link, show};
use crate::passkey::SoftPasskey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comity_domain::party::Role;
use comity_domain::refusal::RefusalCode;
use comity_domain::request::RequestCommand;
use comity_service::{Caller, Denied, Departure, Federated, Grant, IdentityProvider, Returned};
use comity_store::on_both_engines;
use comity_store::testing::TestStore;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

const CLIENT: &str = "comity";
const STRONG: &str = "https://refeds.example/profile/mfa";

/// What a provider changes about its token: the header, the claims, the whole.
type Change = fn(&mut Value, &mut Value);

#[derive(Default)]
struct Mood {
    /// What each code is good for: the challenge of its verifier, and the token.
    codes: HashMap<String, (String, String)>,
    metadata: Option<fn(&mut Value)>,
}

/// An identity provider on this machine.
#[derive(Clone)]
struct Provider {
    issuer: String,
    key: SigningKey,
    mood: Arc<Mutex<Mood>>,
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The parameters of an address or a form.
fn parameters(text: &str) -> HashMap<String, String> {
    let decoded = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                other => other,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

impl Provider {
    fn start(number: u8) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let key = SigningKey::from_slice(&[number; 32]).unwrap();
        let provider = Self { issuer, key, mood: Arc::default() };
        let serving = provider.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serving.serve(stream.unwrap());
            }
        });
        provider
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let path = line.split(' ').nth(1).unwrap().to_owned();
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if header.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let (status, answer) = self.answer(&path, std::str::from_utf8(&body).unwrap());
        let head = "connection: close\r\ncontent-type: application/json";
        let length = answer.len();
        let text = format!("HTTP/1.1 {status}\r\n{head}\r\ncontent-length: {length}\r\n\r\n{answer}");
        reader.into_inner().write_all(text.as_bytes()).unwrap();
    }

    fn answer(&self, path: &str, body: &str) -> (&'static str, String) {
        let mut mood = self.mood.lock().unwrap();
        match path {
            "/.well-known/openid-configuration" => {
                let at = |path: &str| format!("{}{path}", self.issuer);
                let mut metadata = json!({
                    "issuer": self.issuer, "authorization_endpoint": at("/auth"), "token_endpoint": at("/token"),
                    "jwks_uri": at("/jwks"), "response_types_supported": ["code"],
                    "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
                });
                if let Some(change) = mood.metadata {
                    change(&mut metadata);
                }
                ("200 OK", metadata.to_string())
            }
            "/jwks" => {
                let point = self.key.verifying_key().to_sec1_point(false);
                let (x, y) = (encoded(&point.as_bytes()[1..33]), encoded(&point.as_bytes()[33..65]));
                let key = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "k", "use": "sig", "alg": "ES256" });
                ("200 OK", json!({ "keys": [key] }).to_string())
            }
            "/token" => {
                let form = parameters(body);
                let verified = |challenge: &str| {
                    form.get("code_verifier").is_some_and(|text| encoded(Sha256::digest(text)) == challenge)
                };
                match mood.codes.remove(form.get("code").map_or("", String::as_str)) {
                    Some((challenge, token)) if verified(&challenge) => {
                        let answer =
                            json!({ "access_token": "a", "token_type": "Bearer", "id_token": token });
                        ("200 OK", answer.to_string())
                    }
                    _ => ("400 Bad Request", json!({ "error": "invalid_grant" }).to_string()),
                }
            }
            _ => ("404 Not Found", String::new()),
        }
    }

    /// Somebody signs in here: what their browser goes back with.
    fn signs_in(&self, world: &World, departure: &Departure, subject: &str, change: Change) -> Returned {
        let asked = parameters(departure.to.split_once('?').unwrap().1);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["redirect_uri"], format!("{ORIGIN}/sign-in/federation/NBP"));
        let now = world.exchange.now().us() / 1_000_000;
        let mut header = json!({ "alg": "ES256", "kid": "k" });
        let mut claims = json!({
            "iss": self.issuer, "sub": subject, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"],
            "acr": STRONG, "email": "p1@example.example",
        });
        change(&mut header, &mut claims);
        let signed = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        let signature: Signature = self.key.sign(signed.as_bytes());
        let signature = if header["alg"] == "none" { String::new() } else { encoded(signature.to_bytes()) };
        let code = encoded(Sha256::digest(&departure.browser));
        let token = format!("{signed}.{signature}");
        self.mood.lock().unwrap().codes.insert(code.clone(), (asked["code_challenge"].clone(), token));
        Returned { state: asked["state"].clone(), code, iss: None, error: None }
    }
}

fn nothing(_: &mut Value, _: &mut Value) {}

async fn opened(store: &mut TestStore) -> (World, Provider) {
    let (demo, provider) = (World::open(store).await, Provider::start(7));
    let known = IdentityProvider {
        organisation: "NBP".to_owned(),
        issuer: provider.issuer.clone(),
        client_id: CLIENT.to_owned(),
        client_secret: None,
        acr: vec![STRONG.to_owned()],
        amr: Vec::new(),
    };
    known.check().unwrap();
    let world = demo.again(store, |settings| {
        settings.demo = false;
        ORIGIN.clone_into(&mut settings.base_url);
        settings.identity_providers = vec![known.clone()];
        settings.device_bound = vec![Role::Auditor];
    });
    (world.await.unwrap(), provider)
}

async fn back(world: &World, departure: &Departure, returned: &Returned) -> Result<Federated, Denied> {
    world.exchange.federation_return("NBP", &departure.browser, returned, None).await
}

async fn leave(world: &World) -> Departure {
    world.exchange.federation_departure("NBP", None).await.unwrap()
}

/// An officer with a passkey, a recovery code and an account that stands for them.
async fn connected(world: &World, provider: &Provider) -> (Caller, SoftPasskey) {
    let mut key = SoftPasskey::new(1, ORIGIN);
    let session = enrol(world, Who::Officer, &mut key).await;
    let who = come(world, &session).await;
    world.exchange.make_recovery_code(&who).await.unwrap();
    let departure = world.exchange.federation_departure("NBP", Some(&who)).await.unwrap();
    let returned = provider.signs_in(world, &departure, "subject-1", nothing);
    let done =
        world.exchange.federation_return("NBP", &departure.browser, &returned, Some(&who)).await.unwrap();
    assert_eq!(done, Federated::Connected);
    (who, key)
}

async fn signed_in(world: &World, provider: &Provider) -> String {
    let departure = leave(world).await;
    let returned = provider.signs_in(world, &departure, "subject-1", nothing);
    let Federated::SignedIn(session) = back(world, &departure, &returned).await.unwrap() else { panic!() };
    session
}

on_both_engines! {
    async fn a_connected_account_signs_in_and_does_nothing_sensitive(store) {
        let (world, provider) = opened(store).await;
        let (who, mut key) = connected(&world, &provider).await;
        let secret = signed_in(&world, &provider).await;
        let session = world.exchange.session(&secret).await.unwrap().unwrap();
        assert_eq!(session.actor.person, person(Who::Officer));
        assert!(session.ready && session.withheld.is_empty());
        let federated = come(&world, &secret).await;
        let id = world.exchange.draft(&federated, crate::harness::organisation(2), SUBSCRIBER, world.complete_draft(SUBSCRIBER), None);
        let id = id.await.unwrap().request;
        // It reads and writes; what is sensitive waits for the passkey, which then counts as in any session.
        assert_eq!(code(world.exchange.act(&federated, id, RequestCommand::Send, None, None).await), RefusalCode::PresenceRequired);
        assert_eq!(code(world.exchange.make_recovery_code(&federated).await), RefusalCode::PresenceRequired);
        assert_eq!(code(world.exchange.federation_departure("NBP", Some(&federated)).await), RefusalCode::PresenceRequired);
        show(&world, &federated, &mut key).await.unwrap();
        world.exchange.make_recovery_code(&come(&world, &secret).await).await.unwrap();
        let entry = entries(store, "session.begin").await.pop().unwrap();
        assert!(entry.outcome == "done" && entry.detail.contains(&provider.issuer), "{}", entry.detail);
        assert!(!entry.detail.contains("subject-1"));
        // Let go of, it opens nothing, and what it had begun is over.
        let second = signed_in(&world, &provider).await;
        let identity = world.exchange.account(&who).await.unwrap().federated.remove(0);
        assert!(identity.used_at.is_some());
        world.exchange.disconnect(&who, identity.id).await.unwrap();
        assert!(world.exchange.session(&second).await.unwrap().is_none());
        let departure = leave(&world).await;
        let returned = provider.signs_in(&world, &departure, "subject-1", nothing);
        assert_eq!(code(back(&world, &departure, &returned).await), RefusalCode::FederationUnknown);
        let told = crate::identity::told(store, Who::Officer).await;
        for kind in ["account-federated", "account-unfederated"] {
            assert!(told.contains(&kind.to_owned()), "{told:?}");
        }
    }

    async fn a_token_that_proves_too_little_is_refused_and_told(store) {
        let (world, provider) = opened(store).await;
        connected(&world, &provider).await;
        let wrong: [(&str, RefusalCode, Change); 15] = [
            ("algorithm none", RefusalCode::FederationRefused, |header, _| header["alg"] = "none".into()),
            ("a shared secret", RefusalCode::FederationRefused, |header, _| header["alg"] = "HS256".into()),
            ("another key", RefusalCode::FederationRefused, |header, _| header["kid"] = "other".into()),
            ("another issuer", RefusalCode::FederationRefused, |_, claims| claims["iss"] = "http://127.0.0.1:1".into()),
            ("another client", RefusalCode::FederationRefused, |_, claims| claims["aud"] = "other".into()),
            ("a further client", RefusalCode::FederationRefused, |_, claims| claims["aud"] = json!([CLIENT, "other"])),
            ("given to another", RefusalCode::FederationRefused, |_, claims| claims["azp"] = "other".into()),
            ("another nonce", RefusalCode::FederationRefused, |_, claims| claims["nonce"] = "other".into()),
            ("no nonce", RefusalCode::FederationRefused, |_, claims| drop(claims.as_object_mut().unwrap().remove("nonce"))),
            ("expired", RefusalCode::FederationRefused, |_, claims| claims["exp"] = (claims["iat"].as_i64().unwrap() - 1).into()),
            ("of yesterday", RefusalCode::FederationRefused, |_, claims| claims["iat"] = (claims["iat"].as_i64().unwrap() - 86_400).into()),
            ("of tomorrow", RefusalCode::FederationRefused, |_, claims| claims["iat"] = (claims["iat"].as_i64().unwrap() + 86_400).into()),
            ("weak", RefusalCode::FederationWeak, |_, claims| claims["acr"] = "password".into()),
            ("of unknown strength", RefusalCode::FederationWeak, |_, claims| drop(claims.as_object_mut().unwrap().remove("acr"))),
            ("the mail address of somebody here", RefusalCode::FederationUnknown, |_, claims| claims["sub"] = "subject-2".into()),
        ];
        for (what, expected, change) in wrong {
            let departure = leave(&world).await;
            let returned = provider.signs_in(&world, &departure, "subject-1", change);
            world.pass(1).await;
            let done = back(&world, &departure, &returned).await;
            assert!(done.is_err(), "{what}");
            assert_eq!(code(done), expected, "{what}");
            let entry = entries(store, "session.begin").await.pop().unwrap();
            assert_eq!((entry.outcome.as_str(), entry.code.as_str()), ("refused", expected.as_str()), "{what}");
            assert!(entry.detail.contains(&provider.issuer), "{what}: {}", entry.detail);
        }
        // A key of the same name, in other hands.
        let other = Provider { key: SigningKey::from_slice(&[8; 32]).unwrap(), ..provider.clone() };
        let departure = leave(&world).await;
        let returned = other.signs_in(&world, &departure, "subject-1", nothing);
        assert_eq!(code(back(&world, &departure, &returned).await), RefusalCode::FederationRefused);
        signed_in(&world, &provider).await;
    }

    async fn a_code_is_good_once_for_the_browser_that_was_sent(store) {
        let (world, provider) = opened(store).await;
        let (who, _) = connected(&world, &provider).await;
        let departure = leave(&world).await;
        let returned = provider.signs_in(&world, &departure, "subject-1", nothing);
        // Another browser with a stolen address; a forged state; the answer of another provider; an error; no code.
        let other = leave(&world).await;
        assert_eq!(code(back(&world, &other, &returned).await), RefusalCode::FederationRefused);
        for change in [
            |returned: &mut Returned| "forged".clone_into(&mut returned.state),
            |returned: &mut Returned| returned.iss = Some("https://evil.example".to_owned()),
            |returned: &mut Returned| returned.error = Some("access_denied".to_owned()),
            |returned: &mut Returned| returned.code.clear(),
            |returned: &mut Returned| returned.code = "a".repeat(5_000),
        ] {
            let departure = leave(&world).await;
            let mut returned = provider.signs_in(&world, &departure, "subject-1", nothing);
            change(&mut returned);
            assert_eq!(code(back(&world, &departure, &returned).await), RefusalCode::FederationRefused);
        }
        // A code that was given for another departure has another verifier.
        let (one, two) = (leave(&world).await, leave(&world).await);
        let stolen = provider.signs_in(&world, &one, "subject-1", nothing);
        let own = provider.signs_in(&world, &two, "subject-1", nothing);
        let injected = Returned { code: stolen.code, ..own };
        assert_eq!(code(back(&world, &two, &injected).await), RefusalCode::FederationRefused);
        // Replayed; and after five minutes.
        let departure = leave(&world).await;
        let returned = provider.signs_in(&world, &departure, "subject-1", nothing);
        back(&world, &departure, &returned).await.unwrap();
        assert_eq!(code(back(&world, &departure, &returned).await), RefusalCode::FederationRefused);
        let late = leave(&world).await;
        world.pass(300).await;
        let returned = provider.signs_in(&world, &late, "subject-1", nothing);
        assert_eq!(code(back(&world, &late, &returned).await), RefusalCode::FederationRefused);
        // Whoever comes back to connect is who went.
        let mut key = SoftPasskey::new(5, ORIGIN);
        let gatekeeper = come(&world, &enrol(&world, Who::Gatekeeper, &mut key).await).await;
        let departure = world.exchange.federation_departure("NBP", Some(&gatekeeper)).await.unwrap();
        let returned = provider.signs_in(&world, &departure, "subject-3", nothing);
        assert_eq!(code(back(&world, &departure, &returned).await), RefusalCode::FederationRefused);
        let departure = world.exchange.federation_departure("NBP", Some(&gatekeeper)).await.unwrap();
        let returned = provider.signs_in(&world, &departure, "subject-3", nothing);
        let done = world.exchange.federation_return("NBP", &departure.browser, &returned, Some(&who)).await;
        assert_eq!(code(done), RefusalCode::FederationRefused);
        // What stands for one person stands for no second.
        let departure = world.exchange.federation_departure("NBP", Some(&gatekeeper)).await.unwrap();
        let returned = provider.signs_in(&world, &departure, "subject-1", nothing);
        let done = world.exchange.federation_return("NBP", &departure.browser, &returned, Some(&gatekeeper)).await;
        assert_eq!(code(done), RefusalCode::FederationRefused);
    }

    async fn only_the_configured_issuer_is_asked_and_a_new_proof_of_identity_ends_all(store) {
        let (world, provider) = opened(store).await;
        connected(&world, &provider).await;
        let session = signed_in(&world, &provider).await;
        let trap = TcpListener::bind("127.0.0.1:0").unwrap();
        trap.set_nonblocking(true).unwrap();
        TRAP.set(trap.local_addr().unwrap().to_string()).ok();
        let moved: [fn(&mut Value); 4] = [
            |metadata| metadata["jwks_uri"] = format!("http://{}/jwks", TRAP.get().unwrap()).into(),
            |metadata| metadata["issuer"] = "https://evil.example".into(),
            |metadata| metadata["jwks_uri"] = "a".repeat(300_000).into(),
            |metadata| *metadata = Value::Null,
        ];
        for change in moved {
            provider.mood.lock().unwrap().metadata = Some(change);
            assert_eq!(code(world.exchange.federation_departure("NBP", None).await), RefusalCode::FederationUnavailable);
        }
        provider.mood.lock().unwrap().metadata = None;
        let departure = leave(&world).await;
        let returned = provider.signs_in(&world, &departure, "subject-1", nothing);
        provider.mood.lock().unwrap().metadata =
            Some(|metadata| metadata["token_endpoint"] = format!("http://{}/token", TRAP.get().unwrap()).into());
        assert_eq!(code(back(&world, &departure, &returned).await), RefusalCode::FederationRefused);
        assert!(trap.accept().is_err(), "somebody else was asked");
        provider.mood.lock().unwrap().metadata = None;
        assert_eq!(code(world.exchange.federation_departure("HBT", None).await), RefusalCode::NotFound);

        let secret = link(&world, Who::Officer).await;
        let mut key = SoftPasskey::new(3, ORIGIN);
        let challenge = world.exchange.enrolment_challenge(Grant::Link(&secret)).await.unwrap();
        let answer = key.create(&challenge.options);
        world.exchange.enrol(Grant::Link(&secret), &challenge.handle, &answer, "new").await.unwrap();
        assert!(world.exchange.session(&session).await.unwrap().is_none());
        let departure = leave(&world).await;
        let returned = provider.signs_in(&world, &departure, "subject-1", nothing);
        assert_eq!(code(back(&world, &departure, &returned).await), RefusalCode::FederationUnknown);
    }
}

static TRAP: std::sync::OnceLock<String> = std::sync::OnceLock::new();

#[test]
fn a_provider_without_tls_elsewhere_or_without_a_strength_is_no_provider() {
    let provider = |issuer: &str, acr: &[&str]| {
        let acr = acr.iter().map(|&word| word.to_owned()).collect();
        let (organisation, client_id) = ("NBP".to_owned(), CLIENT.to_owned());
        IdentityProvider {
            organisation,
            issuer: issuer.to_owned(),
            client_id,
            client_secret: None,
            acr,
            amr: Vec::new(),
        }
    };
    let good = |issuer: &str| provider(issuer, &[STRONG]).check().is_ok();
    assert!(good("https://id.example") && good("http://127.0.0.1:9000") && good("http://localhost/realm"));
    for bad in [
        "http://id.example",
        "ftp://id.example",
        "id.example",
        "https://",
        "http://localhost@evil.example",
        "http://localhost.evil.example",
    ] {
        assert!(!good(bad), "{bad}");
    }
    assert!(provider("https://id.example", &[]).check().is_err());
}
