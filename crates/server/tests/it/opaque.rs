//! Types that hold personal data or free text cannot be logged by accident: none has a `Display`, and the debug form of
//! none shows what it holds (rule 10, T32).

use comity_domain::event::{Event, Origin};
use comity_domain::identifier::{Identifier, RawIdentifier};
use comity_domain::inspection::{Inspection, Table};
use comity_domain::party::{Actor, ContactPoint, Membership, Person, Signature, Vouch};
use comity_domain::preservation::{HoldEnd, HoldState};
use comity_domain::request::{
    Answer, Arrived, Authorisation, Check, Clarification, Column, Comparison, Completeness, Correction,
    Decision, Deletion, Difference, Draft, DraftItem, Evidence, Extra, FileContents, FiledItem, Filing,
    ForeignObject, Found, Fraud, Freeze, Holds, Intake, Item, ItemState, Missing, Observation, Package,
    PackageFile, PackageReceipt, Request, RequestCommand, RequestEvent, Return, Seen, SignedBy, Stage,
    Standing,
};
use comity_formats::etsi_103120::{Binary, Document, LdTask, LpTask, Message, RequestValue};
use comity_service::{
    AccountView, AccreditationCard, AuthenticatorView, AuthorisationView, CheckView, ClarificationView,
    ColumnView, DirectoryEntry, Dossier, DraftView, FieldView, FileView, HistoryView, HoldView, ItemView, Me,
    MemberView, MissingView, NewPerson, NewToken, Notice, PackageView, PackedView, QueueQuery, QueueRow,
    ReturnView, TokenView, TrailView,
};
use comity_store::authenticator::{AuthenticatorRow, CeremonyRow};
use comity_store::credential::TokenRow;
use comity_store::notice::NoticeRow;
use comity_store::source::Revocation;
use comity_store::upload::{NewUpload, Upload};
use comity_store::{Row, Value};
use serde::de::DeserializeOwned;
use std::fmt::{Debug, Display};
use std::marker::PhantomData;

/// Whether a type has a `Display`: its own constant comes before that of the trait, where it exists.
struct Probe<T: ?Sized>(PhantomData<T>);

trait Without {
    const DISPLAY: bool = false;
}

impl<T: ?Sized> Without for Probe<T> {}

impl<T: ?Sized + Display> Probe<T> {
    const DISPLAY: bool = true;
}

/// The names of types, none of which may have a `Display`; a program in which one has does not compile.
macro_rules! without_display {
    ($($name:ident),+ $(,)?) => {
        $(const _: () = assert!(!Probe::<$name>::DISPLAY);)+
        const SEALED: &[&str] = &[$(stringify!($name)),+];
    };
}

without_display!(
    AccountView,
    AccreditationCard,
    Actor,
    Answer,
    Arrived,
    AuthenticatorRow,
    AuthenticatorView,
    Authorisation,
    AuthorisationView,
    Binary,
    CeremonyRow,
    Check,
    CheckView,
    Clarification,
    ClarificationView,
    Column,
    ColumnView,
    Comparison,
    Completeness,
    ContactPoint,
    Correction,
    Decision,
    Deletion,
    Difference,
    DirectoryEntry,
    Document,
    Dossier,
    Draft,
    DraftItem,
    DraftView,
    Event,
    Evidence,
    Extra,
    FieldView,
    FileContents,
    FileView,
    FiledItem,
    Filing,
    ForeignObject,
    Found,
    Fraud,
    Freeze,
    HistoryView,
    HoldEnd,
    HoldState,
    HoldView,
    Holds,
    Identifier,
    Inspection,
    Intake,
    Item,
    ItemState,
    ItemView,
    LdTask,
    LpTask,
    Me,
    MemberView,
    Membership,
    Message,
    Missing,
    MissingView,
    NewPerson,
    NewToken,
    NewUpload,
    Notice,
    NoticeRow,
    Observation,
    Origin,
    Package,
    PackageFile,
    PackageReceipt,
    PackageView,
    PackedView,
    Person,
    QueueQuery,
    QueueRow,
    RawIdentifier,
    Request,
    RequestCommand,
    RequestEvent,
    RequestValue,
    Return,
    ReturnView,
    Revocation,
    Row,
    Seen,
    Signature,
    SignedBy,
    Stage,
    Table,
    Standing,
    TokenRow,
    TokenView,
    TrailView,
    Upload,
    Value,
    Vouch,
);

/// These are made of sealed types and of words, numbers and identifiers of this program.
const MADE_OF_SEALED: [&str; 4] = ["Event", "Identifier", "Message", "Row"];

const _: () = assert!(Probe::<str>::DISPLAY && !Probe::<Draft>::DISPLAY);

#[test]
fn no_sealed_type_derives_its_debug_form() {
    let mut seen = 0;
    // A log's signature and a number in the explanation of a clock share their names with two of these.
    let others = ["crates/ledger/", "clock/explain.rs"];
    let sources = crate::house::sources();
    for (path, text) in sources.iter().filter(|(path, _)| {
        let path = path.to_string_lossy();
        !others.iter().any(|other| path.contains(other))
    }) {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            let Some(name) = declared.and_then(|rest| rest.split(|c: char| !c.is_alphanumeric()).next())
            else {
                continue;
            };
            if !SEALED.contains(&name) || MADE_OF_SEALED.contains(&name) {
                continue;
            }
            let attributes = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
            let derived = attributes.into_iter().any(|line| line.contains("derive(Debug"));
            assert!(!derived, "{}: {name} derives Debug: use opaque!", path.display());
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

const CANARY: &str = "canary";

fn shown<T: DeserializeOwned + Debug>(json: serde_json::Value) {
    let value: T = serde_json::from_value(json).unwrap();
    for text in [format!("{value:?}"), format!("{value:#?}"), format!("{:?}", vec![value])] {
        assert!(!text.contains(CANARY), "{text}");
    }
}

#[test]
fn no_debug_form_shows_what_is_held() {
    let id = "00000000-0000-4000-8000-00000000000a";
    shown::<Person>(serde_json::json!({
        "id": id, "name": "canary", "email": "canary@a.example", "language": "en", "active": true,
    }));
    let signature = serde_json::json!({
        "person": id, "name": "canary", "organisation": id, "function": "canary", "accreditation": "canary",
        "at": "2026-11-23T14:00:00+01:00",
    });
    shown::<Signature>(signature.clone());
    shown::<Stage>(serde_json::json!({ "stage": "withdrawn", "by": signature, "reason": "canary" }));
    shown::<Identifier>(serde_json::json!({ "type": "EMAIL", "value": "canary@mail.example" }));
    shown::<RawIdentifier>(serde_json::json!({ "value": "canary", "service": "canary" }));
    let draft = serde_json::json!({
        "priority": "P2_NORMAL", "answers": { "case_number": "canary" },
        "items": [{ "value": "canary", "limit": "canary" }],
    });
    shown::<Draft>(draft.clone());
    shown::<RequestCommand>(serde_json::json!({ "act": "revise", "draft": draft }));
    shown::<RequestCommand>(serde_json::json!({ "act": "return", "reason": "canary" }));
    shown::<NewPerson>(serde_json::json!({
        "organisation": id, "name": "canary", "email": "canary@a.example", "language": "en",
        "function": "canary", "roles": ["officer"], "accreditation": "canary",
        "accredited_until": "2026-11-23T14:00:00+01:00", "authoriser": null,
    }));
    let value = Value::Text("canary".to_owned());
    assert!(!format!("{value:?} {:?}", Value::Bytes(b"canary".to_vec())).contains(CANARY));
}
