//! What officers' browsers do, with real keys: make and lock an officer key, make epochs, grant them, seal, open. It keeps
//! everything that anybody ever saw, as a hostile one would.

use crate::harness::{SUBSCRIBER, Who, World, home, organisation, person};
use crate::passkey::SoftPasskey;
use bytes::Bytes;
use comity_domain::id::{RequestId, UploadId};
use comity_domain::refusal::RefusalCode;
use comity_domain::request::{Comparison, Decision, FileContents, Giving, RequestCommand, Seen};
use comity_domain::vault::SealedWith;
use comity_evidence::{KeyKind, VaultKey, VaultRecipient, inner, wrap};
use comity_service::{
    Base64, Caller, Denied, Grant, GrantTo, LockedBy, NewEpoch, NewLocked, NewOfficerKey, VaultView,
};
use comity_store::testing::TestStore;
use futures_util::TryStreamExt;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU8, Ordering};

const ORIGIN: &str = "https://comity.example";
/// No two passkeys are the same.
static NEXT: AtomicU8 = AtomicU8::new(1);

/// A world in which passkeys can be enrolled.
pub(crate) async fn open_world(store: &mut TestStore) -> World {
    let world = World::open(store).await;
    world.again(store, |settings| ORIGIN.clone_into(&mut settings.base_url)).await.unwrap()
}

pub(crate) fn code<T: Debug>(done: Result<T, Denied>) -> RefusalCode {
    match done {
        Err(Denied::Refused(refusals)) => refusals[0].code,
        other => panic!("not refused: {other:?}"),
    }
}

/// An officer's own key, made and locked as a browser does it. Whoever calls this again replaces the key.
pub(crate) async fn officer_key(world: &World, who: Who) -> VaultKey {
    let mut passkey = SoftPasskey::new(NEXT.fetch_add(1, Ordering::Relaxed), ORIGIN);
    let link = world.exchange.link(&Caller::Operator, organisation(home(who)), person(who)).await.unwrap();
    let challenge = world.exchange.enrolment_challenge(Grant::Link(&link)).await.unwrap();
    let answer = passkey.create(&challenge.options);
    world.exchange.enrol(Grant::Link(&link), &challenge.handle, &answer, "first").await.unwrap();
    let made: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let authenticator = made["id"].as_str().unwrap().to_owned();
    let key = VaultKey::generate(KeyKind::PostQuantum).unwrap();
    let secret = wrap::PasskeySecret::new([9; 32]);
    let by_passkey = NewLocked {
        by: LockedBy::Passkey,
        authenticator: Some(authenticator),
        locked: Base64(wrap::to_passkey(&key, &secret).unwrap()),
    };
    let (_, paper) = wrap::to_code(&key).unwrap();
    let by_code = NewLocked { by: LockedBy::Code, authenticator: None, locked: Base64(paper) };
    let new = NewOfficerKey { recipient: key.recipient().to_string(), locked: vec![by_passkey, by_code] };
    world.exchange.set_officer_key(&World::caller(who), new).await.unwrap();
    key
}

pub(crate) fn grants(vault: &VaultKey, view: &VaultView) -> Vec<GrantTo> {
    let member = |member: &comity_service::VaultMember| {
        let recipient: VaultRecipient = member.recipient.as_ref()?.parse().unwrap();
        let grant = Base64(wrap::to_officers(vault, &[recipient]).unwrap());
        Some(GrantTo { person: member.person, grant })
    };
    view.members.iter().filter_map(member).collect()
}

/// Another epoch as its maker's browser would send it.
pub(crate) async fn next_epoch(world: &World, maker: Who) -> (VaultKey, NewEpoch) {
    next_epoch_of(world, maker, KeyKind::PostQuantum).await
}

pub(crate) async fn next_epoch_of(world: &World, maker: Who, kind: KeyKind) -> (VaultKey, NewEpoch) {
    let view = world.exchange.vault(&World::caller(maker), organisation(home(maker))).await.unwrap();
    let key = VaultKey::generate(kind).unwrap();
    let epoch = u32::try_from(view.epochs.len()).unwrap() + 1;
    let code = if home(maker) == 1 { "nbp" } else { "hbt" };
    let signer = key.signing_key(&format!("{code}.xa.{epoch}")).unwrap().verifier().to_string();
    let grants = grants(&key, &view);
    let recipient = key.recipient().to_string();
    (key, NewEpoch { epoch, recipient, signer, grants })
}

pub(crate) async fn make_epoch(world: &World, maker: Who) -> VaultKey {
    let (key, new) = next_epoch(world, maker).await;
    world.exchange.make_epoch(&World::caller(maker), organisation(home(maker)), new).await.unwrap();
    key
}

/// Keys for everybody who is entitled, and a vault on both sides.
pub(crate) struct Keys {
    pub(crate) officer: VaultKey,
    pub(crate) analyst: VaultKey,
    pub(crate) authority: VaultKey,
    pub(crate) provider: VaultKey,
}

pub(crate) async fn two_vaults(world: &World) -> Keys {
    let officer = officer_key(world, Who::Officer).await;
    let analyst = officer_key(world, Who::Analyst).await;
    officer_key(world, Who::Reviewer).await;
    let authority = make_epoch(world, Who::Officer).await;
    let provider = make_epoch(world, Who::Analyst).await;
    Keys { officer, analyst, authority, provider }
}

/// A request whose first item is accepted.
pub(crate) async fn accepted(world: &World) -> RequestId {
    let id = world.draft(Who::Officer, SUBSCRIBER).await;
    world.send(id).await;
    world.verify(id).await;
    for item in world.look(Who::Analyst, id).await.items {
        let decision = Decision::Produce { giving: Giving::Full, explanation: String::new() };
        world.act(Who::Analyst, id, RequestCommand::Decide { item: item.id, decision }).await;
    }
    id
}

pub(crate) async fn recipients(world: &World, id: RequestId) -> Vec<(String, VaultRecipient)> {
    let sealing = world.exchange.sealing(&World::caller(Who::Analyst), id).await.unwrap();
    sealing.recipients.into_iter().map(|known| (known.id, known.recipient.parse().unwrap())).collect()
}

pub(crate) async fn seal(world: &World, id: RequestId, content: &[u8]) -> Vec<u8> {
    let to: Vec<VaultRecipient> = recipients(world, id).await.into_iter().map(|(_, to)| to).collect();
    let mut file = Vec::new();
    inner::seal(&to, content, &mut file).unwrap();
    file
}

pub(crate) async fn send(
    world: &World,
    id: RequestId,
    name: &str,
    sealed: &[u8],
) -> Result<UploadId, Denied> {
    let who = World::caller(Who::Analyst);
    let file = world.exchange.begin_sealed_upload(&who, id, name, None).await?.id;
    let body = futures_util::stream::iter([Ok(Bytes::copy_from_slice(sealed))]);
    world.exchange.append_upload(&who, id, file, 0, body).await?;
    world.exchange.complete_upload(&who, id, file).await?;
    Ok(file)
}

/// The act that puts a sealed file and its manifest into a package that answers one item.
pub(crate) async fn packing(
    world: &World,
    id: RequestId,
    at: usize,
    content: &[u8],
) -> (UploadId, RequestCommand) {
    let file = send(world, id, "0001.age", &seal(world, id, content).await).await.unwrap();
    let manifest = seal(world, id, b"a signed manifest").await;
    let manifest = send(world, id, "manifest.age", &manifest).await.unwrap();
    (file, of(world, id, at, file, manifest).await)
}

/// The act that puts these two uploads into a package that answers one item.
pub(crate) async fn of(
    world: &World,
    id: RequestId,
    at: usize,
    file: UploadId,
    manifest: UploadId,
) -> RequestCommand {
    let items = vec![world.look(Who::Analyst, id).await.items[at].id];
    let recipients = recipients(world, id).await.into_iter().map(|(id, _)| id).collect();
    let sealing = Some(SealedWith { manifest, sha256: "ab".repeat(32), recipients });
    let files = vec![FileContents { file, items: items.clone(), columns: Vec::new() }];
    RequestCommand::Prepare { items, files, note: String::new(), sealing }
}

/// Releases the newest package.
pub(crate) fn releasing(package: &comity_service::PackageView) -> RequestCommand {
    let seen = package.files.iter().map(|file| Seen { file: file.id, remarks: file.remarks.clone() });
    let comparison = Comparison { seen: seen.collect(), ..Comparison::default() };
    RequestCommand::Release { package: package.id, comparison }
}

/// A sealed answer that was released, with its file.
pub(crate) async fn released(world: &World, content: &[u8]) -> (RequestId, UploadId) {
    let id = accepted(world).await;
    let (file, prepare) = packing(world, id, 0, content).await;
    world.act(Who::Analyst, id, prepare).await;
    let package = world.look(Who::Reviewer, id).await.packages[0].clone();
    world.act(Who::Reviewer, id, releasing(&package)).await;
    (id, file)
}

/// The bytes of a file, as they are given out.
pub(crate) async fn download(
    world: &World,
    who: &Caller,
    id: RequestId,
    file: UploadId,
) -> Result<Vec<u8>, Denied> {
    let (_, content) = world.exchange.download(who, id, file).await?;
    let pieces: Vec<Bytes> = content.try_collect().await.unwrap();
    Ok(pieces.concat())
}

pub(crate) async fn open(world: &World, who: Who, id: RequestId) -> Result<comity_service::Opened, Denied> {
    let package = world.look(who, id).await.packages[0].id;
    world.exchange.open_package(&World::caller(who), id, package, "As in the case file.").await
}

/// What a key makes of the bytes.
pub(crate) fn read(key: &VaultKey, file: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    inner::open(std::slice::from_ref(key), file, &mut content).ok().map(|_| content)
}
