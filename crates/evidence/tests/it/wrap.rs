//! The ways back to a vault key: by an officer, a code, a quorum; and that there are no others.

use comity_evidence::wrap::{
    LOCKED, RecoveryCode, Share, WrapFault, by_code, by_officer, by_quorum, to_code, to_officers, to_quorum,
};
use comity_evidence::{KeyKind, VaultKey};

const KINDS: [KeyKind; 2] = [KeyKind::Classic, KeyKind::PostQuantum];

fn key(kind: KeyKind, byte: u8) -> VaultKey {
    VaultKey::from_seed(kind, &[byte; 32])
}

#[test]
fn every_officer_opens_the_vault_and_nobody_else() {
    for kind in KINDS {
        let vault = key(kind, 1);
        let officers = [key(KeyKind::Classic, 2), key(KeyKind::Classic, 3)];
        let file = to_officers(&vault, &officers.each_ref().map(VaultKey::recipient)).unwrap();
        for officer in &officers {
            assert_eq!(by_officer(officer, &file, &vault.recipient()).unwrap(), vault);
            // A server that hands out another vault's file is found out.
            let other = by_officer(officer, &file, &key(kind, 9).recipient());
            assert!(matches!(other, Err(WrapFault::Wrong)));
        }
        assert!(by_officer(&key(KeyKind::Classic, 4), &file, &vault.recipient()).is_err());
        assert!(by_officer(&officers[0], &file[..file.len() - 1], &vault.recipient()).is_err());
        assert!(by_officer(&officers[0], &vec![0; 100_000], &vault.recipient()).is_err());
    }
}

#[test]
fn a_code_opens_its_vault_and_a_wrong_one_does_not() {
    for kind in KINDS {
        let (vault, public) = (key(kind, 1), key(kind, 1).recipient());
        let (code, locked) = to_code(&vault).unwrap();
        assert_eq!(locked.len(), LOCKED);
        assert_eq!(by_code(&code, &locked, &public).unwrap(), vault);
        let typed = code.to_text();
        assert!(typed.starts_with("recov ery1"), "{}", *typed);
        for text in
            [typed.to_string(), typed.replace(' ', ""), typed.to_uppercase(), format!("\n {} ", *typed)]
        {
            assert_eq!(text.parse::<RecoveryCode>().unwrap(), code);
        }
        let (other, _) = to_code(&vault).unwrap();
        assert!(matches!(by_code(&other, &locked, &public), Err(WrapFault::Wrong)));
        assert!(matches!(by_code(&code, &locked, &key(kind, 2).recipient()), Err(WrapFault::Wrong)));
        for at in 0..locked.len() {
            let mut changed = locked.clone();
            changed[at] ^= 1;
            assert!(by_code(&code, &changed, &public).is_err(), "byte {at}");
            assert!(by_code(&code, &locked[..at], &public).is_err());
        }
        let mut later = locked.clone();
        later[15] = 2;
        assert!(matches!(by_code(&code, &later, &public), Err(WrapFault::Version(2))));
        // Every wrong letter is found as such, before anything is tried.
        let plain = typed.replace(' ', "");
        for at in 0..plain.len() {
            let letter = if plain.as_bytes()[at] == b'q' { "p" } else { "q" };
            let wrong = format!("{}{letter}{}", &plain[..at], &plain[at + 1..]);
            assert!(matches!(wrong.parse::<RecoveryCode>(), Err(WrapFault::Mistyped)), "letter {at}");
        }
        assert!(!format!("{code:?}").contains(&plain[9..20]));
    }
}

#[test]
fn any_quorum_opens_the_vault_and_fewer_do_not() {
    for kind in KINDS {
        let (vault, public) = (key(kind, 1), key(kind, 1).recipient());
        let (shares, locked) = to_quorum(&vault, 3, 5).unwrap();
        let printed: Vec<Share> = shares.iter().map(|share| share.to_text().parse().unwrap()).collect();
        assert_eq!(printed, shares);
        for chosen in 0_u32..32 {
            let some: Vec<Share> =
                (0..5).filter(|at| chosen >> at & 1 == 1).map(|at| shares[at].clone()).collect();
            match by_quorum(&some, &locked, &public) {
                Ok(opened) => assert!(some.len() >= 3 && opened == vault),
                Err(WrapFault::TooFew(have, _)) => assert!(some.len() < 3 && have == some.len()),
                Err(fault) => panic!("{fault}"),
            }
        }
        // One share three times is one share.
        let same = vec![shares[0].clone(); 3];
        assert!(matches!(by_quorum(&same, &locked, &public), Err(WrapFault::TooFew(1, 3))));
        let (others, other) = to_quorum(&vault, 3, 5).unwrap();
        let mixed = [shares[0].clone(), shares[1].clone(), others[2].clone()];
        assert!(matches!(by_quorum(&mixed, &locked, &public), Err(WrapFault::Wrong)));
        assert!(matches!(by_quorum(&shares[..3], &other, &public), Err(WrapFault::Wrong)));
        // A quorum's key is not opened by a code, nor the reverse.
        let (code, by_paper) = to_code(&vault).unwrap();
        assert!(matches!(by_code(&code, &locked, &public), Err(WrapFault::NotLocked)));
        assert!(by_quorum(&shares[..3], &by_paper, &public).is_err());
    }
}

#[test]
fn a_quorum_is_no_single_person() {
    let vault = key(KeyKind::Classic, 1);
    for (threshold, members) in [(0, 3), (1, 3), (3, 2), (2, 17), (17, 17)] {
        assert!(matches!(to_quorum(&vault, threshold, members), Err(WrapFault::Quorum)));
    }
    let (shares, locked) = to_quorum(&vault, 2, 2).unwrap();
    assert_eq!(by_quorum(&shares, &locked, &vault.recipient()).unwrap(), vault);
}
