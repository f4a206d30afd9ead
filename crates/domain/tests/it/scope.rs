//! What was asked against what is given: nothing missing and nothing extra leaves without its reason, no file without
//! its report, and no remark unseen (guideline `P-validate`; T04, T27).

use comity_domain::calendar::Calendar;
use comity_domain::id::{Id, PackageId, PersonId, UploadId};
use comity_domain::identifier::{Identifier, IdentifierType, PortPolicy, RawIdentifier};
use comity_domain::inspection::{Finding, Inspection, Table};
use comity_domain::party::{Actor, Organisation, OrganisationKind, OrganisationStatus, Role, Signature};
use comity_domain::procedure::PinnedProcedure;
use comity_domain::refusal::{RefusalCode, Refusals};
use comity_domain::request::{
    Arrived, Column, Comparison, Context, Draft, Extra, FileContents, Found, Giving, Holds, Intake, Item,
    ItemState, Missing, Party, Request, RequestCommand, RequestEvent, RequestState, Seen, Source, Stage,
    apply, compare, decide,
};
use comity_domain::term::{DataCategory, Language, Priority};
use comity_domain::time::Moment;
use comity_domain::vault::Vaults;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const ELEMENTS: [&str; 4] = ["identity", "address", "billing", "payment"];

fn id<K>(number: u128) -> Id<K> {
    Id::new(Uuid::from_u128(number))
}

fn now() -> Moment {
    "2026-11-23T14:00:00+01:00".parse().unwrap()
}

fn pinned() -> PinnedProcedure {
    PinnedProcedure::from_toml(include_str!("../../../../procedures/bud/18_subscriber.toml")).unwrap()
}

fn person(number: u128, organisation: u128, role: Role) -> Actor {
    Actor {
        person: id(number),
        name: format!("Person {number}"),
        organisation: id(organisation),
        organisation_kind: OrganisationKind::Provider,
        roles: vec![role],
        function: "Clerk".to_owned(),
        accreditation: format!("A-{number}"),
        accredited_until: now().plus_seconds(86_400),
        authoriser: None,
    }
}

fn organisation(number: u128, kind: OrganisationKind) -> Organisation {
    Organisation {
        id: id(number),
        kind,
        name: format!("Organisation {number}"),
        code: format!("O{number}"),
        country: "XA".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        language: Language::English,
        mail_domain: "o.example".to_owned(),
        switchboard: "+999100200".to_owned(),
        services: Vec::new(),
    }
}

fn item(number: u32, elements: &[&str], giving: Giving) -> Item {
    let raw =
        RawIdentifier { value: format!("user{number}@mail.example"), port: None, at: None, service: None };
    let identifier = Identifier::parse(IdentifierType::Email, &raw, PortPolicy::Advised).unwrap();
    let analyst: PersonId = id(20);
    let by = Signature {
        person: analyst,
        name: "Person 20".to_owned(),
        organisation: id(2),
        function: "Clerk".to_owned(),
        accreditation: "A-20".to_owned(),
        at: now(),
    };
    Item {
        id: id(u128::from(number)),
        number,
        identifier,
        category: DataCategory::Subscriber,
        elements: elements.iter().map(|name| (*name).to_owned()).collect(),
        window: None,
        limit: String::new(),
        state: ItemState::Accepted { outcome: giving, explanation: String::new(), by },
    }
}

/// A request at the provider, verified, with these items accepted.
fn request(items: Vec<Item>) -> Request {
    let pinned = pinned();
    Request {
        id: id(100),
        version: 9,
        reference: "XA-O1-2026-000001".to_owned(),
        provider_reference: None,
        procedure: pinned.pin(),
        kind: pinned.procedure.kind,
        compulsion: pinned.procedure.compulsion,
        priority: Priority::Normal,
        from: id(1),
        to: id(2),
        intake: Intake::Desk,
        draft: Draft { priority: Priority::Normal, answers: BTreeMap::new(), items: Vec::new() },
        answers: BTreeMap::new(),
        items,
        edition: 1,
        stage: Stage::WithProvider { received_at: now() },
        drafters: BTreeSet::new(),
        created_at: now(),
        returns: Vec::new(),
        vouched: None,
        authorisation: None,
        sent: None,
        frozen: Vec::new(),
        cleared: BTreeSet::new(),
        fraud: None,
        checks: Vec::new(),
        verified_at: Some(now()),
        clarifications: Vec::new(),
        clocks: Vec::new(),
        hold: None,
        packages: Vec::new(),
    }
}

fn report(findings: &[Finding], columns: &[&str]) -> Inspection {
    let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    let table = (!columns.is_empty()).then_some(Table { columns, rows: 1 });
    Inspection { media_type: "text/csv".to_owned(), findings: findings.to_vec(), entries: 0, table }
}

fn arrived(number: u128, inspection: Option<Inspection>) -> Arrived {
    Arrived {
        upload: id(number),
        name: "answer.csv".to_owned(),
        bytes: 10,
        sha256: "0".repeat(64),
        inspection,
        sealed: false,
    }
}

fn column(name: &str, holds: Holds) -> Column {
    Column { name: name.to_owned(), holds }
}

fn element(name: &str) -> Holds {
    Holds::Element(name.to_owned())
}

/// What follows when somebody acts on the request, with these files in its dossier.
fn act(
    request: &Request,
    files: &[Arrived],
    who: &Actor,
    command: &RequestCommand,
) -> Result<Vec<RequestEvent>, Refusals> {
    let (pinned, calendar) =
        (pinned(), Calendar::from_toml(include_str!("../../../../procedures/calendars/xa.toml")).unwrap());
    let parties = [organisation(1, OrganisationKind::Authority), organisation(2, OrganisationKind::Provider)];
    let party = |at: usize| Party {
        organisation: &parties[at],
        calendar: &calendar,
        contact_points: &[],
        probation: None,
        status: OrganisationStatus::Active,
    };
    let mut next = 1_000_u128;
    let mut new_id = || {
        next += 1;
        Uuid::from_u128(next)
    };
    let mut context = Context {
        actor: Some(who),
        now: now(),
        procedure: &pinned.procedure,
        from: party(0),
        to: party(1),
        files,
        source: &Source::default(),
        vaults: &Vaults::default(),
        new_id: &mut new_id,
    };
    decide(request, command, &mut context)
}

fn after(request: Request, events: &[RequestEvent]) -> Request {
    events.iter().fold(request, |request, event| apply(Some(request), event).unwrap())
}

fn prepare(items: &[u128], files: Vec<FileContents>) -> RequestCommand {
    RequestCommand::Prepare {
        items: items.iter().map(|number| id(*number)).collect(),
        files,
        note: String::new(),
        sealing: None,
    }
}

fn contents(file: u128, items: &[u128], columns: Vec<Column>) -> FileContents {
    FileContents { file: id(file), items: items.iter().map(|number| id(*number)).collect(), columns }
}

fn analyst() -> Actor {
    person(20, 2, Role::Analyst)
}

fn reviewer() -> Actor {
    person(21, 2, Role::Reviewer)
}

/// A prepared package in its request.
fn packed(items: Vec<Item>, files: &[Arrived], said: Vec<FileContents>) -> Request {
    let numbers: Vec<u128> = items.iter().map(|item| u128::from(item.number)).collect();
    let request = request(items);
    let events = act(&request, files, &analyst(), &prepare(&numbers, said)).unwrap();
    after(request, &events)
}

fn release(request: &Request, comparison: Comparison) -> Result<Vec<RequestEvent>, Refusals> {
    let package = request.packages[0].id;
    act(request, &[], &reviewer(), &RequestCommand::Release { package, comparison })
}

fn seen(file: u128, remarks: &[Finding]) -> Seen {
    Seen { file: id(file), remarks: remarks.to_vec() }
}

fn codes<T>(result: Result<T, Refusals>) -> Vec<RefusalCode> {
    result.err().unwrap_or_default().into_iter().map(|refusal| refusal.code).collect()
}

#[test]
fn no_file_is_packed_without_its_report_and_none_that_its_report_refuses() {
    let request = request(vec![item(1, &[], Giving::Full)]);
    let pack = |file: Arrived| {
        act(&request, &[file], &analyst(), &prepare(&[1], vec![contents(7, &[1], Vec::new())]))
    };
    assert_eq!(codes(pack(arrived(7, None))), [RefusalCode::FileBeingInspected]);
    for finding in Finding::ALL.iter().copied() {
        let refused = pack(arrived(7, Some(report(&[finding], &[]))));
        if finding.refuses() {
            let refusal = refused.unwrap_err().remove(0);
            assert_eq!(refusal.code, RefusalCode::FileRefused);
            assert_eq!(refusal.message_key(), format!("finding-{finding}"));
        } else {
            assert!(refused.is_ok(), "{finding}");
        }
    }
}

#[test]
fn what_a_file_holds_is_said_column_by_column_as_the_file_has_them() {
    let request = request(vec![item(1, &[], Giving::Full)]);
    let file = arrived(7, Some(report(&[], &["mail", "name"])));
    let pack = |items: &[u128], columns: Vec<Column>| {
        let said = prepare(&[1], vec![contents(7, items, columns)]);
        codes(act(&request, std::slice::from_ref(&file), &analyst(), &said))
    };
    let right = vec![column("mail", Holds::Identifier), column("name", element("identity"))];
    assert!(pack(&[1], right.clone()).is_empty());
    assert_eq!(pack(&[1], Vec::new()), [RefusalCode::ColumnsDiffer]);
    assert_eq!(pack(&[1], right[..1].to_vec()), [RefusalCode::ColumnsDiffer]);
    assert_eq!(pack(&[1], vec![right[1].clone(), right[0].clone()]), [RefusalCode::ColumnsDiffer]);
    assert_eq!(pack(&[], right.clone()), [RefusalCode::ItemUnknown]);
    assert_eq!(pack(&[2], right), [RefusalCode::ItemUnknown]);
    let invented = vec![column("mail", Holds::Identifier), column("name", element("shoe_size"))];
    assert_eq!(pack(&[1], invented), [RefusalCode::FieldUnknown]);
    let twice = vec![contents(7, &[1], Vec::new()), contents(7, &[1], Vec::new())];
    let plain = arrived(7, Some(report(&[], &[])));
    assert_eq!(
        codes(act(&request, &[plain], &analyst(), &prepare(&[1], twice))),
        [RefusalCode::FileIncomplete]
    );
}

#[test]
fn every_file_and_every_remark_is_seen_by_name() {
    let remarks = [Finding::FormulaCells, Finding::Duplicate];
    let files = [arrived(7, Some(report(&remarks, &[]))), arrived(8, Some(report(&[], &[])))];
    let said = vec![contents(7, &[1], Vec::new()), contents(8, &[1], Vec::new())];
    let request = packed(vec![item(1, &[], Giving::Full)], &files, said);
    let with = |seen: Vec<Seen>| codes(release(&request, Comparison { seen, ..Comparison::default() }));
    assert!(with(vec![seen(7, &remarks), seen(8, &[])]).is_empty());
    let whole = Comparison { seen: vec![seen(7, &remarks), seen(8, &[])], ..Comparison::default() };
    let released = after(request.clone(), &release(&request, whole).unwrap());
    let kept = released.packages[0].comparison.clone().unwrap();
    assert_eq!(
        kept.seen[0].remarks,
        [Finding::FormulaCells],
        "what tells of another case stays in the house"
    );
    assert_eq!(with(Vec::new()), [RefusalCode::RemarkUnseen, RefusalCode::RemarkUnseen]);
    assert_eq!(with(vec![seen(7, &remarks)]), [RefusalCode::RemarkUnseen]);
    assert_eq!(with(vec![seen(7, &remarks[..1]), seen(8, &[])]), [RefusalCode::RemarkUnseen]);
    assert_eq!(with(vec![seen(7, &remarks), seen(8, &[Finding::Blank])]), [RefusalCode::FieldUnknown]);
    assert_eq!(with(vec![seen(7, &remarks), seen(8, &[]), seen(9, &[])]), [RefusalCode::FieldUnknown]);
}

#[test]
fn a_column_that_nobody_asked_for_goes_out_only_with_its_reason() {
    let file = [arrived(7, Some(report(&[], &["mail", "name", "card", "shoe"])))];
    let columns = vec![
        column("mail", Holds::Identifier),
        column("name", element("identity")),
        column("card", element("payment")),
        column("shoe", Holds::Other),
    ];
    let request = packed(vec![item(1, &["identity"], Giving::Full)], &file, vec![contents(7, &[1], columns)]);
    let with = |extra: &[(usize, &str)]| {
        let extra = extra.iter().map(|(column, reason)| Extra {
            file: id(7),
            column: *column,
            reason: (*reason).to_owned(),
        });
        let comparison = Comparison { seen: vec![seen(7, &[])], extra: extra.collect(), missing: Vec::new() };
        release(&request, comparison)
    };
    assert_eq!(codes(with(&[])), [RefusalCode::ScopeExtra, RefusalCode::ScopeExtra]);
    assert_eq!(codes(with(&[(3, "  "), (4, "Same table.")])), [RefusalCode::ScopeExtra]);
    let long = "x".repeat(10_000);
    assert_eq!(codes(with(&[(3, &long), (4, "Same table.")])), [RefusalCode::FieldTooLong]);
    let more = [(3, "a"), (4, "b"), (2, "c")];
    assert_eq!(codes(with(&more)), [RefusalCode::FieldUnknown], "a reason for what is not extra");
    let events = with(&[(4, " Same table. "), (3, "Asked by telephone.")]).unwrap();
    let released = after(request.clone(), &events);
    let kept = released.packages[0].comparison.clone().unwrap();
    let reasons: Vec<_> = kept.extra.iter().map(|extra| (extra.column, extra.reason.as_str())).collect();
    assert_eq!(reasons, [(3, "Asked by telephone."), (4, "Same table.")]);
}

#[test]
fn what_was_asked_and_is_in_no_file_stays_out_only_with_its_reason() {
    let file = [arrived(7, Some(report(&[], &["name"])))];
    let items = vec![item(1, &["identity", "billing"], Giving::Full), item(2, &[], Giving::Full)];
    let request = packed(items, &file, vec![contents(7, &[1], vec![column("name", element("identity"))])]);
    let with = |missing: &[(u128, Option<&str>)]| {
        let missing = missing.iter().map(|(item, element)| Missing {
            item: id(*item),
            element: element.map(str::to_owned),
            reason: "Not held.".to_owned(),
        });
        let comparison =
            Comparison { seen: vec![seen(7, &[])], extra: Vec::new(), missing: missing.collect() };
        codes(release(&request, comparison))
    };
    assert_eq!(with(&[]), [RefusalCode::ScopeMissing, RefusalCode::ScopeMissing]);
    assert_eq!(with(&[(2, None)]), [RefusalCode::ScopeMissing]);
    assert_eq!(with(&[(2, None), (1, Some("identity"))]), [RefusalCode::ScopeMissing]);
    assert!(with(&[(2, None), (1, Some("billing"))]).is_empty());
}

#[test]
fn what_is_given_in_part_or_in_no_table_lacks_no_element() {
    let columns = vec![column("name", element("identity"))];
    let table = arrived(7, Some(report(&[], &["name"])));
    let letter = arrived(8, Some(report(&[], &[])));
    let asked = ["identity", "billing"];
    let part = packed(
        vec![item(1, &asked, Giving::Partial)],
        std::slice::from_ref(&table),
        vec![contents(7, &[1], columns.clone())],
    );
    let both = packed(
        vec![item(1, &asked, Giving::Full)],
        &[table, letter],
        vec![contents(7, &[1], columns), contents(8, &[1], Vec::new())],
    );
    for request in [part, both] {
        assert!(compare(&request, &request.packages[0], &pinned().procedure).missing.is_empty());
    }
}

#[test]
fn the_comparison_changes_nothing_in_who_may_release() {
    let file = [arrived(7, Some(report(&[], &[])))];
    let request = packed(vec![item(1, &[], Giving::Full)], &file, vec![contents(7, &[1], Vec::new())]);
    let comparison = Comparison { seen: vec![seen(7, &[])], ..Comparison::default() };
    let package = request.packages[0].id;
    let command = RequestCommand::Release { package, comparison };
    assert_eq!(codes(act(&request, &[], &analyst(), &command)), [RefusalCode::OwnCollection]);
}

/// A released package of one file, at the authority.
fn delivered() -> (Request, PackageId) {
    let file = [arrived(7, Some(report(&[], &[])))];
    let request = packed(vec![item(1, &[], Giving::Full)], &file, vec![contents(7, &[1], Vec::new())]);
    let comparison = Comparison { seen: vec![seen(7, &[])], ..Comparison::default() };
    let events = release(&request, comparison).unwrap();
    let request = after(request, &events);
    let package = request.packages[0].id;
    (request, package)
}

#[test]
fn too_much_is_deleted_and_said_so_before_anything_ends() {
    let officer = person(11, 1, Role::Officer);
    let (request, package) = delivered();
    let confirm = |files: &[u128], remark: &str| {
        let files = files.iter().map(|file| id(*file)).collect();
        let found = Found::OverDisclosure { files };
        let command = RequestCommand::Confirm { package, found, remark: remark.to_owned() };
        act(&request, &[], &officer, &command)
    };
    assert_eq!(codes(confirm(&[], "x")), [RefusalCode::FieldMissing]);
    assert_eq!(codes(confirm(&[9], "x")), [RefusalCode::FieldMissing]);
    assert_eq!(codes(confirm(&[7], " ")), [RefusalCode::ReasonMissing]);
    let events = confirm(&[7], "Another subscriber is in it.").unwrap();
    let request = after(request.clone(), &events);
    assert!(request.packages[0].went_too_far(id(7)) && request.packages[0].awaits_deletion());
    assert_eq!(request.state(), RequestState::Delivered);
    assert_eq!(codes(act(&request, &[], &officer, &RequestCommand::Close)), [RefusalCode::DeletionOpen]);
    let delete = |statement: &str| {
        let command = RequestCommand::ConfirmDeletion { package, statement: statement.to_owned() };
        act(&request, &[], &officer, &command)
    };
    assert_eq!(codes(delete("")), [RefusalCode::ReasonMissing]);
    let events = delete("Deleted from the case folder.").unwrap();
    let request = after(request.clone(), &events);
    assert!(request.packages[0].went_too_far(id(7)), "it does not come back");
    assert_eq!(request.state(), RequestState::ReceiptConfirmed);
    let again = RequestCommand::ConfirmDeletion { package, statement: "Again.".to_owned() };
    assert_eq!(codes(act(&request, &[], &officer, &again)), [RefusalCode::PackageUnknown]);
    assert!(act(&request, &[], &officer, &RequestCommand::Close).is_ok());
}

/// Of each item the places of the elements it asks for and whether all is given; of each file the items that it answers
/// and what stands in its columns.
type Said = (Vec<(Vec<usize>, bool)>, Vec<(BTreeSet<usize>, Vec<u8>)>);

/// Any items, files and columns that can be said of each other.
fn packages() -> impl Strategy<Value = Said> {
    let items = prop::collection::vec((prop::collection::vec(0..ELEMENTS.len(), 0..3), any::<bool>()), 1..4);
    items.prop_flat_map(|items| {
        let answered = prop::collection::btree_set(0..items.len(), 1..=items.len());
        let files = prop::collection::vec((answered, prop::collection::vec(0..6_u8, 0..5)), 1..4);
        (Just(items), files)
    })
}

proptest! {
    /// A release goes through exactly when each difference has its reason; and a difference is exactly a column that
    /// no item of its file asks for, or something asked that no file of the item holds.
    #[test]
    fn nothing_leaves_unasked_and_nothing_asked_stays_out_without_a_reason((items, files) in packages()) {
        let items: Vec<Item> = items
            .iter()
            .zip(1_u32..)
            .map(|((elements, full), number)| {
                let elements: BTreeSet<&str> = elements.iter().map(|at| ELEMENTS[*at]).collect();
                let elements: Vec<&str> = elements.into_iter().collect();
                item(number, &elements, if *full { Giving::Full } else { Giving::Partial })
            })
            .collect();
        let holds = |code: u8| match code {
            4 => Holds::Identifier,
            5 => Holds::Other,
            at => element(ELEMENTS[usize::from(at)]),
        };
        let names: Vec<String> = (0..5).map(|n| format!("c{n}")).collect();
        let mut come = Vec::new();
        let mut said = Vec::new();
        for ((answered, columns), number) in files.iter().zip(70_u128..) {
            let named: Vec<&str> = names.iter().take(columns.len()).map(String::as_str).collect();
            come.push(arrived(number, Some(report(&[], &named))));
            let columns = columns.iter().zip(&names).map(|(code, name)| column(name, holds(*code))).collect();
            let answered: Vec<u128> = answered.iter().map(|at| *at as u128 + 1).collect();
            said.push(contents(number, &answered, columns));
        }
        let request = packed(items, &come, said);
        let package = &request.packages[0];
        let found = compare(&request, package, &pinned().procedure);
        for file in &package.files {
            for (at, column) in file.columns.iter().enumerate() {
                let asked = |item: &Item, name: &String| item.elements.is_empty() || item.elements.contains(name);
                let covered = match &column.holds {
                    Holds::Identifier => true,
                    Holds::Other => false,
                    Holds::Element(name) => {
                        file.items.iter().any(|item| asked(request.item(*item).unwrap(), name))
                    }
                };
                prop_assert_eq!(found.extra.contains(&(file.upload, at + 1)), !covered);
            }
        }
        for item in &request.items {
            let answered = package.files.iter().any(|file| file.items.contains(&item.id));
            prop_assert_eq!(found.missing.contains(&(item.id, None)), !answered);
        }
        let files: Vec<UploadId> = package.files.iter().map(|file| file.upload).collect();
        let reason = || "Because.".to_owned();
        let whole = Comparison {
            seen: files.iter().map(|file| Seen { file: *file, remarks: Vec::new() }).collect(),
            extra: found
                .extra
                .iter()
                .map(|(file, column)| Extra { file: *file, column: *column, reason: reason() })
                .collect(),
            missing: found
                .missing
                .iter()
                .map(|(item, element)| Missing { item: *item, element: element.clone(), reason: reason() })
                .collect(),
        };
        prop_assert!(release(&request, whole.clone()).is_ok());
        for at in 0..whole.extra.len() {
            let mut less = whole.clone();
            less.extra.remove(at);
            prop_assert_eq!(codes(release(&request, less)), [RefusalCode::ScopeExtra]);
        }
        for at in 0..whole.missing.len() {
            let mut less = whole.clone();
            less.missing.remove(at);
            prop_assert_eq!(codes(release(&request, less)), [RefusalCode::ScopeMissing]);
        }
    }
}
