//! Acts signed with a passkey: what is kept proves itself, and nothing else than the act was signed (T03, T21).

use crate::harness::{SUBSCRIBER, Who, World};
use crate::identity::{ORIGIN, code, come, enrol, entries, in_earnest, show};
use crate::passkey::SoftPasskey;
use comity_domain::id::RequestId;
use comity_domain::party::Role;
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{Comparison, RequestAct, RequestCommand, Seen};
use comity_ledger::bundle::{Bundle, Entry, Opening, Report};
use comity_service::{Caller, Challenge, Denied, PRESENT_S, Receipt};
use comity_store::on_both_engines;
use comity_store::testing::TestStore;
use serde_json::Value;

fn statement(words: &str) -> RequestCommand {
    RequestCommand::Authorise { statement: words.to_owned() }
}

async fn sign(
    world: &World,
    who: &Caller,
    id: RequestId,
    command: RequestCommand,
    key: &mut SoftPasskey,
) -> Result<Receipt, Denied> {
    let challenge = world.exchange.signature_challenge(who, id, command.clone(), None).await?;
    answer(world, who, id, command, &challenge, key).await
}

async fn answer(
    world: &World,
    who: &Caller,
    id: RequestId,
    command: RequestCommand,
    challenge: &Challenge,
    key: &mut SoftPasskey,
) -> Result<Receipt, Denied> {
    let answer = key.get(&challenge.options);
    world.exchange.act_signed(who, id, command, None, None, &challenge.handle, &answer).await
}

/// A request that waits for its signature.
async fn waiting(demo: &World) -> RequestId {
    let id = demo.draft(Who::Officer, SUBSCRIBER).await;
    demo.act(Who::Officer, id, RequestCommand::Submit).await;
    demo.act(Who::Gatekeeper, id, RequestCommand::Forward).await;
    id
}

/// The same store in a demonstration, where nobody signs, and in earnest.
async fn worlds(store: &mut TestStore) -> (World, World) {
    let demo = World::open(store).await;
    let world = in_earnest(store, &demo, &[]).await;
    (demo, world)
}

async fn judge(world: &World, number: u8) -> (Caller, SoftPasskey) {
    let mut key = SoftPasskey::new(number, ORIGIN);
    let session = enrol(world, Who::Judge, &mut key).await;
    (come(world, &session).await, key)
}

async fn proof(world: &World, who: Who, id: RequestId) -> Bundle {
    Bundle::parse(world.exchange.proof(&World::caller(who), id).await.unwrap().as_bytes()).unwrap()
}

async fn report(world: &World, who: Who, id: RequestId) -> Report {
    let bundle = proof(world, who, id).await;
    bundle.verify(&bundle.own_policy()).unwrap()
}

on_both_engines! {
    async fn who_signed_what_is_proved_to_both_sides(store) {
        let (demo, world) = worlds(store).await;
        let id = waiting(&demo).await;
        let (who, mut key) = judge(&world, 1).await;
        // Shown long ago: one touch signs, and counts as shown from then on.
        world.pass(PRESENT_S + 1).await;
        let receipt = sign(&world, &who, id, statement("  Necessary. "), &mut key).await.unwrap();
        assert_eq!(receipt.events, ["authorised"]);
        let mut officer_key = SoftPasskey::new(2, ORIGIN);
        let session = enrol(&world, Who::Officer, &mut officer_key).await;
        let officer = come(&world, &session).await;
        let receipt = sign(&world, &officer, id, RequestCommand::Send, &mut officer_key).await.unwrap();
        assert_eq!(receipt.events[..2], ["sent", "received"]);
        demo.verify(id).await;
        let dossier = demo.look(Who::Analyst, id).await;
        let items: Vec<_> = dossier.items.iter().map(|item| item.id).collect();
        for item in &items {
            let decision = comity_domain::request::Decision::Produce {
                giving: comity_domain::request::Giving::Full,
                explanation: String::new(),
            };
            demo.act(Who::Analyst, id, RequestCommand::Decide { item: *item, decision }).await;
        }
        let file = demo.upload(id, b"an answer").await;
        let packing = demo.packing(id, items, file).await;
        demo.act(Who::Analyst, id, packing).await;
        let mut reviewer_key = SoftPasskey::new(3, ORIGIN);
        let session = enrol(&world, Who::Reviewer, &mut reviewer_key).await;
        let reviewer = come(&world, &session).await;
        let package = demo.look(Who::Reviewer, id).await.packages.remove(0);
        let seen = package.files.iter().map(|file| Seen { file: file.id, remarks: Vec::new() }).collect();
        let comparison = Comparison { seen, ..Comparison::default() };
        let release = RequestCommand::Release { package: package.id, comparison };
        sign(&world, &reviewer, id, release, &mut reviewer_key).await.unwrap();

        let asking = report(&demo, Who::Officer, id).await;
        let told: Vec<_> = asking.signed.iter().map(|act| (act.event.as_str(), act.name.as_str())).collect();
        let names = [Who::Judge, Who::Officer, Who::Reviewer].map(crate::harness::number);
        let names = names.map(|number| format!("Person {number}"));
        let expected =
            [("authorised", names[0].as_str()), ("sent", names[1].as_str()), ("package_released", names[2].as_str())];
        assert_eq!(told, expected);
        assert!(asking.signed.iter().all(|act| act.origin == ORIGIN));
        assert_eq!(asking.unsigned, [] as [u64; 0]);
        let answering = report(&demo, Who::Analyst, id).await;
        assert!(answering.signed.iter().any(|act| act.event == "package_released"));
        assert!(answering.signed.iter().all(|act| asking.signed.contains(act)));
        // The log also holds who enrolled that key, and each act names the passkey.
        let enrolled = entries(store, "account.enrol").await;
        assert!(enrolled.iter().any(|entry| entry.detail.contains(&asking.signed[0].key)));
        let trail = entries(store, "request.authorise").await.pop().unwrap();
        assert!(trail.detail.contains("authenticator"), "{}", trail.detail);
        assert_eq!(world.exchange.check().await.unwrap().findings.len(), 0);
    }

    async fn a_changed_byte_of_a_signed_event_is_no_proof_whoever_signs_the_log(store) {
        let (demo, world) = worlds(store).await;
        let id = waiting(&demo).await;
        let (who, mut key) = judge(&world, 1).await;
        sign(&world, &who, id, statement("Necessary."), &mut key).await.unwrap();
        let bundle = proof(&demo, Who::Officer, id).await;
        let signed = |entry: &&Entry| {
            let Opening::Event(_, body) = &entry.opening else { return false };
            serde_json::from_slice::<Value>(body).unwrap()["assertion"].is_object()
        };
        let Opening::Event(_, body) = &bundle.entries.iter().find(signed).unwrap().opening else { panic!() };
        let whole: Value = serde_json::from_slice(body).unwrap();
        assert!(comity_ledger::assertion::of_event(&whole).unwrap().is_some());
        // Whoever keeps the log can write any event into it; none but the person can write this one.
        for place in 0..body.len() {
            let mut forged = body.clone();
            forged[place] ^= 1;
            let Ok(forged) = serde_json::from_slice::<Value>(&forged) else { continue };
            let shown = ["id", "at", "side", "rule", "origin"].iter().any(|name| forged[name] != whole[name]);
            let moment = forged["what"]["authorisation"]["by"]["at"] != whole["what"]["authorisation"]["by"]["at"];
            let named = forged["assertion"]["credential"] != whole["assertion"]["credential"];
            if shown || moment || named || forged.as_object().unwrap().len() != whole.as_object().unwrap().len()
                || forged["assertion"].is_null() || forged["origin"].is_null() {
                continue;
            }
            assert!(comity_ledger::assertion::of_event(&forged).is_err(), "{place}: {forged}");
        }
    }

    async fn presence_alone_a_token_and_a_demonstration_sign_nothing(store) {
        let (demo, world) = worlds(store).await;
        let id = waiting(&demo).await;
        let (who, mut key) = judge(&world, 1).await;
        show(&world, &who, &mut key).await.unwrap();
        let unsigned = world.exchange.act(&who, id, statement("Necessary."), None, None).await;
        assert_eq!(code(unsigned), RefusalCode::SignatureRequired);
        let entry = entries(store, "request.authorise").await.pop().unwrap();
        assert_eq!((entry.outcome.as_str(), entry.code.as_str()), ("refused", "signature-required"));
        let acts = world.exchange.dossier(&who, id).await.unwrap().acts;
        let view = acts.iter().find(|view| view.act == RequestAct::Authorise).unwrap();
        assert!(view.signed && view.why_not.is_empty());
        let token = World::caller(Who::Judge);
        assert_eq!(code(world.exchange.signature_challenge(&token, id, statement("x"), None).await), RefusalCode::SignatureRequired);
        assert_eq!(code(world.exchange.act(&token, id, statement("x"), None, None).await), RefusalCode::PresenceRequired);
        // In a demonstration it is done, and the proof says that nobody signed it.
        demo.act(Who::Judge, id, statement("Necessary.")).await;
        demo.act(Who::Officer, id, RequestCommand::Send).await;
        let report = report(&demo, Who::Officer, id).await;
        assert_eq!((report.signed.len(), report.unsigned.len()), (0, 2));
    }

    async fn nothing_else_than_what_was_shown_to_be_signed_is_done(store) {
        let (demo, world) = worlds(store).await;
        let (id, other) = (waiting(&demo).await, waiting(&demo).await);
        let (who, mut key) = judge(&world, 1).await;
        let ask = |id| world.exchange.signature_challenge(&who, id, statement("Necessary."), None);
        // Other words, another request, another act.
        let challenge = ask(id).await.unwrap();
        let done = answer(&world, &who, id, statement("Anything."), &challenge, &mut key).await;
        assert_eq!(code(done), RefusalCode::PasskeyRefused);
        let challenge = ask(id).await.unwrap();
        let done = answer(&world, &who, other, statement("Necessary."), &challenge, &mut key).await;
        assert_eq!(code(done), RefusalCode::PasskeyRefused);
        // The request has moved on.
        let challenge = ask(id).await.unwrap();
        demo.act(Who::Judge, id, RequestCommand::Return { reason: "Look again.".to_owned() }).await;
        demo.act(Who::Officer, id, RequestCommand::Submit).await;
        demo.act(Who::Gatekeeper, id, RequestCommand::Forward).await;
        let done = answer(&world, &who, id, statement("Necessary."), &challenge, &mut key).await;
        assert_eq!(code(done), RefusalCode::PasskeyRefused);
        // An answer is good once, and for its own purpose.
        let challenge = ask(other).await.unwrap();
        let said = key.get(&challenge.options);
        assert_eq!(code(world.exchange.show_presence(&who, &challenge.handle, &said).await), RefusalCode::PasskeyExpired);
        let shown = world.exchange.presence_challenge(&who).await.unwrap();
        assert_eq!(code(answer(&world, &who, other, statement("Necessary."), &shown, &mut key).await), RefusalCode::PasskeyExpired);
        let challenge = ask(other).await.unwrap();
        let said = key.get(&challenge.options);
        let send = |handle: String, said: String| {
            let (exchange, who) = (world.exchange.clone(), who.clone());
            async move { exchange.act_signed(&who, other, statement("Necessary."), None, None, &handle, &said).await }
        };
        send(challenge.handle.clone(), said.clone()).await.unwrap();
        assert_eq!(code(send(challenge.handle, said).await), RefusalCode::PasskeyExpired);
    }

    async fn whose_passkey_it_is_and_what_it_shows_counts(store) {
        let (demo, world) = worlds(store).await;
        let id = waiting(&demo).await;
        let (who, key) = judge(&world, 1).await;
        let mut foreign = SoftPasskey::new(2, ORIGIN);
        enrol(&world, Who::Officer, &mut foreign).await;
        assert_eq!(code(sign(&world, &who, id, statement("Necessary."), &mut foreign).await), RefusalCode::PasskeyRefused);
        let changes: [fn(&mut SoftPasskey); 4] = [
            |key| "https://evil.example".clone_into(&mut key.origin),
            |key| "evil.example".clone_into(&mut key.rp_id),
            |key| key.verified = false,
            |key| key.framed = true,
        ];
        for change in changes {
            let mut bad = key.clone();
            change(&mut bad);
            assert_eq!(code(sign(&world, &who, id, statement("Necessary."), &mut bad).await), RefusalCode::PasskeyRefused);
        }
        let entry = entries(store, "request.authorise").await.pop().unwrap();
        assert_eq!((entry.outcome.as_str(), entry.code.as_str()), ("refused", "passkey-refused"));
        // Whoever may not do it at all is not sent to their passkey.
        let officer = SoftPasskey::new(4, ORIGIN);
        let session = enrol(&world, Who::Gatekeeper, &mut officer.clone()).await;
        let gatekeeper = come(&world, &session).await;
        assert_eq!(code(world.exchange.signature_challenge(&gatekeeper, id, statement("x"), None).await), RefusalCode::NotPermitted);
        // And where something stands against it, that is said before anybody touches anything.
        assert_eq!(code(world.exchange.signature_challenge(&who, id, statement(" "), None).await), RefusalCode::ReasonMissing);
    }

    async fn a_synchronised_passkey_does_not_sign_for_a_role_that_is_bound_to_a_device(store) {
        let demo = World::open(store).await;
        let world = in_earnest(store, &demo, &[Role::Authoriser]).await;
        let id = waiting(&demo).await;
        let (_, mut bound) = judge(&world, 1).await;
        let session = enrolled_again(&world, &mut bound).await;
        let who = come(&world, &session).await;
        let mut synced = SoftPasskey::new(2, ORIGIN);
        synced.synced = true;
        let challenge = world.exchange.authenticator_challenge(&who).await.unwrap();
        let made = synced.create(&challenge.options);
        world.exchange.add_authenticator(&who, &challenge.handle, &made, "synced").await.unwrap();
        assert_eq!(code(sign(&world, &who, id, statement("Necessary."), &mut synced).await), RefusalCode::NotPermitted);
        sign(&world, &who, id, statement("Necessary."), &mut bound).await.unwrap();
    }
}

async fn enrolled_again(world: &World, key: &mut SoftPasskey) -> String {
    let challenge = world.exchange.sign_in_challenge().await.unwrap();
    let answer = key.get(&challenge.options);
    world.exchange.sign_in(&challenge.handle, &answer).await.unwrap()
}
