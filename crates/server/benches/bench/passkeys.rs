//! Signing in and showing the passkey again, as the server of an instance in earnest sees it. The passkey itself is
//! software in this process, and what it takes is not counted.

use crate::ROUNDS;
use crate::floor::Floor;
use crate::instance::Instance;
use crate::passkey::SoftPasskey;
use crate::table::{Bar, Table, median};
use crate::wire::{Answer, Content, Wire};
use comity_domain::id::PersonId;
use comity_domain::time::Moment;
use comity_store::{Tx, credential};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::Instant;
use tokio::runtime::Runtime;
use url::form_urlencoded::Serializer;

const TIMES: usize = 100;
/// An authenticated page, with its session and person looked up, and no passkey in it.
const PAGE: &str = "/account/presence";

struct Desk {
    wire: Wire,
    base_url: String,
    passkey: SoftPasskey,
    calls: usize,
}

/// A session as a browser keeps it.
struct Session {
    cookie: String,
    csrf: String,
}

impl Desk {
    fn form(&mut self, path: &str, session: Option<&Session>, fields: &[(&str, &str)]) -> Answer {
        // Each address may try so often in five minutes; the proxy on this machine says for whom it asks.
        self.calls += 1;
        let from = format!("203.0.113.{}", 1 + self.calls % 250);
        let mut body = Serializer::new(String::new());
        body.extend_pairs(fields);
        if let Some(session) = session {
            body.append_pair("csrf", &session.csrf);
        }
        let headers = [
            ("origin", self.base_url.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-forwarded-for", &from),
            ("cookie", session.map_or("comity_language=en", |session| &session.cookie)),
        ];
        self.wire.call("POST", path, &headers, &Content::Bytes(body.finish().as_bytes()))
    }

    fn page(&mut self, session: &Session) -> Answer {
        self.wire.call("GET", PAGE, &[("cookie", &session.cookie)], &Content::Bytes(b"")).expect(200)
    }

    /// Asks at the one path and answers at the other; the milliseconds of both calls together.
    fn shown(
        &mut self,
        (ask, tell): (&str, &str),
        session: Option<&Session>,
        make: fn(&mut SoftPasskey, &Value) -> String,
    ) -> (Answer, f64) {
        let begun = Instant::now();
        let given = self.form(ask, session, &[]);
        let waited = begun.elapsed();
        let challenge = given.expect(200).json();
        let told = make(&mut self.passkey, &challenge["options"]);
        let handle = challenge["handle"].as_str().unwrap();
        let fields = [("ceremony", handle), ("answer", &told), ("name", "bench"), ("to", "/account")];
        let begun = Instant::now();
        let reply = self.form(tell, session, &fields);
        let ms = (waited + begun.elapsed()).as_secs_f64() * 1_000.0;
        (reply.expect(303), ms)
    }

    fn sign_in(&mut self) -> (Answer, f64) {
        self.shown(("/sign-in/challenge", "/sign-in"), None, SoftPasskey::get)
    }

    fn session(&mut self) -> Session {
        let (answer, _) = self.sign_in();
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let mut session = Session { cookie, csrf: String::new() };
        let page = self.page(&session).text();
        let token = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
        token.split('"').next().unwrap().clone_into(&mut session.csrf);
        session
    }
}

/// Enrols a passkey by a single-use link that is written past the program: it would be handed over in person.
fn enrolled(runtime: &Runtime, data: &Path, instance: &Instance) -> Desk {
    let person: PersonId = instance.persona("Erik Lindqvist").parse().unwrap();
    let (secret, until): (String, Moment) = ("5e".repeat(32), "2100-01-01T00:00:00Z".parse().unwrap());
    let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    let write = move |tx: &mut dyn Tx| credential::add_invitation(tx, hash, person, until);
    runtime.block_on(Floor::open(data).store.write("bench.link", write)).unwrap();
    let base_url = instance.base_url().to_owned();
    let passkey = SoftPasskey::new(1, &base_url);
    let mut desk = Desk { wire: Wire::to(&base_url), base_url, passkey, calls: 0 };
    let link = format!("/sign-in/link/{secret}");
    desk.shown((&format!("{link}/challenge"), &link), None, SoftPasskey::create);
    desk
}

/// Both ways in which a passkey is shown, each in turn with two pages of the same person that ask for none.
pub(crate) fn shown(runtime: &Runtime, data: &Path, table: &mut Table) {
    let instance = Instance::in_earnest(data);
    let mut desk = enrolled(runtime, data, &instance);
    let session = desk.session();
    let (mut signing, mut stepping, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let paths = ("/account/presence/challenge", "/account/presence");
        let sign: Vec<f64> = (0..TIMES).map(|_| desk.sign_in().1).collect();
        let step: Vec<f64> =
            (0..TIMES).map(|_| desk.shown(paths, Some(&session), SoftPasskey::get).1).collect();
        let page: Vec<f64> = (0..TIMES).map(|_| two_pages(&mut desk, &session)).collect();
        // The first round only warms up.
        if round > 0 {
            signing.push(median(&sign));
            stepping.push(median(&step));
            pages.push(median(&page));
        }
    }
    let floor = "two pages that ask for no passkey";
    for (name, times) in [("sign-in by passkey", &signing), ("passkey shown again", &stepping)] {
        let added: Vec<f64> = times.iter().zip(&pages).map(|(time, page)| time - page).collect();
        table.beside(&format!("{name}, challenge and answer"), times, "ms", floor, &pages, Bar::None);
        table.figure(&format!("{name}, server time added"), median(&added), "ms", Bar::AtMost(5.0));
    }
}

fn two_pages(desk: &mut Desk, session: &Session) -> f64 {
    let begun = Instant::now();
    desk.page(session);
    desk.page(session);
    begun.elapsed().as_secs_f64() * 1_000.0
}
