//! Whom one can ask: found by name, service or country, never more than can be read, never oneself.

use crate::harness::{Who, World, organisation};
use comity_domain::party::{Organisation, OrganisationKind};
use comity_domain::term::Language;
use comity_service::{Caller, MAX_ADDRESSEES};
use comity_store::on_both_engines;

fn of(number: u128, kind: OrganisationKind, name: &str, country: &str, service: &str) -> Organisation {
    Organisation {
        id: organisation(number),
        kind,
        name: name.to_owned(),
        code: format!("C{number}"),
        country: country.to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        language: Language::English,
        mail_domain: format!("c{number}.example"),
        switchboard: "+999100200".to_owned(),
        services: vec![service.to_owned()],
    }
}

async fn found(world: &World, who: Who, search: &str) -> Vec<String> {
    let answer = world.exchange.addressees(&World::caller(who), search).await.unwrap();
    assert!(!answer.more, "{search}");
    answer.found.into_iter().map(|organisation| organisation.name).collect()
}

on_both_engines! {
    async fn an_addressee_is_found_by_name_service_or_country(store) {
        let others = vec![
            of(51, OrganisationKind::Provider, "Société Génève", "XB", "Lac Mail"),
            of(52, OrganisationKind::ContactPoint, "Corvania contact point", "XC", ""),
            of(53, OrganisationKind::Authority, "Génève Police", "XB", ""),
        ];
        let world = World::founded_with(store, others).await;
        assert_eq!(found(&world, Who::Officer, "geneve").await, ["Société Génève"]);
        assert_eq!(found(&world, Who::Officer, " LAC  mail ").await, ["Société Génève"]);
        assert_eq!(found(&world, Who::Officer, "xc").await, ["Corvania contact point"]);
        assert_eq!(found(&world, Who::Officer, "contact xb").await, Vec::<String>::new());
        assert_eq!(found(&world, Who::Officer, "%").await, Vec::<String>::new());
        assert_eq!(found(&world, Who::Officer, "").await.len(), 4);
        let own = found(&world, Who::Analyst, "organisation").await;
        assert_eq!(own, ["Organisation OTH"], "nobody asks oneself");
        // One that has not been let in yet is asked by nobody.
        let later = of(54, OrganisationKind::Provider, "Société Lémane", "XB", "");
        world.exchange.put_organisation(&Caller::Operator, later).await.unwrap();
        assert_eq!(found(&world, Who::Officer, "lemane").await, Vec::<String>::new());
    }

    async fn a_long_directory_is_shown_in_part_and_says_so(store) {
        let host = |number| of(number, OrganisationKind::Provider, &format!("Host {number}"), "XB", "");
        let world = World::founded_with(store, (100..700).map(host).collect()).await;
        let officer = World::caller(Who::Officer);
        let answer = world.exchange.addressees(&officer, "host").await.unwrap();
        assert_eq!((answer.found.len(), answer.more), (MAX_ADDRESSEES, true));
        assert_eq!(answer.found[0].name, "Host 100");
        assert_eq!(found(&world, Who::Officer, "host 699").await, ["Host 699"]);
        let fifty = world.exchange.addressees(&officer, "host 1").await.unwrap();
        assert!(fifty.more, "of more than fifty the last is not the end");
    }
}
