//! Papers show their reader what the dossier shows, in the reader's language, and the same each time.

use crate::harness::{PRESERVATION, SUBSCRIBER, Who, World, releasing};
use comity_domain::id::RequestId;
use comity_domain::refusal::{NonExecutionCode, RefusalCode};
use comity_domain::request::{Decision, Giving, RequestCommand};
use comity_domain::term::Language;
use comity_formats::paper::{Block, MAX_PAPER, Paper};
use comity_service::translation::Translator;
use comity_service::{Denied, PaperKind};
use comity_store::on_both_engines;
use std::collections::BTreeSet;
use std::path::Path;

async fn paper(world: &World, who: Who, id: RequestId, kind: PaperKind, language: Language) -> Paper {
    world.exchange.paper(&World::caller(who), id, kind, language).await.unwrap()
}

async fn denied(world: &World, who: Who, id: RequestId, kind: PaperKind) -> RefusalCode {
    match world.exchange.paper(&World::caller(who), id, kind, Language::English).await {
        Err(Denied::Refused(refusals)) => refusals[0].code,
        other => panic!("not refused: {other:?}"),
    }
}

/// Every word of a paper.
fn words(paper: &Paper) -> String {
    serde_json::to_string(paper).unwrap()
}

/// One item given with a file, one refused.
async fn answered(world: &World) -> RequestId {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.act(Who::Analyst, id, RequestCommand::Acknowledge { reference: "HBT-77".to_owned() }).await;
    world.verify(id).await;
    let items = world.look(Who::Analyst, id).await.items;
    let give = Decision::Produce { giving: Giving::Full, explanation: String::new() };
    world.act(Who::Analyst, id, RequestCommand::Decide { item: items[0].id, decision: give }).await;
    let refuse = Decision::Refuse {
        codes: vec![NonExecutionCode::NoLongerHeld],
        explanation: "Deleted after 30 days.".to_owned(),
    };
    world.act(Who::Analyst, id, RequestCommand::Decide { item: items[1].id, decision: refuse }).await;
    let file = world.upload(id, b"address,subscriber\n").await;
    let mut prepare = world.packing(id, vec![items[0].id], file).await;
    if let RequestCommand::Prepare { note, .. } = &mut prepare {
        "One file.".clone_into(note);
    }
    world.act(Who::Analyst, id, prepare).await;
    id
}

async fn release(world: &World, id: RequestId) {
    let package = world.look(Who::Reviewer, id).await.packages[0].clone();
    world.act(Who::Reviewer, id, releasing(&package)).await;
}

on_both_engines! {
    async fn a_paper_keeps_from_the_addressee_what_the_dossier_keeps(store) {
        let world = World::open(store).await;
        let draft = world.draft(Who::Officer, SUBSCRIBER).await;
        world.act(Who::Officer, draft, RequestCommand::Revise { draft: {
            let mut draft = world.complete_draft(SUBSCRIBER);
            draft.answers.insert("necessity".to_owned(), "Canary of necessity.".to_owned());
            draft.answers.insert("facts_internal".to_owned(), "Canary of facts.".to_owned());
            draft
        } }).await;
        assert_eq!(denied(&world, Who::Analyst, draft, PaperKind::Request).await, RefusalCode::NotFound);
        world.act(Who::Officer, draft, RequestCommand::Submit).await;
        world.act(Who::Gatekeeper, draft, RequestCommand::Forward).await;
        let statement = "Canary of the statement.".to_owned();
        world.act(Who::Judge, draft, RequestCommand::Authorise { statement }).await;
        world.act(Who::Officer, draft, RequestCommand::Send).await;
        for kind in world.look(Who::Analyst, draft).await.papers {
            for language in [Language::English, Language::French] {
                let theirs = words(&paper(&world, Who::Analyst, draft, kind, language).await);
                assert!(!theirs.contains("Canary"), "{kind:?}: {theirs}");
                assert!(!theirs.contains('⟦') && !theirs.contains("{$"), "{kind:?}: {theirs}");
            }
        }
        let ours = words(&paper(&world, Who::Officer, draft, PaperKind::Request, Language::English).await);
        assert_eq!(ours.matches("Canary").count(), 3, "{ours}");
        let theirs = words(&paper(&world, Who::Analyst, draft, PaperKind::Request, Language::English).await);
        assert!(theirs.contains("recorded here; not for this reader"));
    }

    async fn what_the_provider_prepares_is_on_no_paper_of_the_authority(store) {
        let world = World::open(store).await;
        let id = answered(&world).await;
        let kinds = world.look(Who::Officer, id).await.papers;
        assert!(!kinds.contains(&PaperKind::Certificate), "{kinds:?}");
        assert_eq!(denied(&world, Who::Officer, id, PaperKind::Certificate).await, RefusalCode::NotInThisState);
        for kind in kinds {
            let theirs = words(&paper(&world, Who::Officer, id, kind, Language::English).await);
            assert!(!theirs.contains("answer.csv") && !theirs.contains("One file."), "{kind:?}");
        }
        release(&world, id).await;
        let certificate = paper(&world, Who::Officer, id, PaperKind::Certificate, Language::French).await;
        let said = words(&certificate);
        let digest = world.look(Who::Officer, id).await.packages[0].files[0].sha256.clone();
        for told in ["answer.csv", digest.as_str(), "\"19\"", "Person 21", "Person 22", "A-22", "HBT-77"] {
            assert!(said.contains(told), "{told}: {said}");
        }
    }

    async fn a_refusal_on_paper_names_its_ground_and_its_remedy(store) {
        let world = World::open(store).await;
        let id = answered(&world).await;
        let dossier = world.look(Who::Officer, id).await;
        let ground = &dossier.items[1].grounds[0];
        for (language, remedy) in [(Language::English, &ground.remedy.en), (Language::French, &ground.remedy.fr)] {
            let refused = paper(&world, Who::Officer, id, PaperKind::NonExecution, language).await;
            let said = words(&refused);
            for told in ["N05: ", remedy.as_str(), "Deleted after 30 days.", "two@mail.example"] {
                assert!(said.contains(told), "{told}: {said}");
            }
            assert!(!said.contains("one@mail.example"), "what was given is no refusal: {said}");
        }
    }

    async fn printed_again_a_paper_is_the_same_until_something_happens(store) {
        let world = World::open(store).await;
        let id = answered(&world).await;
        let first = paper(&world, Who::Officer, id, PaperKind::Receipt, Language::English).await;
        assert!(words(&first).contains("not sealed in the log yet"), "{}", words(&first));
        let notes = |paper: &Paper| {
            paper.body.iter().filter(|block| matches!(block, Block::Verbatim { .. })).count()
        };
        assert_eq!(notes(&first), 2, "what is not sealed comes with a promise and its key");
        world.pass(60).await;
        let again = paper(&world, Who::Officer, id, PaperKind::Receipt, Language::English).await;
        assert!(first == again);
        world.exchange.proof(&World::caller(Who::Officer), id).await.unwrap();
        let sealed = paper(&world, Who::Officer, id, PaperKind::Receipt, Language::English).await;
        assert!(sealed.foot.proof.starts_with("Record: log log.example/2026, leaves "), "{}", sealed.foot.proof);
        assert_eq!(notes(&sealed), 0);
        let commitments: Vec<String> =
            world.look(Who::Officer, id).await.history.into_iter().map(|entry| entry.commitment).collect();
        assert!(commitments.iter().all(|commitment| words(&sealed).contains(commitment)));
        release(&world, id).await;
        let later = paper(&world, Who::Officer, id, PaperKind::Receipt, Language::English).await;
        assert!(later.as_of != sealed.as_of || later.body != sealed.body);
    }

    async fn a_draft_has_no_paper_but_its_receipt_and_an_auditor_has_none(store) {
        let world = World::open(store).await;
        let id = world.draft(Who::Officer, PRESERVATION).await;
        assert_eq!(world.look(Who::Officer, id).await.papers, [PaperKind::Receipt]);
        assert_eq!(denied(&world, Who::Officer, id, PaperKind::Request).await, RefusalCode::NotInThisState);
        for kind in PaperKind::ALL {
            assert_eq!(denied(&world, Who::Auditor, id, kind).await, RefusalCode::NotPermitted);
            assert_eq!(denied(&world, Who::Stranger, id, kind).await, RefusalCode::NotFound);
            assert_eq!(denied(&world, Who::Administrator, id, kind).await, RefusalCode::NotPermitted);
        }
    }

    async fn the_largest_request_is_still_a_paper(store) {
        let world = World::open(store).await;
        let mut draft = world.complete_draft(SUBSCRIBER);
        let longest = |limit: usize| "é".repeat(limit);
        let rules = world.exchange.procedures().newest(SUBSCRIBER).unwrap().procedure.clone();
        for field in &rules.field {
            if draft.answers.get(&field.name).is_some_and(|text| text == "As in the case file.") {
                draft.answers.insert(field.name.clone(), longest(usize::try_from(field.max_length).unwrap()));
            }
        }
        let item = draft.items[0].clone();
        draft.items = (0..100)
            .map(|number| comity_domain::request::DraftItem {
                value: format!("n{number}@mail.example"),
                limit: longest(1_000),
                ..item.clone()
            })
            .collect();
        let who = World::caller(Who::Officer);
        let to = crate::harness::organisation(2);
        let id = world.exchange.draft(&who, to, SUBSCRIBER, draft, None).await.unwrap().request;
        world.send(id).await;
        for kind in [PaperKind::Request, PaperKind::Receipt] {
            let paper = paper(&world, Who::Officer, id, kind, Language::French).await;
            assert!(words(&paper).len() < MAX_PAPER, "{kind:?}: {}", words(&paper).len());
        }
    }
}

/// Every literal key of the papers' code.
fn asked() -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![source.join("paper.rs")];
    files.extend(std::fs::read_dir(source.join("paper")).unwrap().map(|entry| entry.unwrap().path()));
    let mut keys = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let literals = text.split('"').skip(1).step_by(2);
        keys.extend(literals.filter(|literal| literal.starts_with("paper-")).map(str::to_owned));
    }
    keys.retain(|key| !key.contains('{'));
    keys.extend(PaperKind::ALL.iter().map(|kind| format!("paper-{}", kind.as_str())));
    keys.extend(["paper-yes", "paper-no"].map(str::to_owned));
    keys
}

#[test]
fn every_word_of_a_paper_is_written_in_both_languages_and_none_for_nothing() {
    let (asked, words) = (asked(), Translator::embedded());
    assert!(asked.len() > 150, "only {} keys were found", asked.len());
    for language in [Language::English, Language::French] {
        let missing: Vec<&String> = asked.iter().filter(|key| !words.has(language, key)).collect();
        assert_eq!(missing, Vec::<&String>::new(), "{language}");
        let unused: Vec<&str> =
            words.keys(language).filter(|key| key.starts_with("paper-") && !asked.contains(*key)).collect();
        assert_eq!(unused, Vec::<&str>::new(), "{language}");
    }
}

#[test]
fn every_kind_has_one_name() {
    for kind in PaperKind::ALL {
        assert_eq!(PaperKind::from_name(kind.as_str()), Some(kind));
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.as_str()));
    }
    assert_eq!(PaperKind::from_name("verdict"), None);
}
