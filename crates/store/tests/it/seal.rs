//! Sealing: a value opens with its key at its place and nowhere else.

use std::os::unix::fs::PermissionsExt;

use comity_store::seal::{self, DossierKey, InstanceKey, KeyState, OVERHEAD, Place};
use comity_store::testing::NOW_US;
use comity_store::{Fault, FaultKind, Store, on_both_engines};
use proptest::prelude::*;

const PLACE: Place<'static> = Place { table: "item", row: "i1", column: "value" };

pub(crate) async fn new_key(store: &Store, dossier: &'static str) -> DossierKey {
    let instance = store.instance_key().clone();
    let made =
        store.write("test.key", move |tx| seal::create_dossier_key(tx, &instance, dossier, NOW_US)).await;
    made.expect("a key")
}

async fn state(store: &Store, dossier: &'static str) -> Result<KeyState, Fault> {
    let instance = store.instance_key().clone();
    store.read("test.key", move |tx| seal::dossier_key(tx, &instance, dossier)).await
}

on_both_engines! {
    async fn a_dossiers_key_is_found_again_and_opens_what_it_sealed(store) {
        let sealed = new_key(store, "d1").await.seal(PLACE, b"203.0.113.7").expect("sealed");
        store.reopen().expect("opens again");
        let KeyState::Present(key) = state(store, "d1").await.expect("readable") else { panic!("no key") };
        assert_eq!(key.open(PLACE, &sealed).as_deref(), Ok(b"203.0.113.7".as_slice()));
        assert!(matches!(state(store, "d2").await, Ok(KeyState::Missing)));
    }

    async fn a_dossier_has_one_key_ever(store) {
        new_key(store, "d1").await;
        let instance = store.instance_key().clone();
        let again = store.write("test.key", move |tx| {
            seal::create_dossier_key(tx, &instance, "d1", NOW_US).map(drop)
        }).await;
        assert_eq!(again.expect_err("taken").kind, FaultKind::Unique);
    }

    async fn a_destroyed_key_is_gone_and_known_to_be_gone(store) {
        new_key(store, "d1").await;
        let destroy = async |at_us| {
            store.write("test.destroy", move |tx| seal::destroy_dossier_key(tx, "d1", at_us)).await
        };
        assert_eq!(destroy(NOW_US + 1).await, Ok::<_, Fault>(true));
        assert_eq!(destroy(NOW_US + 2).await, Ok::<_, Fault>(false));
        assert!(matches!(state(store, "d1").await, Ok(KeyState::Destroyed(at_us)) if at_us == NOW_US + 1));
        let wrapped = store.read("test.row", |tx| {
            tx.row("select wrapped from dossier_key where dossier = $1", &["d1".into()])
        }).await.expect("readable").expect("the row");
        assert_eq!(wrapped.opt_bytes(0), Ok(None));
    }

    async fn a_wrapped_key_moved_to_another_dossier_does_not_open(store) {
        new_key(store, "d1").await;
        let moved = store.write("test.move", |tx| {
            tx.exec("update dossier_key set dossier = 'd2' where dossier = 'd1'", &[])
        }).await;
        assert_eq!(moved, Ok::<_, Fault>(1));
        assert!(state(store, "d2").await.is_err());
    }

    async fn two_dossiers_keys_differ(store) {
        let (one, other) = (new_key(store, "d1").await, new_key(store, "d2").await);
        let sealed = one.seal(PLACE, b"x").expect("sealed");
        assert!(other.open(PLACE, &sealed).is_err());
    }
}

fn key() -> InstanceKey {
    InstanceKey::from_bytes([3; 32])
}

#[test]
fn a_sealed_value_opens_at_no_other_place_and_with_no_other_key() {
    let sealed = key().seal(PLACE, b"necessity").expect("sealed");
    assert_eq!(sealed.len(), 9 + OVERHEAD);
    assert_eq!(key().open(PLACE, &sealed).as_deref(), Ok(b"necessity".as_slice()));
    for place in [
        Place { table: "items", ..PLACE },
        Place { row: "i2", ..PLACE },
        Place { column: "valu", ..PLACE },
        // The same bytes, parted elsewhere.
        Place { table: "itemi", row: "1", ..PLACE },
    ] {
        assert!(key().open(place, &sealed).is_err(), "{place:?}");
    }
    assert!(InstanceKey::from_bytes([4; 32]).open(PLACE, &sealed).is_err());
}

#[test]
fn equal_values_are_sealed_differently() {
    assert_ne!(key().seal(PLACE, b"x"), key().seal(PLACE, b"x"));
}

#[test]
fn digests_are_equal_for_equal_values_under_equal_labels_and_keys_only() {
    let digest = key().digest("identifier", b"203.0.113.7");
    assert_eq!(digest, key().digest("identifier", b"203.0.113.7"));
    assert_ne!(digest, key().digest("identifier", b"203.0.113.8"));
    assert_ne!(digest, key().digest("identifie", b"r203.0.113.7"));
    assert_ne!(digest, InstanceKey::from_bytes([4; 32]).digest("identifier", b"203.0.113.7"));
}

/// A folder of this test's own, removed at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("comity_seal_{}_{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[test]
fn the_key_file_is_made_once_for_its_owner_only() {
    let folder = Folder::new("once");
    let path = folder.0.join("instance.key");
    assert!(InstanceKey::load(&path).is_err());
    let keys: Vec<_> = std::thread::scope(|scope| {
        let rivals: Vec<_> = (0..8).map(|_| scope.spawn(|| InstanceKey::load_or_create(&path))).collect();
        rivals.into_iter().map(|rival| rival.join().expect("no panic").expect("a key")).collect()
    });
    for key in &keys {
        assert_eq!(key.digest("l", b"v"), keys[0].digest("l", b"v"));
    }
    assert_eq!(std::fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(&folder.0).expect("the folder").count(), 1, "nothing is left beside it");
}

#[test]
fn a_key_file_that_others_may_read_or_that_holds_no_key_is_refused() {
    let folder = Folder::new("refused");
    let path = folder.0.join("instance.key");
    InstanceKey::load_or_create(&path).expect("a key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("permitted");
    assert!(InstanceKey::load_or_create(&path).is_err());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("permitted");
    assert!(InstanceKey::load_or_create(&path).is_ok());
    let zeros = "0".repeat(63);
    for bad in ["", "00", zeros.as_str(), "not a key"] {
        std::fs::write(&path, bad).expect("written");
        assert!(InstanceKey::load_or_create(&path).is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_not_open(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(key().open(PLACE, &bytes).is_err());
    }

    #[test]
    fn a_changed_bit_does_not_open(
        plain in prop::collection::vec(any::<u8>(), 0..100), at in any::<prop::sample::Index>(), bit in 0..8_u8,
    ) {
        let mut sealed = key().seal(PLACE, &plain).expect("sealed");
        prop_assert_eq!(key().open(PLACE, &sealed), Ok(plain));
        let index = at.index(sealed.len());
        sealed[index] ^= 1 << bit;
        prop_assert!(key().open(PLACE, &sealed).is_err());
    }
}
