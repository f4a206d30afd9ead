//! What a writer emits, validated by engines that share no code with it, and what it refuses to emit.

use crate::support::{EXAMPLES, changed, emitted, example, understood, validate};
use comity_formats::etsi_103120::{
    ActionResponse, ActionResult, Binary, CspConfig, Delivery, DeliveryContent, DeliveryReference,
    DeliveryUrl, DictionaryEntries, DictionaryEntry, EmbeddedBinary, Encoding, Endpoint, ErrorCode,
    ErrorInformation, Header, LdWorkflowEndpoint, LdWorkflowEndpoints, ListRecord, LpWorkflowEndpoint,
    LpWorkflowEndpoints, Message, Notification, Object, ObjectBase, ObjectKind, ObjectList, Payload,
    StatedTime, TargetingConfiguration, TargetingConfigurations, Verb, write,
};
use jiff::Timestamp;
use uuid::Uuid;

fn now() -> Timestamp {
    "2026-11-24T10:00:00.000123Z".parse().unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x5b0a_2c11_7c7e_4c2b_9f10_0d1f_3a00_0000 + n)
}

fn request(name: &str) -> Message {
    understood(Encoding::Xml, &example(name, Encoding::Xml)).message
}

/// The object of the first CREATE, as a provider holds it: with status, generation and time of change.
fn held(name: &str, status: Option<DictionaryEntry>) -> Box<Object> {
    let Payload::Request(actions) = request(name).payload else { panic!("no request") };
    let Verb::Create(mut object) = actions.into_iter().next().unwrap().verb else { panic!("no CREATE") };
    object.base.generation = Some(2);
    object.base.last_changed = Some(StatedTime::utc(now()));
    match &mut object.kind {
        ObjectKind::LdTask(task) => task.status = status,
        ObjectKind::LpTask(task) => task.status = status,
        other => panic!("no task: {}", other.type_name()),
    }
    object
}

fn answer(results: Vec<ActionResult>) -> Message {
    let responses = (0..).zip(results).map(|(id, result)| ActionResponse { id, result }).collect();
    Message::answer(&request("get").header, now(), responses)
}

/// Times are brought to the field's precision; the comparison is with what then stands there.
fn with_second(mut message: Message) -> Message {
    let cut =
        StatedTime { text: "2026-11-24T10:00:00Z".to_owned(), instant: "2026-11-24T10:00:00Z".parse().ok() };
    if let Payload::Response(responses) = &mut message.payload {
        for response in responses {
            if let ActionResult::Get(object) = &mut response.result {
                object.base.last_changed = Some(cut.clone());
            }
        }
    }
    message
}

#[test]
fn every_own_request_is_written_back_valid_in_both_encodings() {
    for name in EXAMPLES.iter().filter(|name| !matches!(**name, "interception" | "takedown")) {
        emitted(&request(name));
    }
}

#[test]
fn the_own_examples_are_themselves_valid() {
    for name in EXAMPLES {
        validate(Encoding::Xml, &example(name, Encoding::Xml));
        // The JSON schemas of V1.23.1 do not list the takedown task.
        if *name != "takedown" {
            validate(Encoding::Json, &example(name, Encoding::Json));
        }
    }
}

#[test]
fn a_reply_swaps_the_parties_and_keeps_the_transaction() {
    let request = request("preservation").header;
    let reply = request.reply(now());
    assert_eq!((&reply.sender, &reply.receiver), (&request.receiver, &request.sender));
    assert_eq!(reply.transaction_id, request.transaction_id);
    assert_eq!(reply.timestamp.text, "2026-11-24T10:00:00.000123Z");
    assert_eq!(reply.version.etsi, "V1.23.1");
    assert_eq!(
        (reply.version.profile_owner.as_str(), reply.version.profile_version.as_str()),
        ("XA", "v2.0")
    );
    assert_eq!(reply.workflow.as_deref(), Some("LP-NewPreservation"));
}

#[test]
fn created_and_updated_objects_are_answered_with_their_identifiers() {
    let awaiting = DictionaryEntry::etsi("LDTaskStatus", "AwaitingDisclosure");
    let mut object = held("disclosure", Some(awaiting));
    object.base.last_changed = None;
    emitted(&answer(vec![
        ActionResult::Create { identifier: id(1), object: None },
        ActionResult::Update { identifier: id(3), object: Some(object) },
        ActionResult::Deliver { identifier: id(9) },
    ]));
}

#[test]
fn a_get_is_answered_with_the_object_as_held_and_its_status() {
    let disclosed = DictionaryEntry::etsi("LDTaskStatus", "Disclosed");
    let preserved = DictionaryEntry::etsi("LPTaskStatus", "Preserved");
    let message = answer(vec![
        ActionResult::Get(held("disclosure", Some(disclosed))),
        ActionResult::Get(held("preservation", Some(preserved))),
    ]);
    emitted(&with_second(message.clone()));
    let text = String::from_utf8(write(Encoding::Xml, &message).unwrap()).unwrap();
    assert!(
        text.contains("<Generation>2</Generation><LastChanged>2026-11-24T10:00:00Z</LastChanged>"),
        "{text}"
    );
    assert!(text.contains("<common:Name>LDTaskStatus</common:Name><common:Value>Disclosed</common:Value>"));
}

#[test]
fn errors_are_answered_per_action_and_for_the_whole_message() {
    let error = |code| ErrorInformation::new(code, "Not offered: <interception> & the like");
    emitted(&answer(vec![
        ActionResult::Error(error(ErrorCode::FeatureNotSupported)),
        ActionResult::Error(error(ErrorCode::GetObjectNotFound)),
    ]));
    emitted(&Message::top_level_error(request("get").header.reply(now()), error(ErrorCode::ValidationError)));
}

#[test]
fn even_an_unreadable_header_gets_a_valid_error() {
    let own = Endpoint { country: "XB".to_owned(), unique_id: "HARBOUR-MAIL".to_owned() };
    let error = ErrorInformation::new(ErrorCode::UnsupportedEncoding, "not UTF-8");
    let header = Header::to_unknown(own, now());
    assert_eq!(header.transaction_id, Some(Uuid::nil()));
    assert_eq!(header.sender.unique_id, "HARBOUR-MAIL");
    emitted(&Message::top_level_error(header, error.clone()));
    let bytes = changed("get", Encoding::Xml, "<CountryCode>XA<", "<CountryCode>nowhere<");
    let header = understood(Encoding::Xml, &bytes).message.header.reply(now());
    assert_eq!(header.receiver.country, "ZZ");
    emitted(&Message::top_level_error(header, error));
}

#[test]
fn a_long_error_description_is_cut_so_that_it_can_be_sent() {
    let long = ErrorInformation::new(ErrorCode::ImproperValue, &"é\u{0}".repeat(70_000));
    assert_eq!(long.description.chars().count(), 4_000);
    emitted(&Message::top_level_error(request("get").header.reply(now()), long));
}

#[test]
fn lists_and_configuration_are_written_valid() {
    let record = ListRecord {
        object_type: DictionaryEntry::etsi("ObjectType", "LDTask"),
        identifier: id(3),
        generation: 4,
        country: Some("XA".to_owned()),
        ..ListRecord::default()
    };
    let workflow = DictionaryEntry::etsi("LPWorkflowEndpoint", "NewPreservation");
    let ld_workflow =
        DictionaryEntry { owner: "XB".to_owned(), name: "Workflow".to_owned(), value: "New".to_owned() };
    let url = "https://harbour-mail.example/hi1/new".to_owned();
    let types = DictionaryEntries { entries: vec![DictionaryEntry::etsi("RequestType", "SubscriberData")] };
    let config = CspConfig {
        last_changed: StatedTime {
            text: "2026-11-01T00:00:00Z".into(),
            instant: "2026-11-01T00:00:00Z".parse().ok(),
        },
        targeting: TargetingConfigurations {
            list: vec![TargetingConfiguration {
                format_name: "EmailAddress".to_owned(),
                format_owner: "ETSI".to_owned(),
                ld_types: Some(types),
                ..TargetingConfiguration::default()
            }],
        },
        lp_endpoints: Some(LpWorkflowEndpoints {
            list: vec![LpWorkflowEndpoint { workflow, guidance: None, url: url.clone() }],
        }),
        ld_endpoints: Some(LdWorkflowEndpoints {
            list: vec![LdWorkflowEndpoint { workflow: ld_workflow, guidance: Some("first".to_owned()), url }],
        }),
    };
    emitted(&answer(vec![
        ActionResult::List(ObjectList { records: vec![record] }),
        ActionResult::List(ObjectList::default()),
        ActionResult::CspConfig(Box::new(config)),
    ]));
}

#[test]
fn notifications_and_deliveries_are_written_valid() {
    let object = |n, kind| {
        let base = ObjectBase { identifier: id(n), associated: vec![id(3), id(4)], ..ObjectBase::default() };
        ActionResult::Get(Box::new(Object { base, kind }))
    };
    let status = comity_formats::etsi_103120::AssociatedObjectStatus {
        object: id(3),
        status: DictionaryEntry::etsi("LDTaskStatus", "Rejected"),
        details: Some("N03".to_owned()),
    };
    let notification = Notification { is_new: Some(true), statuses: vec![status], ..Notification::default() };
    let part = |content| {
        ObjectKind::Delivery(Box::new(Delivery {
            reference: Some(DeliveryReference::Ldid("XA-NORTHPORT-0417-1".to_owned())),
            delivery_id: Some(id(50)),
            sequence: Some(0),
            is_last: Some(true),
            content: Some(content),
            status: Some(DictionaryEntry::etsi("DeliveryStatus", "Available")),
            ..Delivery::default()
        }))
    };
    let bytes =
        EmbeddedBinary { data: Binary(vec![0, 255, 7]), length: Some(3), ..EmbeddedBinary::default() };
    let url = DeliveryUrl {
        url: "https://harbour-mail.example/d/1?x=%20".to_owned(),
        expiry: Some(StatedTime::utc(now())),
        ..DeliveryUrl::default()
    };
    emitted(&answer(vec![
        object(10, ObjectKind::Notification(Box::new(notification))),
        object(11, part(DeliveryContent::Binary(bytes))),
        object(12, part(DeliveryContent::Url(url))),
        object(13, part(DeliveryContent::DataExistence(false))),
    ]));
}

#[test]
fn what_the_schema_or_a_dictionary_refuses_is_never_written() {
    let refused = |message: &Message| {
        for encoding in [Encoding::Xml, Encoding::Json] {
            assert!(write(encoding, message).is_err());
        }
    };
    refused(&request("interception"));
    refused(&request("takedown"));
    refused(&answer(Vec::new()));
    let bogus = DictionaryEntry::etsi("LDTaskStatus", "Bogus");
    refused(&answer(vec![ActionResult::Get(held("disclosure", Some(bogus)))]));
    let other = DictionaryEntry::etsi("LPTaskStatus", "Preserved");
    refused(&answer(vec![ActionResult::Get(held("disclosure", Some(other)))]));
    let mut twice = answer(vec![
        ActionResult::Deliver { identifier: id(1) },
        ActionResult::Deliver { identifier: id(2) },
    ]);
    let Payload::Response(responses) = &mut twice.payload else { panic!("no response") };
    responses[1].id = 0;
    refused(&twice);
    for break_header in [
        (|header| header.transaction_id = None) as fn(&mut Header),
        |header| header.sender.country = "Xa".to_owned(),
        |header| header.version.etsi = "1.23.1".to_owned(),
        |header| header.timestamp = StatedTime::default(),
        |header| header.sender.unique_id = "\u{1}".to_owned(),
        |header| header.version.profile_owner = "a".repeat(256),
    ] {
        let mut message = request("get");
        break_header(&mut message.header);
        refused(&message);
    }
}

#[test]
fn text_survives_whatever_it_holds() {
    let hard = "a\r\nb\tc & <d> \"e' ]]> é \u{10FFFF} {\\}\n".to_owned();
    let mut message = request("get");
    message.header.sender.unique_id = hard;
    emitted(&message);
}

#[test]
fn a_time_is_cut_to_the_precision_of_its_field_and_keeps_its_offset() {
    for (text, expected) in [
        ("2026-11-24T11:00:00.999999+01:00", "2026-11-24T11:00:00+01:00"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z"),
        ("2026-11-24T10:00:00.5+00:00", "2026-11-24T10:00:00Z"),
        ("2026-11-24T10:00:00-03:30", "2026-11-24T10:00:00-03:30"),
    ] {
        let mut object = held("disclosure", None);
        object.base.last_changed = Some(StatedTime::parse(text));
        let message = answer(vec![ActionResult::Get(object)]);
        for encoding in [Encoding::Xml, Encoding::Json] {
            let bytes = write(encoding, &message).unwrap();
            validate(encoding, &bytes);
            let Payload::Response(responses) = understood(encoding, &bytes).message.payload else { panic!() };
            let ActionResult::Get(object) = &responses[0].result else { panic!("no GET answer") };
            assert_eq!(object.base.last_changed.as_ref().unwrap().text, expected);
        }
    }
}
