//! Passkeys, recovery, sessions and presence, against a criminal with a stolen mailbox, a stolen cookie or a copied key
//! (T03; OWASP ASVS 5.0, 6.3, 6.4, 6.5 and 7).

use crate::harness::{SUBSCRIBER, Who, World, organisation, person};
use crate::passkey::SoftPasskey;
use comity_domain::id::{ContactPointId, RequestId};
use comity_domain::party::{ContactPoint, Role};
use comity_domain::procedure::CheckKind;
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{Comparison, RequestCommand};
use comity_domain::term::Language;
use comity_service::{
    Caller, Denied, Exchange, Grant, NewPerson, NewToken, PRESENT_S, Presence, Session, Via,
};
use comity_store::testing::TestStore;
use comity_store::trail::{self, TrailRow};
use comity_store::{Fault, Tx, notice, on_both_engines};
use std::fmt::Debug;
use uuid::Uuid;

pub(crate) const ORIGIN: &str = "https://comity.example";
const MINUTE: i64 = 60;

/// What is made wrong about a passkey or the page that asks it.
type Change = fn(&mut SoftPasskey);

/// The same world, no demonstration any more.
pub(crate) async fn in_earnest(store: &TestStore, world: &World, device_bound: &[Role]) -> World {
    let changed = world.again(store, |settings| {
        settings.demo = false;
        ORIGIN.clone_into(&mut settings.base_url);
        settings.device_bound = device_bound.to_vec();
    });
    changed.await.unwrap()
}

pub(crate) async fn earnest_world(store: &mut TestStore) -> World {
    let world = World::open(store).await;
    in_earnest(store, &world, &[]).await
}

pub(crate) fn code<T: Debug>(done: Result<T, Denied>) -> RefusalCode {
    match done {
        Err(Denied::Refused(refusals)) => refusals[0].code,
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) async fn link(world: &World, who: Who) -> String {
    let home = organisation(crate::harness::home(who));
    world.exchange.link(&Caller::Operator, home, person(who)).await.unwrap()
}

/// Enrols a passkey by a new link and gives the secret of the session that this begins.
pub(crate) async fn enrol(world: &World, who: Who, key: &mut SoftPasskey) -> String {
    let secret = link(world, who).await;
    let challenge = world.exchange.enrolment_challenge(Grant::Link(&secret)).await.unwrap();
    let answer = key.create(&challenge.options);
    world.exchange.enrol(Grant::Link(&secret), &challenge.handle, &answer, "first").await.unwrap()
}

async fn sign_in(world: &World, key: &mut SoftPasskey) -> Result<String, Denied> {
    // Entries of one moment have no order.
    world.pass(1).await;
    let challenge = world.exchange.sign_in_challenge().await.unwrap();
    let answer = key.get(&challenge.options);
    world.exchange.sign_in(&challenge.handle, &answer).await
}

async fn session(world: &World, secret: &str) -> Option<Session> {
    world.exchange.session(secret).await.unwrap()
}

fn caller(session: &Session) -> Caller {
    Caller::Person { actor: session.actor.clone(), via: Via::Page, presence: session.presence }
}

pub(crate) async fn come(world: &World, secret: &str) -> Caller {
    caller(&session(world, secret).await.unwrap())
}

pub(crate) async fn show(world: &World, who: &Caller, key: &mut SoftPasskey) -> Result<(), Denied> {
    let challenge = world.exchange.presence_challenge(who).await.unwrap();
    let answer = key.get(&challenge.options);
    world.exchange.show_presence(who, &challenge.handle, &answer).await
}

async fn add(world: &World, who: &Caller, key: &mut SoftPasskey) -> Result<(), Denied> {
    let challenge = world.exchange.authenticator_challenge(who).await?;
    let answer = key.create(&challenge.options);
    world.exchange.add_authenticator(who, &challenge.handle, &answer, "second").await
}

pub(crate) async fn entries(store: &TestStore, action: &str) -> Vec<TrailRow> {
    let read = |tx: &mut dyn Tx| -> Result<Vec<TrailRow>, Fault> {
        trail::after(tx, "", 100_000)?.into_iter().map(|(_, kept)| Ok(kept?.entry)).collect()
    };
    let all = store.read("test.entries", read).await.unwrap();
    all.into_iter().filter(|entry| entry.action == action).collect()
}

/// Kinds of the notices to a person, by name.
pub(crate) async fn told(store: &TestStore, who: Who) -> Vec<String> {
    let rows = store.read("test.notices", |tx: &mut dyn Tx| notice::latest(tx, 1_000)).await.unwrap();
    let own = rows.into_iter().filter(|row| row.person == person(who)).map(|row| row.kind);
    let mut kinds: Vec<String> = own.filter(|kind| kind.contains('-')).collect();
    kinds.sort();
    kinds
}

on_both_engines! {
    async fn a_link_enrols_once_and_only_a_ready_person_goes_on(store) {
        let world = earnest_world(store).await;
        let secret = link(&world, Who::Analyst).await;
        let (mut one, mut two) = (SoftPasskey::new(1, ORIGIN), SoftPasskey::new(2, ORIGIN));
        let challenge = world.exchange.enrolment_challenge(Grant::Link(&secret)).await.unwrap();
        let answer = one.create(&challenge.options);
        let first = world.exchange.enrol(Grant::Link(&secret), &challenge.handle, &answer, "one").await.unwrap();
        assert!(!session(&world, &first).await.unwrap().ready);
        assert_eq!(code(world.exchange.enrolment_challenge(Grant::Link(&secret)).await), RefusalCode::SignInExpired);
        let again = world.exchange.enrol(Grant::Link(&secret), &challenge.handle, &answer, "one").await;
        assert_eq!(code(again), RefusalCode::SignInExpired);

        add(&world, &come(&world, &first).await, &mut two).await.unwrap();
        assert!(session(&world, &first).await.unwrap().ready);
        let signed_in = sign_in(&world, &mut two).await.unwrap();
        assert_eq!(session(&world, &signed_in).await.unwrap().actor.person, person(Who::Analyst));
        assert_eq!(told(store, Who::Analyst).await, ["account-added", "account-added"]);
        let names: Vec<String> = entries(store, "session.begin").await.into_iter().map(|entry| entry.outcome).collect();
        assert_eq!(names, ["done"]);
    }

    async fn a_link_is_over_after_ten_minutes_and_opening_it_uses_nothing_up(store) {
        let world = earnest_world(store).await;
        let secret = link(&world, Who::Analyst).await;
        for _ in 0..3 {
            world.exchange.enrolment_challenge(Grant::Link(&secret)).await.unwrap();
        }
        world.pass(601).await;
        assert_eq!(code(world.exchange.enrolment_challenge(Grant::Link(&secret)).await), RefusalCode::SignInExpired);
        assert_eq!(code(world.exchange.enrolment_challenge(Grant::Link("guess")).await), RefusalCode::SignInExpired);
        assert_eq!(code(world.exchange.enrolment_challenge(Grant::Code("guess")).await), RefusalCode::SignInExpired);
    }

    async fn every_answer_that_proves_too_little_is_refused(store) {
        let world = earnest_world(store).await;
        let mut key = SoftPasskey::new(1, ORIGIN);
        enrol(&world, Who::Analyst, &mut key).await;
        let mut foreign = SoftPasskey::new(2, ORIGIN);
        let foreign_session = enrol(&world, Who::Reviewer, &mut foreign).await;
        let wrong: [(&str, Change); 7] = [
            ("origin", |key| "https://comity.example.evil.example".clone_into(&mut key.origin)),
            ("scheme", |key| "http://comity.example".clone_into(&mut key.origin)),
            ("port", |key| "https://comity.example:8443".clone_into(&mut key.origin)),
            ("frame", |key| key.framed = true),
            ("relying party", |key| "evil.example".clone_into(&mut key.rp_id)),
            ("user verification", |key| key.verified = false),
            ("another person's handle", |key| key.handle = person(Who::Reviewer).uuid().as_bytes().to_vec()),
        ];
        for (what, change) in wrong {
            let mut bad = key.clone();
            change(&mut bad);
            assert_eq!(code(sign_in(&world, &mut bad).await), RefusalCode::PasskeyRefused, "{what}");
        }
        let refused = entries(store, "session.begin").await;
        assert!(refused.iter().all(|entry| entry.outcome == "refused" && entry.code == "passkey-refused"));
        assert_eq!(refused.len(), wrong.len());
        assert!(refused.iter().all(|entry| entry.person == Some(person(Who::Analyst)) && entry.via == "page"));

        // Nobody has this one, and nothing says for whom it was tried.
        let mut unknown = SoftPasskey::new(9, ORIGIN);
        unknown.handle.clone_from(&key.handle);
        assert_eq!(code(sign_in(&world, &mut unknown).await), RefusalCode::PasskeyRefused);
        let last = entries(store, "session.begin").await.pop().unwrap();
        assert_eq!((last.person, last.name.as_str(), last.code.as_str()), (None, "", "passkey-refused"));

        // A signature of another key, and what is no answer at all.
        let challenge = world.exchange.sign_in_challenge().await.unwrap();
        let mixed = key.get(&challenge.options).replace("\"type\":\"public-key\"", "\"type\":1");
        assert_eq!(code(world.exchange.sign_in(&challenge.handle, &mixed).await), RefusalCode::PasskeyRefused);
        let challenge = world.exchange.sign_in_challenge().await.unwrap();
        let long = "[".repeat(20_000);
        assert_eq!(code(world.exchange.sign_in(&challenge.handle, &long).await), RefusalCode::PasskeyRefused);

        // In a session, the passkey of another person shows nothing.
        let reviewer = come(&world, &foreign_session).await;
        assert_eq!(code(show(&world, &reviewer, &mut key).await), RefusalCode::PasskeyRefused);
        show(&world, &reviewer, &mut foreign).await.unwrap();
        sign_in(&world, &mut key).await.unwrap();
    }

    async fn a_challenge_is_good_for_one_answer_within_five_minutes_for_what_it_was_asked(store) {
        let world = earnest_world(store).await;
        let mut key = SoftPasskey::new(1, ORIGIN);
        let own = enrol(&world, Who::Analyst, &mut key).await;
        let challenge = world.exchange.sign_in_challenge().await.unwrap();
        let answer = key.get(&challenge.options);
        world.exchange.sign_in(&challenge.handle, &answer).await.unwrap();
        // Replayed: with its own challenge, and with another.
        assert_eq!(code(world.exchange.sign_in(&challenge.handle, &answer).await), RefusalCode::PasskeyExpired);
        let other = world.exchange.sign_in_challenge().await.unwrap();
        assert_eq!(code(world.exchange.sign_in(&other.handle, &answer).await), RefusalCode::PasskeyRefused);
        // The refused answer has used its challenge up.
        let right = key.get(&other.options);
        assert_eq!(code(world.exchange.sign_in(&other.handle, &right).await), RefusalCode::PasskeyExpired);
        // What was asked for presence does not sign in, and what was asked of one session is no other's.
        let who = come(&world, &own).await;
        let presence = world.exchange.presence_challenge(&who).await.unwrap();
        let shown = key.get(&presence.options);
        assert_eq!(code(world.exchange.sign_in(&presence.handle, &shown).await), RefusalCode::PasskeyExpired);
        let presence = world.exchange.presence_challenge(&who).await.unwrap();
        let shown = key.get(&presence.options);
        let elsewhere = sign_in(&world, &mut key).await.unwrap();
        let elsewhere = come(&world, &elsewhere).await;
        assert_eq!(code(world.exchange.show_presence(&elsewhere, &presence.handle, &shown).await), RefusalCode::PasskeyExpired);

        let late = world.exchange.sign_in_challenge().await.unwrap();
        let answer = key.get(&late.options);
        world.pass(300).await;
        assert_eq!(code(world.exchange.sign_in(&late.handle, &answer).await), RefusalCode::PasskeyExpired);
    }

    async fn a_copied_passkey_is_refused_and_told(store) {
        let world = earnest_world(store).await;
        let mut key = SoftPasskey::new(1, ORIGIN);
        key.counter = 7;
        enrol(&world, Who::Analyst, &mut key).await;
        let mut copy = key.clone();
        sign_in(&world, &mut key).await.unwrap();
        sign_in(&world, &mut key).await.unwrap();
        assert_eq!(code(sign_in(&world, &mut copy).await), RefusalCode::PasskeyCloned);
        sign_in(&world, &mut key).await.unwrap();
        assert_eq!(told(store, Who::Analyst).await, ["account-added", "account-cloned"]);
        assert_eq!(told(store, Who::Administrator).await, ["admin-cloned"]);
        let codes: Vec<String> = entries(store, "session.begin").await.into_iter().map(|entry| entry.code).collect();
        assert_eq!(codes, ["", "", "passkey-cloned", ""]);
    }

    async fn a_revoked_passkey_and_its_sessions_are_over_and_the_last_one_stays(store) {
        let world = earnest_world(store).await;
        let (mut one, mut two) = (SoftPasskey::new(1, ORIGIN), SoftPasskey::new(2, ORIGIN));
        let first = enrol(&world, Who::Analyst, &mut one).await;
        let who = come(&world, &first).await;
        let id = world.exchange.account(&who).await.unwrap().authenticators[0].id;
        assert_eq!(code(world.exchange.revoke_authenticator(&who, id).await), RefusalCode::LastAuthenticator);
        add(&world, &who, &mut two).await.unwrap();
        let second = sign_in(&world, &mut two).await.unwrap();
        let other = come(&world, &second).await;
        // Another person's passkey is not there to be revoked.
        let stranger = enrol(&world, Who::Stranger, &mut SoftPasskey::new(5, ORIGIN)).await;
        let stranger = come(&world, &stranger).await;
        assert_eq!(code(world.exchange.revoke_authenticator(&stranger, id).await), RefusalCode::NotFound);
        assert_eq!(code(world.exchange.rename_authenticator(&stranger, id, "mine").await), RefusalCode::NotFound);

        world.exchange.revoke_authenticator(&other, id).await.unwrap();
        assert!(session(&world, &first).await.is_none());
        assert!(session(&world, &second).await.is_some());
        assert_eq!(code(sign_in(&world, &mut one).await), RefusalCode::PasskeyRefused);
        let left = world.exchange.account(&other).await.unwrap().authenticators;
        assert_eq!(left.len(), 1);
        assert_eq!(code(world.exchange.revoke_authenticator(&other, left[0].id).await), RefusalCode::LastAuthenticator);
        world.exchange.make_recovery_code(&other).await.unwrap();
        world.exchange.revoke_authenticator(&other, left[0].id).await.unwrap();
        assert!(session(&world, &second).await.is_none());
        let notices = ["account-added", "account-added", "account-code-made", "account-removed", "account-removed"];
        assert_eq!(told(store, Who::Analyst).await, notices);
    }

    async fn a_recovery_code_adds_one_passkey_ends_every_session_and_is_told(store) {
        let world = earnest_world(store).await;
        let (mut one, mut new) = (SoftPasskey::new(1, ORIGIN), SoftPasskey::new(2, ORIGIN));
        let first = enrol(&world, Who::Analyst, &mut one).await;
        let who = come(&world, &first).await;
        let old = world.exchange.make_recovery_code(&who).await.unwrap();
        let printed = world.exchange.make_recovery_code(&who).await.unwrap();
        assert!(session(&world, &first).await.unwrap().ready);
        assert_eq!(code(world.exchange.enrolment_challenge(Grant::Code(&old)).await), RefusalCode::SignInExpired);
        let typed = printed.to_lowercase().replace('-', " ");
        let challenge = world.exchange.enrolment_challenge(Grant::Code(&typed)).await.unwrap();
        let answer = new.create(&challenge.options);
        let second = world.exchange.enrol(Grant::Code(&typed), &challenge.handle, &answer, "new").await.unwrap();
        assert!(session(&world, &first).await.is_none());
        let again = session(&world, &second).await.unwrap();
        assert!(again.ready, "the passkey that was there before still counts");
        assert_eq!(world.exchange.account(&caller(&again)).await.unwrap().recovery_code_at, None);
        assert_eq!(code(world.exchange.enrolment_challenge(Grant::Code(&printed)).await), RefusalCode::SignInExpired);
        assert!(told(store, Who::Analyst).await.contains(&"account-code-used".to_owned()));
        assert_eq!(told(store, Who::Administrator).await, ["admin-code-used"]);
    }

    async fn a_link_for_somebody_with_passkeys_replaces_them_and_is_told(store) {
        let world = earnest_world(store).await;
        let (mut old, mut new) = (SoftPasskey::new(1, ORIGIN), SoftPasskey::new(2, ORIGIN));
        let first = enrol(&world, Who::Analyst, &mut old).await;
        let printed = world.exchange.make_recovery_code(&come(&world, &first).await).await.unwrap();
        let secret = link(&world, Who::Analyst).await;
        assert!(session(&world, &first).await.is_some(), "a link alone changes nothing");
        let challenge = world.exchange.enrolment_challenge(Grant::Link(&secret)).await.unwrap();
        sign_in(&world, &mut old).await.unwrap();
        let answer = new.create(&challenge.options);
        let second = world.exchange.enrol(Grant::Link(&secret), &challenge.handle, &answer, "new").await.unwrap();
        assert!(session(&world, &first).await.is_none());
        assert!(!session(&world, &second).await.unwrap().ready);
        assert_eq!(code(sign_in(&world, &mut old).await), RefusalCode::PasskeyRefused);
        assert_eq!(code(world.exchange.enrolment_challenge(Grant::Code(&printed)).await), RefusalCode::SignInExpired);
        assert!(told(store, Who::Analyst).await.contains(&"account-reproofed".to_owned()));
        assert_eq!(told(store, Who::Administrator).await, ["admin-reproofed"]);
        let enrolled = entries(store, "account.enrol").await;
        assert_eq!(enrolled.iter().filter(|entry| entry.detail.contains("reproofed")).count(), 1);
    }

    async fn a_suspended_person_is_out_at_once(store) {
        let world = earnest_world(store).await;
        let mut key = SoftPasskey::new(1, ORIGIN);
        let own = enrol(&world, Who::Analyst, &mut key).await;
        let administrator = enrol(&world, Who::Administrator, &mut SoftPasskey::new(2, ORIGIN)).await;
        let secret = link(&world, Who::Analyst).await;
        let administrator = come(&world, &administrator).await;
        world.exchange.set_active(&administrator, person(Who::Analyst), false).await.unwrap();
        assert!(session(&world, &own).await.is_none());
        assert_eq!(code(sign_in(&world, &mut key).await), RefusalCode::PasskeyRefused);
        assert_eq!(code(world.exchange.enrolment_challenge(Grant::Link(&secret)).await), RefusalCode::SignInExpired);
    }

    async fn a_session_ends_when_it_is_idle_and_after_half_a_day(store) {
        let world = World::open(store).await;
        let world = in_earnest(store, &world, &[Role::Reviewer]).await;
        let analyst = enrol(&world, Who::Analyst, &mut SoftPasskey::new(1, ORIGIN)).await;
        let reviewer = enrol(&world, Who::Reviewer, &mut SoftPasskey::new(2, ORIGIN)).await;
        world.pass(15 * MINUTE).await;
        assert!(session(&world, &reviewer).await.is_none());
        assert!(session(&world, &analyst).await.is_some());
        for _ in 0..23 {
            world.pass(29 * MINUTE).await;
            assert!(session(&world, &analyst).await.is_some());
        }
        let idle = enrol(&world, Who::Judge, &mut SoftPasskey::new(3, ORIGIN)).await;
        world.pass(30 * MINUTE).await;
        assert!(session(&world, &idle).await.is_none());
        assert!(session(&world, &analyst).await.is_none());
        let long = enrol(&world, Who::Judge, &mut SoftPasskey::new(4, ORIGIN)).await;
        for _ in 0..47 {
            world.pass(15 * MINUTE).await;
            assert!(session(&world, &long).await.is_some());
        }
        world.pass(15 * MINUTE).await;
        assert!(session(&world, &long).await.is_none());
    }

    async fn a_role_that_demands_a_bound_passkey_is_not_usable_with_a_synchronised_one(store) {
        let world = World::open(store).await;
        let world = in_earnest(store, &world, &[Role::Reviewer]).await;
        let (mut synced, mut bound) = (SoftPasskey::new(1, ORIGIN), SoftPasskey::new(2, ORIGIN));
        synced.synced = true;
        let own = enrol(&world, Who::Reviewer, &mut synced).await;
        let weak = session(&world, &own).await.unwrap();
        assert_eq!((weak.actor.roles.as_slice(), weak.withheld.as_slice()), ([Role::Analyst].as_slice(), [Role::Reviewer].as_slice()));
        add(&world, &caller(&weak), &mut bound).await.unwrap();
        show(&world, &caller(&weak), &mut bound).await.unwrap();
        let strong = session(&world, &own).await.unwrap();
        assert!(strong.withheld.is_empty() && strong.actor.roles.contains(&Role::Reviewer));
        show(&world, &caller(&strong), &mut synced).await.unwrap();
        assert_eq!(session(&world, &own).await.unwrap().withheld, [Role::Reviewer]);
    }

    async fn a_one_click_session_of_a_demonstration_is_none_in_earnest(store) {
        let demo = World::open(store).await;
        let own = demo.exchange.persona_session(person(Who::Administrator)).await.unwrap();
        assert!(session(&demo, &own).await.unwrap().ready);
        let world = in_earnest(store, &demo, &[]).await;
        assert!(session(&world, &own).await.is_none());
        assert_eq!(code(world.exchange.persona_session(person(Who::Analyst)).await), RefusalCode::NotFound);
    }

    async fn one_ends_own_sessions_and_nobody_elses(store) {
        let world = earnest_world(store).await;
        let mut key = SoftPasskey::new(1, ORIGIN);
        let one = enrol(&world, Who::Analyst, &mut key).await;
        let two = sign_in(&world, &mut key).await.unwrap();
        let who = come(&world, &two).await;
        let sessions = world.exchange.account(&who).await.unwrap().sessions;
        let here: Vec<bool> = sessions.iter().map(|session| session.here).collect();
        assert_eq!(here, [false, true]);
        let stranger = come(&world, &enrol(&world, Who::Stranger, &mut SoftPasskey::new(3, ORIGIN)).await).await;
        assert_eq!(code(world.exchange.end_session(&stranger, sessions[0].id).await), RefusalCode::NotFound);
        world.exchange.end_session(&who, sessions[0].id).await.unwrap();
        assert!(session(&world, &one).await.is_none());
        let three = sign_in(&world, &mut key).await.unwrap();
        world.exchange.sign_out_everywhere(&who).await.unwrap();
        assert!(session(&world, &two).await.is_none() && session(&world, &three).await.is_none());
        let four = sign_in(&world, &mut key).await.unwrap();
        world.exchange.sign_out(&four).await.unwrap();
        assert!(session(&world, &four).await.is_none());
        assert_eq!(entries(store, "session.end").await.len(), 2);
    }
}

/// Whoever has somebody's session cookie, or a token: everything but a passkey.
fn absent(who: Who, presence: Presence) -> Caller {
    let Caller::Person { actor, .. } = World::caller(who) else { panic!("a person") };
    Caller::Person { actor, via: Via::Page, presence }
}

/// Tries every sensitive act and gives for each its action and the code of its refusal.
async fn try_everything(
    world: &World,
    id: RequestId,
    presence: Presence,
) -> Vec<(&'static str, RefusalCode)> {
    let exchange = &world.exchange;
    let acts = [
        (Who::Judge, "request.authorise", RequestCommand::Authorise { statement: "Necessary.".to_owned() }),
        (
            Who::Judge,
            "request.amend",
            RequestCommand::Amend { corrections: Vec::new(), reason: "x".to_owned() },
        ),
        (Who::Officer, "request.send", RequestCommand::Send),
        (Who::Analyst, "request.check", world.check(CheckKind::CallBack, true)),
        (
            Who::Reviewer,
            "request.release",
            RequestCommand::Release {
                package: comity_domain::id::PackageId::new(Uuid::nil()),
                comparison: Comparison::default(),
            },
        ),
        (Who::Reviewer, "request.thaw", RequestCommand::Thaw { reason: "x".to_owned() }),
        (Who::Judge, "request.reauthorise", RequestCommand::Reauthorise { statement: "x".to_owned() }),
    ];
    let mut refused = Vec::new();
    for (who, action, command) in acts {
        let done = exchange.act(&absent(who, presence), id, command, None, None).await;
        refused.push((action, code(done)));
    }
    let file = world.look(Who::Analyst, id).await.uploads[0].id;
    let taken = exchange.download(&absent(Who::Reviewer, presence), id, file).await;
    refused.push(("file.download", code(taken.map(drop))));
    refused.extend(try_administering(exchange, &absent(Who::Administrator, presence)).await);
    refused
}

async fn try_administering(exchange: &Exchange, who: &Caller) -> Vec<(&'static str, RefusalCode)> {
    let (own, analyst) = (organisation(2), person(Who::Analyst));
    let secret = NewToken { name: "t".to_owned(), scopes: vec!["act".to_owned()], days: 1 };
    let new = NewPerson {
        organisation: own,
        name: "New".to_owned(),
        email: "new@hbt.example".to_owned(),
        language: Language::English,
        function: "Clerk".to_owned(),
        roles: vec![Role::Administrator],
        accreditation: "A-99".to_owned(),
        accredited_until: exchange.now(),
        authoriser: None,
    };
    let point = ContactPoint {
        id: ContactPointId::new(Uuid::from_u128(2)),
        organisation: own,
        name: "Desk".to_owned(),
        telephone: "+999100666".to_owned(),
        email: "desk@hbt.example".to_owned(),
        hours: "24/7".to_owned(),
        languages: Vec::new(),
        source: "x".to_owned(),
        confirmed_at: exchange.now(),
    };
    vec![
        ("role.edit", code(exchange.set_roles(who, analyst, vec![Role::Reviewer]).await)),
        ("person.edit", code(exchange.set_active(who, analyst, false).await)),
        ("token.edit", code(exchange.add_token(who, secret).await.map(drop))),
        ("person.invite", code(exchange.link(who, own, analyst).await)),
        ("person.invite", code(exchange.invite(who, new).await)),
        ("contact_point.edit", code(exchange.put_contact_point(who, point).await)),
        ("account.edit", code(exchange.make_recovery_code(who).await)),
        ("account.edit", code(exchange.authenticator_challenge(who).await)),
    ]
}

on_both_engines! {
    async fn a_stolen_cookie_and_a_token_do_nothing_sensitive(store) {
        let demo = World::open(store).await;
        let id = demo.draft(Who::Officer, SUBSCRIBER).await;
        demo.send(id).await;
        demo.upload(id, b"an answer").await;
        let world = in_earnest(store, &demo, &[]).await;
        let shown_at = Some(world.exchange.now());
        let session = Presence::Session { id: comity_domain::id::SessionId::new(Uuid::nil()), shown_at };
        let fresh = try_refusals(&demo, &world, id, session).await;
        assert!(!fresh.contains(&RefusalCode::PresenceRequired), "{fresh:?}");
        world.pass(PRESENT_S).await;
        let never = Presence::Session { id: comity_domain::id::SessionId::new(Uuid::nil()), shown_at: None };
        for presence in [session, never, Presence::Token] {
            for (action, refusal) in try_everything(&world, id, presence).await {
                assert_eq!(refusal, RefusalCode::PresenceRequired, "{action} {presence:?}");
                let entry = entries(store, action).await.pop().unwrap();
                assert_eq!((entry.outcome.as_str(), entry.code.as_str()), ("refused", "presence-required"), "{action}");
                assert!(!entry.rule.is_empty(), "{action}");
            }
        }
        // A real token with every scope is no better.
        let home = organisation(1);
        let token = demo.exchange.add_token_for(&Caller::Operator, person(Who::Judge), home, "t", &["read", "act"]).await.unwrap();
        let (bearer, _) = world.exchange.bearer(&token).await.unwrap().unwrap();
        let sign = RequestCommand::Authorise { statement: "Necessary.".to_owned() };
        assert_eq!(code(world.exchange.act(&bearer, id, sign, None, None).await), RefusalCode::PresenceRequired);
        let acts = world.exchange.dossier(&bearer, id).await.unwrap().acts;
        let amend = acts.iter().find(|view| view.act == comity_domain::request::RequestAct::Amend).unwrap();
        assert_eq!((amend.present, amend.why_not[0].code), (true, RefusalCode::PresenceRequired));
    }
}

/// The codes with which acts on a request are refused to somebody who is present: for other reasons, or not at all.
async fn try_refusals(demo: &World, world: &World, id: RequestId, presence: Presence) -> Vec<RefusalCode> {
    let command = RequestCommand::Authorise { statement: "Necessary.".to_owned() };
    let signed = world.exchange.act(&absent(Who::Judge, presence), id, command, None, None).await;
    let file = demo.look(Who::Analyst, id).await.uploads[0].id;
    let taken = world.exchange.download(&absent(Who::Reviewer, presence), id, file).await;
    assert!(taken.is_ok());
    vec![code(signed)]
}
