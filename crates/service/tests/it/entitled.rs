//! Who may open what, said a second time and much more simply: a vault is read by whoever is entitled at this instant, holds
//! the epoch to which a package was sealed, and stands on a side that may have it. People join, leave, lose their keys, make
//! epochs and grant them, requests are answered, released, discarded and withdrawn, in any order; after each step everybody
//! tries to open everything, with every key that they ever held (T06, T11, T42).

use crate::client::{
    accepted, download, grants, next_epoch, officer_key, open_world, packing, read, releasing,
};
use crate::harness::{Who, World, home, organisation, person};
use comity_domain::id::{PackageId, RequestId, UploadId};
use comity_domain::request::RequestCommand;
use comity_evidence::{VaultKey, VaultRecipient, wrap};
use comity_service::{NewGrants, VaultView};
use comity_store::testing::{Engine, TestStore, run_on};
use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

const CONTENT: &[u8] = b"address,subscriber\n203.0.113.7,Canary Person\n";
const STEPS: usize = 24;

/// Those who may hold a vault's key.
const HOLDERS: [Who; 4] = [Who::Officer, Who::OfficerWithEveryRole, Who::Analyst, Who::Reviewer];
/// Those who never may.
const OTHERS: [Who; 6] =
    [Who::Gatekeeper, Who::Judge, Who::Head, Who::Administrator, Who::Auditor, Who::Stranger];

/// One who may hold keys, with everything that they ever saw.
#[derive(Default)]
struct Person {
    away: bool,
    /// Their own keys, the newest last; those before are retired, and kept.
    own: Vec<VaultKey>,
    /// Every key of a vault that they could ever unwrap: who was once given it, is assumed to have kept it.
    kept: Vec<VaultKey>,
}

/// An epoch of a vault.
struct Epoch {
    key: VaultKey,
    /// Who holds it by a grant to their present key.
    held: BTreeSet<u128>,
}

struct Package {
    request: RequestId,
    id: PackageId,
    file: UploadId,
    /// The epochs to which it is sealed: the authority's and the provider's.
    epochs: [usize; 2],
    released: bool,
    gone: bool,
    /// Somebody behind the request left: it stands still.
    frozen: bool,
}

struct Model {
    world: World,
    people: BTreeMap<u128, Person>,
    vaults: [Vec<Epoch>; 2],
    packages: Vec<Package>,
    /// How often something was opened, and refused.
    counted: (usize, usize),
}

const fn at(who: Who) -> u128 {
    who as u128
}

fn side(who: Who) -> usize {
    usize::from(home(who) == 2)
}

impl Model {
    async fn new(store: &mut TestStore) -> Self {
        let world = open_world(store).await;
        let people = HOLDERS.iter().map(|who| (at(*who), Person::default())).collect();
        Self { world, people, vaults: [Vec::new(), Vec::new()], packages: Vec::new(), counted: (0, 0) }
    }

    fn person(&mut self, who: Who) -> &mut Person {
        self.people.get_mut(&at(who)).unwrap()
    }

    fn there(&self, who: Who) -> bool {
        !self.people[&at(who)].away
    }

    fn of_side(side_of: usize) -> impl Iterator<Item = Who> {
        HOLDERS.into_iter().filter(move |who| side(*who) == side_of)
    }

    /// Whether the newest epoch of a side opens for somebody who is entitled.
    fn counts(&self, side_of: usize) -> bool {
        let newest = self.vaults[side_of].last();
        newest.is_some_and(|epoch| {
            Self::of_side(side_of).any(|who| self.there(who) && epoch.held.contains(&at(who)))
        })
    }

    async fn view(&self, who: Who) -> Option<VaultView> {
        self.world.exchange.vault(&World::caller(who), organisation(home(who))).await.ok()
    }

    /// Another key: every grant to the one before is worth nothing to the instance.
    async fn key(&mut self, who: Who) {
        if !self.there(who) {
            return;
        }
        let key = officer_key(&self.world, who).await;
        self.person(who).own.push(key);
        for epoch in &mut self.vaults[side(who)] {
            epoch.held.remove(&at(who));
        }
    }

    async fn epoch(&mut self, who: Who) {
        let able = self.there(who) && !self.people[&at(who)].own.is_empty();
        if !able {
            assert!(self.view(who).await.is_none() || self.people[&at(who)].own.is_empty());
            return;
        }
        let (key, new) = next_epoch(&self.world, who).await;
        self.world.exchange.make_epoch(&World::caller(who), organisation(home(who)), new).await.unwrap();
        let held = Self::of_side(side(who))
            .filter(|other| self.there(*other) && !self.people[&at(*other)].own.is_empty())
            .map(at);
        let held = held.collect();
        self.vaults[side(who)].push(Epoch { key, held });
    }

    /// Grants every epoch that somebody holds to everybody entitled who has a key.
    async fn grant(&mut self, who: Who) {
        let Some(view) = self.view(who).await else { return };
        let present: BTreeSet<u128> = Self::of_side(side(who))
            .filter(|other| self.there(*other) && !self.people[&at(*other)].own.is_empty())
            .map(at)
            .collect();
        for number in 0..self.vaults[side(who)].len() {
            let epoch = &self.vaults[side(who)][number];
            let to =
                NewGrants { epoch: u32::try_from(number).unwrap() + 1, grants: grants(&epoch.key, &view) };
            let holds = epoch.held.contains(&at(who));
            let done = self.world.exchange.grant(&World::caller(who), organisation(home(who)), to).await;
            assert_eq!(done.is_ok(), holds, "{who:?} grants an epoch: {:?}", done.err());
            if holds {
                self.vaults[side(who)][number].held.extend(&present);
            }
        }
    }

    async fn trust(&mut self, who: Who, away: bool) {
        if self.person(who).away == away {
            return;
        }
        let by = if home(who) == 1 { Who::Head } else { Who::Administrator };
        self.world.exchange.set_active(&World::caller(by), person(who), !away).await.unwrap();
        self.person(who).away = away;
        if away && who == Who::Officer {
            // The officer is behind every request: what was not released to anybody else stands still as well.
            self.packages.iter_mut().for_each(|package| package.frozen = true);
        }
    }

    /// A request is answered with a sealed file, which is released or waits.
    async fn answer(&mut self, release: bool) {
        let all = [Who::Officer, Who::Analyst, Who::Reviewer].iter().all(|who| self.there(*who));
        if !all || !self.counts(0) || !self.counts(1) {
            return;
        }
        let id = accepted(&self.world).await;
        let (file, prepare) = packing(&self.world, id, 0, CONTENT).await;
        self.world.act(Who::Analyst, id, prepare).await;
        let package = self.world.look(Who::Reviewer, id).await.packages[0].clone();
        if release {
            self.world.act(Who::Reviewer, id, releasing(&package)).await;
        }
        self.packages.push(Package {
            request: id,
            id: package.id,
            file,
            epochs: [self.vaults[0].len() - 1, self.vaults[1].len() - 1],
            released: release,
            gone: false,
            frozen: false,
        });
    }

    /// A package that waits is released by the second person, or taken back, where nothing holds it.
    async fn finish(&mut self, release: bool) {
        let able = [Who::Officer, Who::Reviewer].iter().all(|who| self.there(*who));
        let waits =
            self.packages.iter().position(|package| !package.released && !package.gone && !package.frozen);
        let Some(number) = waits.filter(|_| able) else { return };
        let Package { request, id, .. } = self.packages[number];
        let view = self.world.look(Who::Reviewer, request).await.packages[0].clone();
        let command = if release {
            releasing(&view)
        } else {
            RequestCommand::Discard { package: id, reason: "Another way.".to_owned() }
        };
        self.world.act(Who::Reviewer, request, command).await;
        self.packages[number].released = release;
        self.packages[number].gone = !release;
    }

    async fn step(&mut self, (who, what, otherwise): (usize, usize, bool)) {
        let who = HOLDERS[who];
        match what {
            0 | 1 => self.key(who).await,
            2 | 3 => self.epoch(who).await,
            4 | 5 => self.grant(who).await,
            6 => self.trust(who, true).await,
            7 | 8 => self.trust(who, false).await,
            9 | 10 => self.answer(!otherwise).await,
            _ => self.finish(otherwise).await,
        }
    }

    /// Whatever the instance gives to each, they keep.
    async fn keep(&mut self) {
        for who in HOLDERS {
            let Some(view) = self.view(who).await else { continue };
            for epoch in view.epochs {
                let Some(grant) = epoch.grant else { continue };
                let recipient: VaultRecipient = epoch.recipient.parse().unwrap();
                let own = &self.people[&at(who)].own;
                let found = own.iter().find_map(|key| wrap::by_officer(key, &grant.0, &recipient).ok());
                let found = found.expect("a grant opens with a key of its holder");
                if !self.people[&at(who)].kept.contains(&found) {
                    self.person(who).kept.push(found);
                }
            }
        }
    }

    /// What somebody reads of a package, with every key that they ever had.
    async fn reads(&self, who: Who, package: &Package) -> (bool, bool) {
        let caller = World::caller(who);
        let opened = self
            .world
            .exchange
            .open_package(&caller, package.request, package.id, "As in the case file.")
            .await;
        let cipher = download(&self.world, &caller, package.request, package.file).await;
        let Ok(cipher) = cipher else { return (false, false) };
        assert!(opened.is_ok(), "{who:?} has a file of a package that they could not open");
        let known = self.people.get(&at(who)).map(|person| &person.kept);
        let clear = known.into_iter().flatten().any(|key| read(key, &cipher).as_deref() == Some(CONTENT));
        (true, clear)
    }

    async fn everybody_tries(&mut self) {
        self.keep().await;
        for number in 0..self.packages.len() {
            for who in HOLDERS.into_iter().chain(OTHERS) {
                let package = &self.packages[number];
                let (given, clear) = self.reads(who, package).await;
                let is_there = self.people.get(&at(who)).is_some_and(|person| !person.away);
                let may = is_there
                    && !package.gone
                    && match who {
                        Who::Officer | Who::OfficerWithEveryRole => package.released && !package.frozen,
                        Who::Reviewer => true,
                        _ => false,
                    };
                assert_eq!(given, may, "{who:?} of package {number} after the last step");
                let holder = HOLDERS.contains(&who);
                let epoch = &self.vaults[side(who).min(1)][package.epochs[side(who).min(1)]];
                if may && holder && epoch.held.contains(&at(who)) {
                    assert!(
                        clear,
                        "{who:?} is entitled to package {number}, holds its epoch, and cannot read it"
                    );
                }
                let once = self.people.get(&at(who)).is_some_and(|person| person.kept.contains(&epoch.key));
                assert_eq!(clear, given && once, "{who:?} reads package {number} without its key");
                if clear { self.counted.0 += 1 } else { self.counted.1 += 1 }
            }
        }
    }
}

fn sequences(engine: Engine, cases: u8) {
    let (mut opened, mut refused) = (0, 0);
    for case in 0..cases {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[case.wrapping_add(1); 32]);
        let step = (0..HOLDERS.len(), 0_usize..12, proptest::bool::weighted(0.3));
        let steps = vec(step, STEPS).new_tree(&mut TestRunner::new_with_rng(Config::default(), rng));
        let steps = steps.unwrap().current();
        run_on(&mut engine.open_in_memory(), async |store| {
            let mut model = Model::new(store).await;
            for who in HOLDERS {
                model.key(who).await;
            }
            model.epoch(Who::Officer).await;
            model.epoch(Who::Analyst).await;
            for step in steps {
                model.step(step).await;
                model.everybody_tries().await;
            }
            assert_eq!(model.world.exchange.check().await.unwrap().findings, []);
            opened += model.counted.0;
            refused += model.counted.1;
        });
    }
    println!("{cases} sequences of {STEPS} steps: {opened} openings read, {refused} read nothing");
    assert!(opened > 0 && refused > 0);
}

#[test]
fn no_sequence_opens_to_others_or_closes_to_the_entitled_on_sqlite() {
    sequences(Engine::Sqlite, 12);
}

#[test]
fn no_sequence_opens_to_others_or_closes_to_the_entitled_on_postgres() {
    sequences(Engine::Postgres, 4);
}
