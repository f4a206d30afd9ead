//! Arbitrary and mutated bytes: never a panic, and whatever is understood can be written and read again.

use crate::support::{EXAMPLES, LIMIT, example};
use comity_formats::etsi_103120::{DeviationKind, Encoding, read, write};
use proptest::prelude::*;

fn encoding() -> impl Strategy<Value = Encoding> {
    prop_oneof![Just(Encoding::Xml), Just(Encoding::Json)]
}

/// Reads; what is understood and writable must read back as the same payload, without a departure.
fn survive(encoding: Encoding, bytes: &[u8]) {
    let Ok(received) = read(encoding, bytes, LIMIT) else { return };
    assert!(received.deviations.len() <= 256);
    for other in [Encoding::Xml, Encoding::Json] {
        if let Ok(written) = write(other, &received.message) {
            let back = read(other, &written, 8 * LIMIT).unwrap();
            // An answer repeats the numbers of whoever asked, however they count.
            let departs = back.deviations.iter().find(|found| found.what != DeviationKind::ActionNumbering);
            assert_eq!(departs, None);
            let again = write(other, &back.message).unwrap();
            assert_eq!(again, written);
        }
    }
    let header = received.message.header.reply(jiff::Timestamp::UNIX_EPOCH);
    let error = comity_formats::etsi_103120::ErrorInformation::new(
        comity_formats::etsi_103120::ErrorCode::ValidationError,
        &received.deviations.iter().map(ToString::to_string).collect::<String>(),
    );
    let reply = comity_formats::etsi_103120::Message::top_level_error(header, error);
    write(encoding, &reply).unwrap();
}

/// One change to a text: a cut, a piece moved elsewhere, or something put in.
#[derive(Debug, Clone)]
enum Change {
    Cut(usize, usize),
    Copy(usize, usize, usize),
    Insert(usize, String),
}

fn change() -> impl Strategy<Value = Change> {
    let token = prop_oneof![
        Just("<!DOCTYPE a>".to_owned()),
        Just("<![CDATA[ x ]]>".to_owned()),
        Just("&#x10FFFF;".to_owned()),
        Just("<!-- -- -->".to_owned()),
        Just("<?x?>".to_owned()),
        Just(" xmlns:task=\"u\"".to_owned()),
        Just("\\ud800".to_owned()),
        Just("1e400".to_owned()),
        Just("null".to_owned()),
        Just("[[".to_owned()),
        Just("\"@xmlns:\":\"\",".to_owned()),
        any::<char>().prop_map(String::from),
        "[<>/&\"'{}:,\\[\\]@=! -~]{0,8}",
    ];
    prop_oneof![
        (any::<usize>(), 0usize..40).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<usize>(), 0usize..400, any::<usize>())
            .prop_map(|(from, length, to)| Change::Copy(from, length, to)),
        (any::<usize>(), token).prop_map(|(at, text)| Change::Insert(at, text)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: Change) {
    let place = |at: usize, bytes: &[u8]| at % (bytes.len() + 1);
    match change {
        Change::Cut(at, length) => {
            let at = place(at, bytes);
            let end = (at + length).min(bytes.len());
            bytes.drain(at..end);
        }
        Change::Copy(from, length, to) => {
            let from = place(from, bytes);
            let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
            let to = place(to, bytes);
            bytes.splice(to..to, piece);
        }
        Change::Insert(at, text) => {
            let at = place(at, bytes);
            bytes.splice(at..at, text.into_bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(encoding in encoding(), bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        survive(encoding, &bytes);
    }

    #[test]
    fn arbitrary_markup_never_panics(encoding in encoding(), text in "[<>/a:&;#x\"'={}\\[\\],!?\\-0 ]{0,200}") {
        survive(encoding, text.as_bytes());
    }

    #[test]
    fn mutated_examples_never_panic_and_what_is_understood_round_trips(
        encoding in encoding(),
        name in prop::sample::select(EXAMPLES),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut bytes = example(name, encoding);
        for change in changes {
            apply(&mut bytes, change);
        }
        survive(encoding, &bytes);
    }

    #[test]
    fn any_text_the_writer_takes_comes_back(text in any::<String>()) {
        let mut message = read(Encoding::Xml, &example("get", Encoding::Xml), LIMIT).unwrap().message;
        message.header.sender.unique_id = text;
        let [xml, json] = [Encoding::Xml, Encoding::Json].map(|encoding| write(encoding, &message).map(|b| (encoding, b)));
        prop_assert_eq!(xml.is_ok(), json.is_ok());
        for (encoding, bytes) in [xml, json].into_iter().flatten() {
            prop_assert_eq!(&read(encoding, &bytes, LIMIT).unwrap().message, &message);
        }
    }
}

/// Shapes that cost a careless reader the square of their size.
#[test]
fn the_cost_of_a_large_message_stays_in_proportion() {
    let xml = |body: &str| {
        format!("<HI1Message xmlns=\"http://uri.etsi.org/03120/common/2019/10/Core\">{body}</HI1Message>")
    };
    let attributes: Vec<_> = (0..100_000).map(|n| format!("a{n}=\"\"")).collect();
    let bindings: Vec<_> = (0..100_000).map(|n| format!("xmlns:a{n}=\"u\"")).collect();
    let members: Vec<_> = (0..90_000).map(|n| format!("\"a{n}\": 0")).collect();
    let action = "<ActionRequest><ActionIdentifier>0</ActionIdentifier><GETCSPCONFIG/></ActionRequest>";
    let actions = format!(
        "<Header/><Payload><RequestPayload><ActionRequests>{}</ActionRequests></RequestPayload></Payload>",
        action.repeat(30_000)
    );
    let started = std::time::Instant::now();
    for (encoding, text) in [
        (Encoding::Xml, xml(&format!("<a {}/>", attributes.join(" ")))),
        (Encoding::Xml, xml(&format!("<a {}/>", bindings.join(" ")))),
        (Encoding::Xml, xml(&"<Header/>".repeat(90_000))),
        (Encoding::Xml, xml(&actions)),
        (Encoding::Json, format!("{{{}}}", members.join(","))),
        (Encoding::Json, format!("{{\"Header\": {{{}}}}}", members.join(","))),
    ] {
        let result = read(encoding, text.as_bytes(), 16 * LIMIT);
        if let Ok(received) = result {
            assert!(received.deviations.len() <= 256);
        }
    }
    assert!(started.elapsed().as_secs() < 30, "took {:?}", started.elapsed());
}
