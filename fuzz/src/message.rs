//! What peers and people send: messages of the standard interface, identifiers, times, drafts and commands.

use super::text;
use comity_domain::id::{ItemId, RequestId};
use comity_domain::identifier::{Identifier, IdentifierType, PortPolicy, RawIdentifier, guess, read_moment};
use comity_domain::procedure::PinnedProcedure;
use comity_domain::request::{Draft, RequestCommand, check_draft};
use comity_domain::time::Moment;
use comity_formats::etsi_103120::{
    DeviationKind, Encoding, ErrorCode, ErrorInformation, Message, read, write,
};
use std::sync::LazyLock;

/// As long as the route takes a message.
const LIMIT: usize = 2 * 1024 * 1024;

const SUBSCRIBER: &str = include_str!("../../procedures/bud/18_subscriber.toml");
const PRESERVATION: &str = include_str!("../../procedures/bud/16_preservation.toml");

/// What is understood and can be written reads back as the same, without a departure; and every message has an answer.
fn message(encoding: Encoding, data: &[u8]) {
    let Ok(received) = read(encoding, data, LIMIT) else { return };
    for other in [Encoding::Xml, Encoding::Json] {
        if let Ok(written) = write(other, &received.message) {
            let back = read(other, &written, 8 * LIMIT).expect("what was written is read");
            // An answer repeats the numbers of whoever asked, however they count.
            let departs = back.deviations.iter().find(|found| found.what != DeviationKind::ActionNumbering);
            assert_eq!(departs, None);
            assert_eq!(write(other, &back.message).expect("written again"), written);
        }
    }
    let header = received.message.header.reply(jiff::Timestamp::UNIX_EPOCH);
    let told: String = received.deviations.iter().map(ToString::to_string).collect();
    let error = ErrorInformation::new(ErrorCode::ValidationError, &told);
    write(encoding, &Message::top_level_error(header, error)).expect("an answer is written");
}

pub(crate) fn etsi_xml(data: &[u8]) {
    message(Encoding::Xml, data);
}

pub(crate) fn etsi_json(data: &[u8]) {
    message(Encoding::Json, data);
}

macro_rules! examples {
    ($ending:literal) => {
        vec![
            include_bytes!(concat!("../../crates/formats/tests/examples/combined.", $ending)).to_vec(),
            include_bytes!(concat!("../../crates/formats/tests/examples/disclosure.", $ending)).to_vec(),
            include_bytes!(concat!("../../crates/formats/tests/examples/get.", $ending)).to_vec(),
            include_bytes!(concat!("../../crates/formats/tests/examples/interception.", $ending)).to_vec(),
            include_bytes!(concat!("../../crates/formats/tests/examples/preservation.", $ending)).to_vec(),
            include_bytes!(concat!("../../crates/formats/tests/examples/takedown.", $ending)).to_vec(),
        ]
    };
}

pub(crate) fn xml_seeds() -> Vec<Vec<u8>> {
    examples!("xml")
}

pub(crate) fn json_seeds() -> Vec<Vec<u8>> {
    examples!("json")
}

/// The first byte chooses the type; then value, port, instant and service, a line each.
pub(crate) fn identifier(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    let Some(rest) = text(rest) else { return };
    let mut lines = rest.splitn(4, '\n');
    let value = lines.next().unwrap_or_default().to_owned();
    let (port, at) = (lines.next().map(str::to_owned), lines.next().map(str::to_owned));
    let raw = RawIdentifier { value, port, at, service: lines.next().map(str::to_owned) };
    guess(&raw.value);
    let kind = IdentifierType::ALL[usize::from(kind >> 1) % IdentifierType::ALL.len()];
    let ports = if data[0] & 1 == 0 { PortPolicy::Required } else { PortPolicy::Advised };
    let Ok(identifier) = Identifier::parse(kind, &raw, ports) else { return };
    assert_eq!(Identifier::parse(kind, &identifier.to_raw(), ports).as_ref(), Ok(&identifier));
    let json = serde_json::to_string(&identifier).expect("written");
    let back: Identifier = serde_json::from_str(&json).expect("read");
    assert_eq!((back.canonical(), back), (identifier.canonical(), identifier));
}

pub(crate) fn identifier_seeds() -> Vec<Vec<u8>> {
    let typed = [
        "203.0.113.7\n443\n2026-11-01T10:00:00+01:00",
        "2001:db8::7\n443\n2026-11-01T10:00:00Z",
        "+999100200",
        "h.marsh@harbour-telecom.example",
        "h.marsh\n\n\nHarbour Forum",
        "https://forum.harbour-telecom.example/post/17?page=2",
        "harbour-telecom.example",
        "490154203237518",
        "001010123456789",
        "8999901012345678905",
        "02:00:5e:10:00:01",
        "XA00 1234 5678 9012",
        "17\n\n\nticket",
    ];
    let numbered = (0_u8..).step_by(2).zip(typed);
    numbered.map(|(kind, typed)| [&[kind | 1], typed.as_bytes()].concat()).collect()
}

pub(crate) fn moment(data: &[u8]) {
    let Some(text) = text(data) else { return };
    for moment in [text.parse::<Moment>().ok(), read_moment(text).ok()].into_iter().flatten() {
        let written = moment.to_string();
        let back: Moment = written.parse().expect("what was written is read");
        assert_eq!((back, back.offset(), back.to_string()), (moment, moment.offset(), written));
    }
    let _ = text.parse::<RequestId>();
}

pub(crate) fn moment_seeds() -> Vec<Vec<u8>> {
    let times = ["2026-11-23T21:14:03+01:00", "2026-11-23T20:14Z", "-009999-01-02T01:59:59+25:59:59"];
    times.map(|time| time.as_bytes().to_vec()).to_vec()
}

/// A draft is checked under a procedure; whatever it says, there is an answer.
pub(crate) fn draft(data: &[u8]) {
    static PROCEDURES: LazyLock<Vec<PinnedProcedure>> = LazyLock::new(|| {
        let read = |text| PinnedProcedure::from_toml(text).expect("a shipped procedure");
        [SUBSCRIBER, PRESERVATION].map(read).to_vec()
    });
    let Ok(draft) = serde_json::from_slice::<Draft>(data) else { return };
    let now: Moment = "2026-11-23T14:00:00+01:00".parse().expect("a moment");
    for pinned in PROCEDURES.iter() {
        let mut new_id = || ItemId::new(uuid::Uuid::nil());
        let checked = check_draft(&pinned.procedure, &draft, now, &mut new_id);
        assert!(checked.percent() <= 100);
    }
}

pub(crate) fn draft_seeds() -> Vec<Vec<u8>> {
    let draft = serde_json::json!({
        "priority": "P2_NORMAL", "answers": { "case_number": "NB-1" },
        "items": [{ "value": "h.marsh@harbour-telecom.example", "category": "SUBSCRIBER",
            "from": "2026-10-01T00:00:00+02:00", "to": "2026-10-20T00:00:00+02:00" }],
    });
    vec![draft.to_string().into_bytes()]
}

/// What the API takes as an act says the same when it is written again.
pub(crate) fn command(data: &[u8]) {
    let Ok(command) = serde_json::from_slice::<RequestCommand>(data) else { return };
    let written = serde_json::to_vec(&command).expect("written");
    let back: RequestCommand = serde_json::from_slice(&written).expect("what was written is read");
    assert_eq!(back, command);
}

pub(crate) fn command_seeds() -> Vec<Vec<u8>> {
    let acts = [
        r#"{"act":"submit"}"#,
        r#"{"act":"return","reason":"State how the address was found."}"#,
        r#"{"act":"acknowledge","reference":"HBT-2026-99"}"#,
        r#"{"act":"ask","code":"N03","question":"Which service?"}"#,
        r#"{"act":"close"}"#,
    ];
    acts.map(|act| act.as_bytes().to_vec()).to_vec()
}
