//! End-to-end envelopes on both engines, with real keys, against the careless insider, the one who has left, the curious
//! administrator, a stolen disk and a server that would rather have it plain (T06, T11, T38, T39, T42, T43).

use crate::client::{
    accepted, code, download, grants, make_epoch, next_epoch, next_epoch_of, of, officer_key, open,
    open_world, packing, read, released, releasing, seal, send, two_vaults,
};
use crate::harness::{Who, World, organisation, person};
use bytes::Bytes;
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{FileContents, Found, RequestAct, RequestCommand};
use comity_domain::vault::{Mode, OPENING_S};
use comity_evidence::{KeyKind, VaultKey, wrap};
use comity_service::{Base64, GrantTo, LockedBy, NewGrants, NewLocked, NewOfficerKey, TrailQuery};
use comity_store::{Fault, Tx, on_both_engines};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const CONTENT: &[u8] = b"address,subscriber\n203.0.113.7,Canary Person\n";

async fn plain(world: &World, id: comity_domain::id::RequestId) -> RefusalCode {
    let who = World::caller(Who::Analyst);
    code(world.exchange.begin_upload(&who, id, "answer.csv", None, None).await)
}

/// What the dossier says against preparing a package.
async fn against_preparing(world: &World, id: comity_domain::id::RequestId) -> Vec<RefusalCode> {
    let acts = world.look(Who::Analyst, id).await.acts;
    let prepare = acts.iter().find(|view| view.act == RequestAct::Prepare).unwrap();
    prepare.why_not.iter().map(|refusal| refusal.code).collect()
}

async fn suspend(world: &World, who: Who, active: bool) {
    let by = if matches!(who, Who::Officer) { Who::Head } else { Who::Administrator };
    world.exchange.set_active(&World::caller(by), person(who), active).await.unwrap();
}

/// Every byte that lies in a folder.
fn bytes_under(folder: &Path) -> Vec<u8> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let of = |path: std::path::PathBuf| {
        if path.is_dir() { bytes_under(&path) } else { std::fs::read(path).unwrap() }
    };
    entries.flat_map(|entry| of(entry.unwrap().path())).collect()
}

fn holds(bytes: &[u8], canary: &[u8]) -> bool {
    bytes.windows(canary.len()).any(|window| window == canary)
}

/// What the command `age` makes of the bytes.
fn age(arguments: &[&str], bytes: &[u8]) -> Vec<u8> {
    let mut age = Command::new("age");
    let mut child = age.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success());
    done.stdout
}

on_both_engines! {
    async fn a_sealed_answer_is_read_by_the_authority_and_by_nobody_on_the_way(store) {
        let world = open_world(store).await;
        let keys = two_vaults(&world).await;
        let (id, file) = released(&world, CONTENT).await;
        let officer = World::caller(Who::Officer);
        assert_eq!(code(download(&world, &officer, id, file).await), RefusalCode::OpeningRequired);
        let opened = open(&world, Who::Officer, id).await.unwrap();
        assert_eq!(opened.files.iter().map(|f| (f.file, f.number)).collect::<Vec<_>>(), [(file, 1)]);
        let cipher = download(&world, &officer, id, file).await.unwrap();
        assert_eq!(read(&keys.authority, &cipher).unwrap(), CONTENT);
        assert_eq!(read(&keys.provider, &cipher).unwrap(), CONTENT, "the provider compares its own");
        assert!(read(&keys.officer, &cipher).is_none(), "an officer's own key is not the vault's");
        assert!(!download(&world, &officer, id, opened.manifest).await.unwrap().is_empty());
        // The purpose stands in the trail and in the record, for the own side only.
        let query = TrailQuery { action: Some("request.open".to_owned()), ..TrailQuery::default() };
        let trail = world.exchange.trail(&World::caller(Who::Auditor), query).await.unwrap().rows;
        assert!(trail.iter().any(|entry| entry.outcome == "done"));
        let names = async |who| -> Vec<&'static str> {
            world.look(who, id).await.history.iter().map(|entry| entry.event).collect()
        };
        assert!(names(Who::Officer).await.contains(&"package_opened"));
        assert!(!names(Who::Analyst).await.contains(&"package_opened"));
        assert_eq!(world.look(Who::Officer, id).await.packages[0].mode, Mode::EndToEnd);
        assert_eq!(world.exchange.check().await.unwrap().findings, []);
    }

    async fn an_opening_needs_presence_and_a_purpose_is_ones_own_and_ends(store) {
        let world = open_world(store).await;
        two_vaults(&world).await;
        let (id, file) = released(&world, CONTENT).await;
        let package = world.look(Who::Officer, id).await.packages[0].id;
        let officer = World::caller(Who::Officer);
        let asked = world.exchange.open_package(&officer, id, package, "  ").await;
        assert_eq!(code(asked), RefusalCode::ReasonMissing);
        let earnest = world.again(store, |settings| settings.demo = false).await.unwrap();
        let absent = earnest.exchange.open_package(&officer, id, package, "Case 7.").await;
        assert_eq!(code(absent), RefusalCode::PresenceRequired);
        for who in [Who::Head, Who::Administrator, Who::Gatekeeper, Who::Judge, Who::Auditor, Who::Stranger] {
            assert!(world.exchange.open_package(&World::caller(who), id, package, "Case 7.").await.is_err());
        }
        open(&world, Who::Officer, id).await.unwrap();
        assert!(download(&world, &officer, id, file).await.is_ok());
        let other = World::caller(Who::OfficerWithEveryRole);
        assert_eq!(code(download(&world, &other, id, file).await), RefusalCode::OpeningRequired);
        world.pass(OPENING_S - 1).await;
        assert!(download(&world, &officer, id, file).await.is_ok());
        world.pass(1).await;
        assert_eq!(code(download(&world, &officer, id, file).await), RefusalCode::OpeningRequired);
    }

    async fn a_plain_file_is_refused_and_never_falls_back_once_the_vault_is_gone(store) {
        let world = open_world(store).await;
        let id = accepted(&world).await;
        // Before there are two vaults the server seals, and says so.
        let who = World::caller(Who::Analyst);
        let sealing = world.exchange.sealing(&who, id).await.unwrap();
        assert_eq!((sealing.mode, sealing.recipients.len()), (Mode::SealedByServer, 0));
        assert_eq!(code(world.exchange.begin_sealed_upload(&who, id, "0001.age", None).await), RefusalCode::SealingNotHere);
        let before = world.upload(id, b"plain").await;
        let begun = world.exchange.begin_upload(&who, id, "begun.csv", None, None).await.unwrap().id;
        let prepare = world.packing(id, vec![world.look(Who::Analyst, id).await.items[1].id], before).await;
        world.act(Who::Analyst, id, prepare).await;
        assert_eq!(world.look(Who::Analyst, id).await.sealing, Mode::SealedByServer);
        two_vaults(&world).await;
        assert_eq!(world.look(Who::Analyst, id).await.sealing, Mode::EndToEnd);
        assert_eq!(plain(&world, id).await, RefusalCode::SealingRequired);
        let body = futures_util::stream::iter([Ok(Bytes::from_static(b"late"))]);
        world.exchange.append_upload(&who, id, begun, 0, body).await.unwrap();
        assert_eq!(code(world.exchange.complete_upload(&who, id, begun).await), RefusalCode::SealingRequired);
        let package = world.look(Who::Reviewer, id).await.packages[0].clone();
        assert_eq!(world.refused(Who::Reviewer, id, releasing(&package)).await, RefusalCode::SealingRequired);
        let sealed = seal(&world, id, CONTENT).await;
        send(&world, id, "0001.age", &sealed).await.unwrap();
        // Nobody of the authority can open its vault any more: nothing goes, in either way.
        suspend(&world, Who::Officer, false).await;
        assert_eq!(plain(&world, id).await, RefusalCode::VaultMissing);
        assert_eq!(code(send(&world, id, "0002.age", &sealed).await), RefusalCode::VaultMissing);
        assert_eq!(code(world.exchange.sealing(&who, id).await), RefusalCode::VaultMissing);
        assert_eq!(against_preparing(&world, id).await, [RefusalCode::VaultMissing]);
        suspend(&world, Who::Officer, true).await;
        assert_eq!(plain(&world, id).await, RefusalCode::SealingRequired);
        officer_key(&world, Who::Officer).await;
        assert_eq!(plain(&world, id).await, RefusalCode::VaultMissing, "a new key holds no old grant");
        make_epoch(&world, Who::Officer).await;
        assert_eq!(plain(&world, id).await, RefusalCode::SealingRequired);
    }

    async fn a_package_is_sealed_as_a_whole_to_the_keys_that_count_now(store) {
        let world = open_world(store).await;
        let id = accepted(&world).await;
        let loose = world.upload(id, &[0, 1, 2, 3]).await;
        let keys = two_vaults(&world).await;
        let sealed = seal(&world, id, CONTENT).await;
        for wrong in [b"".as_slice(), b"plain", &sealed[1..]] {
            assert_eq!(code(send(&world, id, "0001.age", wrong).await), RefusalCode::NotSealed);
        }
        let mut to_one = Vec::new();
        comity_evidence::inner::seal(&[keys.authority.recipient()], CONTENT, &mut to_one).unwrap();
        assert_eq!(code(send(&world, id, "0001.age", &to_one).await), RefusalCode::NotSealed);
        assert_eq!(code(send(&world, id, "Canary Person.age", &sealed).await), RefusalCode::FieldMalformed);
        // Files are chosen with the act itself: that none is packed yet stands against nothing.
        assert_eq!(against_preparing(&world, id).await, []);
        let (_, prepare) = packing(&world, id, 0, CONTENT).await;
        let RequestCommand::Prepare { items, files, note, sealing } = prepare.clone() else { panic!() };
        let mut mixed = files.clone();
        mixed.push(FileContents { file: loose, items: items.clone(), columns: Vec::new() });
        let try_it = |items, files, sealing| RequestCommand::Prepare { items, files, note: note.clone(), sealing };
        let both = try_it(items.clone(), mixed, sealing.clone());
        assert_eq!(world.refused(Who::Analyst, id, both).await, RefusalCode::SealingMixed);
        let bare = try_it(items.clone(), files.clone(), None);
        assert_eq!(world.refused(Who::Analyst, id, bare).await, RefusalCode::SealingMixed);
        // The authority makes another epoch: what was sealed before is sealed again.
        make_epoch(&world, Who::Officer).await;
        assert_eq!(world.refused(Who::Analyst, id, prepare).await, RefusalCode::SealingOutdated);
        let (_, again) = packing(&world, id, 0, CONTENT).await;
        world.act(Who::Analyst, id, again).await;
        let left = world.look(Who::Analyst, id).await.items.len() - 1;
        for at in 1..=left {
            assert_eq!(against_preparing(&world, id).await, [], "{left} items wait");
            let (_, other) = packing(&world, id, at, CONTENT).await;
            world.act(Who::Analyst, id, other).await;
        }
        assert_eq!(against_preparing(&world, id).await, [RefusalCode::PackageEmpty], "nothing waits any more");
    }

    async fn whoever_left_gets_nothing_at_once_and_another_epoch_is_due(store) {
        let world = open_world(store).await;
        two_vaults(&world).await;
        officer_key(&world, Who::OfficerWithEveryRole).await;
        let other = World::caller(Who::OfficerWithEveryRole);
        let view = world.exchange.vault(&other, organisation(1)).await.unwrap();
        assert!(!view.rotation_due && view.epochs[0].grant.is_none());
        let (id, file) = released(&world, CONTENT).await;
        let officer = World::caller(Who::Officer);
        open(&world, Who::Officer, id).await.unwrap();
        assert!(download(&world, &officer, id, file).await.is_ok());
        // The caller is as old as the session: what counts is what the directory says in the same transaction.
        suspend(&world, Who::Officer, false).await;
        assert!(download(&world, &officer, id, file).await.is_err());
        let package = world.look(Who::OfficerWithEveryRole, id).await.packages[0].id;
        assert!(world.exchange.open_package(&officer, id, package, "Case 7.").await.is_err());
        assert_eq!(code(world.exchange.vault(&officer, organisation(1)).await), RefusalCode::NotPermitted);
        assert!(world.exchange.vault(&other, organisation(1)).await.unwrap().rotation_due);
        let vault = make_epoch(&world, Who::OfficerWithEveryRole).await;
        let view = world.exchange.vault(&other, organisation(1)).await.unwrap();
        assert!(!view.rotation_due && view.members.iter().all(|member| member.person != person(Who::Officer)));
        // Whoever comes back is granted it by somebody who holds it.
        suspend(&world, Who::Officer, true).await;
        let mine = world.exchange.vault(&officer, organisation(1)).await.unwrap();
        assert!(mine.epochs[1].grant.is_none());
        let to: Vec<GrantTo> =
            grants(&vault, &mine).into_iter().filter(|grant| grant.person == person(Who::Officer)).collect();
        let refused = world.exchange.grant(&officer, organisation(1), NewGrants { epoch: 2, grants: to.clone() }).await;
        assert_eq!(code(refused), RefusalCode::GrantMissing);
        world.exchange.grant(&other, organisation(1), NewGrants { epoch: 2, grants: to }).await.unwrap();
        assert!(world.exchange.vault(&officer, organisation(1)).await.unwrap().epochs[1].grant.is_some());
    }

    async fn a_key_that_was_replaced_holds_nothing_and_another_epoch_is_due(store) {
        let world = open_world(store).await;
        let keys = two_vaults(&world).await;
        let officer = World::caller(Who::Officer);
        let grant = world.exchange.vault(&officer, organisation(1)).await.unwrap().epochs[0].grant.clone().unwrap();
        let opened = wrap::by_officer(&keys.officer, &grant.0, &keys.authority.recipient()).unwrap();
        assert!(opened == keys.authority);
        let analyst = World::caller(Who::Analyst);
        let grant = world.exchange.vault(&analyst, organisation(2)).await.unwrap().epochs[0].grant.clone().unwrap();
        assert!(wrap::by_officer(&keys.analyst, &grant.0, &keys.provider.recipient()).is_ok());
        officer_key(&world, Who::Analyst).await;
        let view = world.exchange.vault(&analyst, organisation(2)).await.unwrap();
        assert!(view.rotation_due && view.epochs[0].grant.is_none());
        assert!(!world.exchange.vault(&officer, organisation(1)).await.unwrap().rotation_due);
        world.pass(364 * 86_400).await;
        assert!(!world.exchange.vault(&officer, organisation(1)).await.unwrap().rotation_due);
    }

    async fn of_two_who_make_an_epoch_at_once_one_is_refused(store) {
        let world = open_world(store).await;
        officer_key(&world, Who::Officer).await;
        officer_key(&world, Who::OfficerWithEveryRole).await;
        let (_, one) = next_epoch(&world, Who::Officer).await;
        let (_, two) = next_epoch(&world, Who::OfficerWithEveryRole).await;
        let (first, second) = (World::caller(Who::Officer), World::caller(Who::OfficerWithEveryRole));
        let made = tokio::join!(
            world.exchange.make_epoch(&first, organisation(1), one),
            world.exchange.make_epoch(&second, organisation(1), two),
        );
        let refused = match made {
            (Ok(_), refused @ Err(_)) | (refused @ Err(_), Ok(_)) => code(refused),
            _ => panic!("both or neither"),
        };
        assert_eq!(refused, RefusalCode::VersionConflict);
        assert_eq!(world.exchange.vault(&first, organisation(1)).await.unwrap().epochs.len(), 1);
    }

    async fn a_grant_goes_to_the_entitled_only_and_never_to_an_administrator(store) {
        let world = open_world(store).await;
        for who in [Who::Officer, Who::Head, Who::Gatekeeper] {
            officer_key(&world, who).await;
        }
        let (key, new) = next_epoch(&world, Who::Officer).await;
        assert_eq!(new.grants.iter().map(|grant| grant.person).collect::<Vec<_>>(), [person(Who::Officer)]);
        let officer = World::caller(Who::Officer);
        for stranger in [Who::Head, Who::Gatekeeper, Who::Auditor, Who::Analyst] {
            let mut wrong = new.clone();
            let grant = Base64(wrong.grants[0].grant.0.clone());
            wrong.grants.push(GrantTo { person: person(stranger), grant });
            let refused = world.exchange.make_epoch(&officer, organisation(1), wrong).await;
            assert_eq!(code(refused), RefusalCode::GrantsDiffer, "{stranger:?}");
        }
        let mut none = new.clone();
        none.grants.clear();
        assert_eq!(code(world.exchange.make_epoch(&officer, organisation(1), none).await), RefusalCode::GrantsDiffer);
        let mut named = new.clone();
        named.signer = key.signing_key("hbt.xa.1").unwrap().verifier().to_string();
        assert_eq!(code(world.exchange.make_epoch(&officer, organisation(1), named).await), RefusalCode::FieldMalformed);
        for who in [Who::Head, Who::Administrator, Who::Auditor, Who::Gatekeeper, Who::Judge, Who::Analyst] {
            let caller = World::caller(who);
            assert!(world.exchange.make_epoch(&caller, organisation(1), new.clone()).await.is_err(), "{who:?}");
            assert!(world.exchange.vault(&caller, organisation(1)).await.is_err(), "{who:?}");
        }
        world.exchange.make_epoch(&officer, organisation(1), new).await.unwrap();
    }

    async fn vaults_of_classic_keys_work_with_the_command_age_and_kinds_are_not_mixed(store) {
        let world = open_world(store).await;
        two_vaults(&world).await;
        let id = accepted(&world).await;
        let classic = |who| next_epoch_of(&world, who, KeyKind::Classic);
        let (authority, new) = classic(Who::Officer).await;
        world.exchange.make_epoch(&World::caller(Who::Officer), organisation(1), new).await.unwrap();
        let analyst = World::caller(Who::Analyst);
        assert_eq!(code(world.exchange.sealing(&analyst, id).await), RefusalCode::VaultKindsDiffer);
        assert_eq!(plain(&world, id).await, RefusalCode::VaultKindsDiffer, "and never in another way");
        let (_, new) = classic(Who::Analyst).await;
        world.exchange.make_epoch(&analyst, organisation(2), new).await.unwrap();
        let to = world.exchange.sealing(&analyst, id).await.unwrap().recipients;
        let to: Vec<&str> = to.iter().flat_map(|one| ["-r", one.recipient.as_str()]).collect();
        let hybrid = [VaultKey::generate(KeyKind::PostQuantum).unwrap().recipient(), VaultKey::generate(KeyKind::PostQuantum).unwrap().recipient()];
        let mut other = Vec::new();
        comity_evidence::inner::seal(&hybrid, CONTENT, &mut other).unwrap();
        assert_eq!(code(send(&world, id, "0003.age", &other).await), RefusalCode::NotSealed, "keys of another kind");
        let sealed = age(&to, CONTENT);
        assert_eq!(code(send(&world, id, "0002.age", &age(&to[..2], CONTENT)).await), RefusalCode::NotSealed);
        let file = send(&world, id, "0001.age", &sealed).await.unwrap();
        let manifest = send(&world, id, "manifest.age", &sealed).await.unwrap();
        world.act(Who::Analyst, id, of(&world, id, 0, file, manifest).await).await;
        let package = world.look(Who::Reviewer, id).await.packages[0].clone();
        world.act(Who::Reviewer, id, releasing(&package)).await;
        open(&world, Who::Officer, id).await.unwrap();
        let cipher = download(&world, &World::caller(Who::Officer), id, file).await.unwrap();
        let identity = store.dir().join("vault.key");
        std::fs::write(&identity, authority.to_text().as_bytes()).unwrap();
        assert_eq!(age(&["-d", "-i", identity.to_str().unwrap()], &cipher), CONTENT);
    }

    async fn a_key_needs_a_code_and_nobody_elses_recipient(store) {
        let world = open_world(store).await;
        let key = officer_key(&world, Who::Officer).await;
        let view = world.exchange.officer_key(&World::caller(Who::Officer)).await.unwrap();
        assert_eq!(view.recipient, Some(key.recipient().to_string()));
        assert_eq!(view.locked.len(), 2);
        assert!(world.exchange.officer_key(&World::caller(Who::Head)).await.unwrap().recipient.is_none());
        let none = NewOfficerKey { recipient: key.recipient().to_string(), locked: Vec::new() };
        let taken = world.exchange.set_officer_key(&World::caller(Who::Gatekeeper), none).await;
        assert_eq!(code(taken), RefusalCode::FieldMalformed, "somebody has that key already");
        let fresh = comity_evidence::VaultKey::generate(comity_evidence::KeyKind::PostQuantum).unwrap();
        let bare = NewOfficerKey { recipient: fresh.recipient().to_string(), locked: Vec::new() };
        let refused = world.exchange.set_officer_key(&World::caller(Who::Officer), bare).await;
        assert_eq!(code(refused), RefusalCode::FieldMissing);
        let by_code = || {
            let locked = Base64(wrap::to_code(&fresh).unwrap().1);
            NewLocked { by: LockedBy::Code, authenticator: None, locked }
        };
        let classic = VaultKey::generate(KeyKind::Classic).unwrap().recipient().to_string();
        let weak = NewOfficerKey { recipient: classic, locked: vec![by_code()] };
        let refused = world.exchange.set_officer_key(&World::caller(Who::Gatekeeper), weak).await;
        assert_eq!(code(refused), RefusalCode::FieldMalformed, "an officer's own key is a hybrid one");
        // A passkey without a secret keeps nobody out: the code alone will do.
        let paper = NewOfficerKey { recipient: fresh.recipient().to_string(), locked: vec![by_code()] };
        world.exchange.set_officer_key(&World::caller(Who::Gatekeeper), paper).await.unwrap();
        // A revoked passkey opens no copy any more.
        let account = world.exchange.account(&World::caller(Who::Officer)).await.unwrap();
        world.exchange.make_recovery_code(&World::caller(Who::Officer)).await.unwrap();
        let id = account.authenticators[0].id;
        world.exchange.revoke_authenticator(&World::caller(Who::Officer), id).await.unwrap();
        assert_eq!(world.exchange.officer_key(&World::caller(Who::Officer)).await.unwrap().locked.len(), 1);
    }

    async fn a_stolen_folder_and_the_vault_key_read_nothing_without_the_release_key(store) {
        let world = open_world(store).await;
        let keys = two_vaults(&world).await;
        released(&world, CONTENT).await;
        let blobs = bytes_under(&store.dir().join("blobs"));
        assert!(!blobs.is_empty() && !holds(&blobs, b"age-encryption.org/v1") && !holds(&blobs, b"Canary Person"));
        assert!(read(&keys.authority, &blobs).is_none());
        // Even the key of the dossier does not open them: the blobs of a sealed file have a key of their own.
        let forget = |tx: &mut dyn Tx| -> Result<u64, Fault> {
            tx.exec("update release_key set key_sealed = null, destroyed_at_us = 1", &[])
        };
        store.write("test.forget", forget).await.unwrap();
        let id = world.exchange.queue(&World::caller(Who::Officer), comity_service::QueueQuery::default()).await.unwrap().rows[0].id;
        let file = world.look(Who::Officer, id).await.packages[0].files[0].id;
        open(&world, Who::Officer, id).await.unwrap();
        let gone = download(&world, &World::caller(Who::Officer), id, file).await;
        assert_eq!(code(gone), RefusalCode::FileDestroyed);
    }

    async fn what_went_too_far_is_destroyed_when_its_deletion_is_confirmed(store) {
        let world = open_world(store).await;
        let keys = two_vaults(&world).await;
        let (id, file) = released(&world, CONTENT).await;
        let package = world.look(Who::Officer, id).await.packages[0].id;
        let reviewer = World::caller(Who::Reviewer);
        open(&world, Who::Reviewer, id).await.unwrap();
        let kept = download(&world, &reviewer, id, file).await.unwrap();
        assert_eq!(read(&keys.provider, &kept).unwrap(), CONTENT);
        let (found, remark) = (Found::OverDisclosure { files: vec![file] }, "Another person.".to_owned());
        world.act(Who::Officer, id, RequestCommand::Confirm { package, found, remark }).await;
        assert!(download(&world, &reviewer, id, file).await.is_ok());
        let statement = "Deleted from the case folder.".to_owned();
        world.act(Who::Officer, id, RequestCommand::ConfirmDeletion { package, statement }).await;
        assert_eq!(code(download(&world, &reviewer, id, file).await), RefusalCode::FileDestroyed);
        let left = |tx: &mut dyn Tx| -> Result<(i64, i64), Fault> {
            let count = |tx: &mut dyn Tx, sql| tx.row(sql, &[])?.map_or(Ok(0), |row| row.int(0));
            let keys = count(tx, "select count(*) from release_key where key_sealed is not null")?;
            Ok((keys, count(tx, "select count(*) from upload_part")?))
        };
        assert_eq!(store.read("test.left", left).await.unwrap(), (1, 1), "only the manifest is left");
        world.pass(60).await;
        assert_eq!(world.exchange.check().await.unwrap().findings, []);
    }

    async fn every_epoch_stands_in_the_ledger_and_a_directory_that_lies_is_found(store) {
        let world = open_world(store).await;
        two_vaults(&world).await;
        assert_eq!(world.exchange.check().await.unwrap().findings, []);
        let other = comity_evidence::VaultKey::generate(comity_evidence::KeyKind::PostQuantum).unwrap();
        let swapped = other.recipient().to_string();
        let lie = move |tx: &mut dyn Tx| -> Result<u64, Fault> {
            tx.exec("update vault_epoch set recipient = $1 where organisation = $2", &[
                (&swapped).into(),
                organisation(1).to_string().into(),
            ])
        };
        store.write("test.lie", lie).await.unwrap();
        let findings = world.exchange.check().await.unwrap().findings;
        assert!(findings.iter().any(|found| found.what.contains("no record of the ledger names")), "{findings:?}");
    }

    async fn erasure_leaves_no_release_key_and_no_opening(store) {
        let world = open_world(store).await;
        two_vaults(&world).await;
        let (id, _) = released(&world, CONTENT).await;
        open(&world, Who::Officer, id).await.unwrap();
        world.act(Who::Officer, id, RequestCommand::Withdraw { reason: "Over.".to_owned() }).await;
        world.pass(4_000 * 86_400).await;
        let left = |tx: &mut dyn Tx| -> Result<(i64, i64), Fault> {
            let count = |tx: &mut dyn Tx, sql| tx.row(sql, &[])?.map_or(Ok(0), |row| row.int(0));
            let keys = count(tx, "select count(*) from release_key where key_sealed is not null")?;
            Ok((keys, count(tx, "select count(*) from opening")?))
        };
        assert_eq!(store.read("test.left", left).await.unwrap(), (0, 0));
    }
}
