//! Time stamps of OpenSSL's authority, which are accepted here where OpenSSL accepts them, and of others, which are not.

use crate::authority::{Authority, ECDSA, ONE_DAY, P384, RSA};
use comity_evidence::Digest;
use comity_evidence::stamp::{Stamp, request, roots, verify};
use comity_ledger::bundle::Refusal;

const CONTENT: &[u8] = b"what was delivered";
const NONCE: u64 = 0x8000_0000_0000_0001;

fn undecided(result: Result<Stamp, Refusal>) -> String {
    match result {
        Err(Refusal::Undecided(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn invalid(result: Result<Stamp, Refusal>) -> String {
    match result {
        Err(Refusal::Invalid(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn stamps_hold_here_where_they_hold_for_openssl() {
    for kind in [RSA, ECDSA] {
        let authority = Authority::new(kind);
        let own = roots(authority.root().as_bytes()).unwrap();
        let hash = Digest::of(CONTENT);
        for nonce in [NONCE, 0, 1, 0x7f, 0x80, 0xff00, u64::MAX] {
            let answer = authority.answer(&request(&hash, nonce).unwrap(), None);
            authority.accepts(&answer, CONTENT);
            let stamp = verify(&answer, &hash, Some(nonce), &own).unwrap();
            assert_eq!((stamp.policy.as_str(), stamp.authority.as_str()), ("1.2.3.4.1", "O=Time of XA"));
            assert_eq!(verify(&answer, &hash, None, &own), Ok(stamp));
            let other = verify(&answer, &hash, Some(nonce ^ 2), &own);
            assert!(invalid(other).contains("another request"));
            let other = verify(&answer, &Digest::of(b"else"), Some(nonce), &own);
            assert!(invalid(other).contains("other bytes"));
        }
        let answer = authority.answer(&request(&hash, NONCE).unwrap(), None);
        let stranger = Authority::new(kind);
        let others = roots(stranger.root().as_bytes()).unwrap();
        assert!(undecided(verify(&answer, &hash, None, &others)).contains("trusted roots"));
        let both = [others, own].concat();
        assert!(verify(&answer, &hash, None, &both).is_ok());
    }
}

#[test]
fn a_changed_answer_says_nothing_else() {
    for kind in [RSA, ECDSA] {
        let authority = Authority::new(kind);
        let roots = roots(authority.root().as_bytes()).unwrap();
        let hash = Digest::of(CONTENT);
        let answer = authority.answer(&request(&hash, NONCE).unwrap(), None);
        let stamp = verify(&answer, &hash, Some(NONCE), &roots).unwrap();
        let mut accepted = 0;
        for at in 0..answer.len() {
            let mut other = answer.clone();
            other[at] ^= 1;
            // The words around a token are nobody's: there are few, and they change nothing.
            if let Ok(same) = verify(&other, &hash, Some(NONCE), &roots) {
                assert_eq!(same, stamp, "byte {at}");
                println!("byte {at} of {}", answer.len());
                accepted += 1;
            }
            assert!(verify(&answer[..at], &hash, None, &roots).is_err());
        }
        assert!(accepted < 10, "{accepted} bytes of {} could be changed", answer.len());
        let longer = [answer.as_slice(), b"\0"].concat();
        assert!(verify(&longer, &hash, None, &roots).is_err());
    }
}

#[test]
fn an_authority_whose_certificate_has_ended_is_refused() {
    let authority = Authority::new(ONE_DAY);
    let roots = roots(authority.root().as_bytes()).unwrap();
    let hash = Digest::of(CONTENT);
    let request = request(&hash, NONCE).unwrap();
    assert!(verify(&authority.answer(&request, None), &hash, Some(NONCE), &roots).is_ok());
    let late = authority.answer(&request, Some("+3d"));
    assert!(invalid(verify(&late, &hash, Some(NONCE), &roots)).contains("certificate"));
}

#[test]
fn what_is_not_known_here_is_said_to_be_undecided() {
    let hash = Digest::of(CONTENT);
    let authority = Authority::new(P384);
    let own = roots(authority.root().as_bytes()).unwrap();
    let answer = authority.answer(&request(&hash, NONCE).unwrap(), None);
    authority.accepts(&answer, CONTENT);
    assert!(undecided(verify(&answer, &hash, None, &own)).contains("not verified here"));

    // Nobody asked for the certificate.
    let authority = Authority::new(ECDSA);
    let own = roots(authority.root().as_bytes()).unwrap();
    let mut silent = request(&hash, 5).unwrap();
    let wanted = silent.split_off(silent.len() - 3);
    assert_eq!(wanted, [1, 1, 0xff]);
    silent[1] -= 3;
    let answer = authority.answer(&silent, None);
    assert!(undecided(verify(&answer, &hash, None, &own)).contains("no certificate"));

    assert!(undecided(roots(b"nothing").map(|_| unreachable!())).contains("PEM"));
    assert!(invalid(verify(&vec![0x30; 70_000], &hash, None, &own)).contains("longer"));
}
