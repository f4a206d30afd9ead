//! Tokens that get a new secret while the old one still works for a while (T03).

use crate::harness::{SUBSCRIBER, Who, World, organisation, person};
use crate::identity::{entries, told};
use comity_domain::id::TokenId;
use comity_domain::refusal::{Refusal, RefusalCode};
use comity_service::{Caller, Denied, NewToken, PeerProcedures, Rotation, TokenView};
use comity_store::on_both_engines;

const HOUR_S: i64 = 3_600;

async fn made(world: &World, who: Who) -> (TokenView, String) {
    let new = NewToken {
        name: "interface".to_owned(),
        scopes: vec!["read".to_owned()],
        days: 30,
        certificate: None,
    };
    world.exchange.add_token(&World::caller(who), new).await.unwrap()
}

async fn rotated(world: &World, who: Who, id: TokenId, hours: u32) -> (TokenView, String) {
    world.exchange.rotate_token(&World::caller(who), id, Rotation { hours, certificate: None }).await.unwrap()
}

async fn not_rotated(world: &World, who: Who, id: TokenId, hours: u32) -> Refusal {
    let tried =
        world.exchange.rotate_token(&World::caller(who), id, Rotation { hours, certificate: None }).await;
    refusal(tried.map(drop))
}

fn refusal(answer: Result<(), Denied>) -> Refusal {
    match answer {
        Err(Denied::Refused(mut refusals)) => refusals.remove(0),
        other => panic!("not refused: {other:?}"),
    }
}

async fn listed(world: &World, who: Who, id: TokenId) -> TokenView {
    let all = world.exchange.tokens(&World::caller(who)).await.unwrap();
    all.into_iter().find(|token| token.id == id).unwrap()
}

/// What a token is worth: whether it opens anything, or by which code it is refused.
async fn worth(world: &World, secret: &str) -> Result<bool, RefusalCode> {
    match world.exchange.bearer(secret, None).await {
        Ok(found) => Ok(found.is_some()),
        Err(Denied::Refused(refusals)) => Err(refusals[0].code),
        Err(Denied::Fault(fault)) => panic!("{fault}"),
    }
}

on_both_engines! {
    async fn the_old_token_works_until_the_stated_moment_and_is_then_refused_as_rotated(store) {
        let world = World::open(store).await;
        let (old, old_secret) = made(&world, Who::Head).await;
        world.pass(10 * 86_400).await;
        let begun = world.exchange.now();
        let (new, new_secret) = rotated(&world, Who::Head, old.id, 24).await;
        assert_eq!((new.name.as_str(), &new.scopes, new.person), ("interface", &old.scopes, old.person));
        // As long as the first, counted from the rotation.
        assert_eq!(new.expires_at, begun.plus_seconds(30 * 86_400));
        let replaced = listed(&world, Who::Head, old.id).await;
        assert_eq!((replaced.successor, replaced.replaced_until), (Some(new.id), Some(begun.plus_seconds(24 * HOUR_S))));
        assert_eq!(replaced.expires_at, old.expires_at);
        for secret in [&old_secret, &new_secret] {
            assert_eq!(worth(&world, secret).await, Ok(true));
        }
        world.pass(24 * HOUR_S - 1).await;
        assert_eq!(worth(&world, &old_secret).await, Ok(true));
        world.pass(1).await;
        assert_eq!(worth(&world, &old_secret).await, Err(RefusalCode::TokenRotated));
        assert_eq!(worth(&world, &new_secret).await, Ok(true));
        let entry = entries(store, "token.edit").await.pop().unwrap();
        assert_eq!(entry.outcome, "done");
        assert_eq!(entry.detail, format!("{{\"token\":\"{}\",\"hours\":24}}", old.id));
        assert!(told(store, Who::Head).await.contains(&"token-rotated".to_owned()));
        assert!(!told(store, Who::Administrator).await.contains(&"token-rotated".to_owned()));
        let notices = world.exchange.outbox().await.unwrap();
        let notice = notices.iter().find(|notice| notice.body.contains(&new.id.to_string())).unwrap();
        assert!(notice.body.ends_with("/organisation"), "{}", notice.body);
        assert!(!notices.iter().any(|notice| notice.body.contains(&new_secret)));
    }

    async fn a_token_that_is_rotated_twice_leaves_each_predecessor_its_own_moment(store) {
        let world = World::open(store).await;
        let (first, first_secret) = made(&world, Who::Head).await;
        let (second, second_secret) = rotated(&world, Who::Head, first.id, 2).await;
        assert_eq!(not_rotated(&world, Who::Head, first.id, 2).await.code, RefusalCode::NotInThisState);
        world.pass(HOUR_S).await;
        let (third, third_secret) = rotated(&world, Who::Head, second.id, 168).await;
        assert_eq!(listed(&world, Who::Head, first.id).await.successor, Some(third.id));
        for secret in [&first_secret, &second_secret, &third_secret] {
            assert_eq!(worth(&world, secret).await, Ok(true));
        }
        world.pass(HOUR_S).await;
        assert_eq!(worth(&world, &first_secret).await, Err(RefusalCode::TokenRotated));
        assert_eq!(worth(&world, &second_secret).await, Ok(true));
        world.pass(167 * HOUR_S).await;
        assert_eq!(worth(&world, &second_secret).await, Err(RefusalCode::TokenRotated));
        assert_eq!(worth(&world, &third_secret).await, Ok(true));
    }

    async fn a_thief_who_uses_the_old_token_is_seen_and_all_of_its_line_is_revoked_together(store) {
        let world = World::open(store).await;
        let (first, first_secret) = made(&world, Who::Head).await;
        let (second, second_secret) = rotated(&world, Who::Head, first.id, 24).await;
        let (third, third_secret) = rotated(&world, Who::Head, second.id, 24).await;
        world.pass(600).await;
        assert_eq!(worth(&world, &first_secret).await, Ok(true));
        assert_eq!(listed(&world, Who::Head, first.id).await.last_used_at, Some(world.exchange.now()));
        assert_eq!(listed(&world, Who::Head, third.id).await.last_used_at, None);
        // The old one alone, at once; those that took its place stay.
        world.exchange.revoke_token(&World::caller(Who::Head), first.id).await.unwrap();
        assert_eq!(worth(&world, &first_secret).await, Ok(false));
        assert_eq!(worth(&world, &second_secret).await, Ok(true));
        world.exchange.revoke_token(&World::caller(Who::Head), third.id).await.unwrap();
        for secret in [&first_secret, &second_secret, &third_secret] {
            assert_eq!(worth(&world, secret).await, Ok(false));
        }
        assert_eq!(not_rotated(&world, Who::Head, third.id, 1).await.code, RefusalCode::NotInThisState);
        let again = world.exchange.revoke_token(&World::caller(Who::Head), third.id).await;
        assert_eq!(refusal(again).code, RefusalCode::NotFound);
    }

    async fn nobody_rotates_a_token_of_another_organisation_or_person(store) {
        let world = World::open(store).await;
        let (own, secret) = made(&world, Who::Head).await;
        let foreign = not_rotated(&world, Who::Administrator, own.id, 1).await;
        assert_eq!((foreign.code, foreign.field.as_deref()), (RefusalCode::NotFound, Some("token")));
        let by_officer = not_rotated(&world, Who::Officer, own.id, 1).await;
        assert_eq!(by_officer.code, RefusalCode::NotPermitted);
        // A colleague's token: whoever holds its secret acts as the colleague.
        let home = organisation(1);
        world.exchange.add_token_for(&Caller::Operator, person(Who::Judge), home, "judge", &["read"]).await.unwrap();
        let all = world.exchange.tokens(&World::caller(Who::Head)).await.unwrap();
        let judges = all.iter().find(|token| token.name == "judge").unwrap().id;
        let refused = not_rotated(&world, Who::Head, judges, 1).await;
        assert_eq!((refused.code, refused.detail.as_deref()), (RefusalCode::NotPermitted, Some("refusal-token-of-another")));
        let refused = entries(store, "token.edit").await;
        assert_eq!(refused.iter().filter(|entry| entry.outcome == "refused").count(), 3);
        assert_eq!(worth(&world, &secret).await, Ok(true));
        assert_eq!(listed(&world, Who::Head, own.id).await.successor, None);
    }

    async fn the_overlap_is_a_week_at_most_and_never_longer_than_the_token_itself(store) {
        let world = World::open(store).await;
        let (old, old_secret) = made(&world, Who::Head).await;
        let refused = not_rotated(&world, Who::Head, old.id, 169).await;
        assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::FieldMalformed, Some("hours")));
        world.pass(29 * 86_400).await;
        rotated(&world, Who::Head, old.id, 168).await;
        assert_eq!(listed(&world, Who::Head, old.id).await.replaced_until, Some(old.expires_at));
        world.pass(86_400).await;
        assert_eq!(worth(&world, &old_secret).await, Ok(false));
        let (over, over_secret) = made(&world, Who::Head).await;
        rotated(&world, Who::Head, over.id, 0).await;
        assert_eq!(worth(&world, &over_secret).await, Err(RefusalCode::TokenRotated));
        assert_eq!(not_rotated(&world, Who::Head, old.id, 1).await.code, RefusalCode::NotInThisState);
    }

    async fn an_administrator_rotates_the_link_of_their_organisation_and_it_stays_what_it_was(store) {
        let world = World::open(store).await;
        let procedures = PeerProcedures { disclosure: SUBSCRIBER.to_owned(), preservation: crate::harness::PRESERVATION.to_owned() };
        let old_secret = world
            .exchange
            .add_peer_token(&Caller::Operator, organisation(1), organisation(2), "link", procedures.clone())
            .await
            .unwrap();
        let all = world.exchange.tokens(&World::caller(Who::Head)).await.unwrap();
        let old = all.iter().find(|token| token.name == "link").unwrap().clone();
        let (_, new_secret) = rotated(&world, Who::Head, old.id, 24).await;
        for secret in [&old_secret, &new_secret] {
            let (caller, scopes) = world.exchange.bearer(secret, None).await.unwrap().unwrap();
            assert_eq!(scopes, ["interop"]);
            let Caller::Peer { organisation: of, addressee, procedures: filed } = caller else { panic!("no peer") };
            assert_eq!((of, addressee), (organisation(1), organisation(2)));
            assert!(filed == procedures);
        }
    }

    async fn a_bound_token_and_what_takes_its_place_count_with_their_certificate_alone(store) {
        let world = World::open(store).await;
        let with = async |secret: &str, shown: Option<[u8; 32]>| match world.exchange.bearer(secret, shown).await {
            Ok(found) => Ok(found.is_some()),
            Err(denied) => Err(refusal(Err(denied)).code),
        };
        let new = |certificate: &str| NewToken {
            name: "bound".to_owned(),
            scopes: vec!["read".to_owned()],
            days: 30,
            certificate: Some(certificate.to_owned()),
        };
        let head = World::caller(Who::Head);
        for unreadable in ["AB", &"ab".repeat(33), &"zz".repeat(32), &"+f".repeat(32), &"ab:".repeat(500)] {
            let refused = world.exchange.add_token(&head, new(unreadable)).await.map(drop);
            assert_eq!(refusal(refused).field.as_deref(), Some("certificate"), "{unreadable}");
        }
        let printed = vec!["AB"; 32].join(":");
        let (old, old_secret) = world.exchange.add_token(&head, new(&printed)).await.unwrap();
        assert_eq!(old.certificate, Some("ab".repeat(32)));
        let (first, second) = (Some([0xab; 32]), Some([0xcd; 32]));
        assert_eq!(with(&old_secret, first).await, Ok(true));
        for shown in [None, second] {
            assert_eq!(with(&old_secret, shown).await, Err(RefusalCode::CertificateRequired));
        }
        let (kept, kept_secret) = rotated(&world, Who::Head, old.id, 24).await;
        assert_eq!(kept.certificate, old.certificate);
        assert_eq!(with(&kept_secret, None).await, Err(RefusalCode::CertificateRequired));
        // The certificate was renewed: the old pair works until the overlap ends, the new one from now on.
        let how = Rotation { hours: 24, certificate: Some("cd".repeat(32)) };
        let (_, secret) = world.exchange.rotate_token(&head, kept.id, how).await.unwrap();
        assert_eq!(with(&secret, second).await, Ok(true));
        assert_eq!(with(&secret, first).await, Err(RefusalCode::CertificateRequired));
        assert_eq!(with(&kept_secret, first).await, Ok(true));
        assert_eq!(worth(&world, &kept_secret).await, Err(RefusalCode::CertificateRequired));
    }
}
